"""What an owner adds to a server, such as the check of a key, sees predictions as it sees every other request."""

import http.client
import re

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from werkzeug.test import Client

from byoc.serving.asgi import inference
from byoc.settings import MODELS_FOLDER
from example import SAMPLES
from in_process import exchange, imported
from serving import Server, wait_until
from serving_models import MODE, Models

ROW, *_ = SAMPLES.joinpath("payload.csv").read_bytes().splitlines(keepends=True)
ANSWER, *_ = SAMPLES.joinpath("expected.csv").read_bytes().splitlines(keepends=True)

ASGI_GUARD = """
class Guard:
    def __init__(self, app, **options):
        self.app = app
    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan" or dict(scope["headers"]).get(b"x-key") == b"open":
            return await self.app(scope, receive, send)
        await send({"type": "http.response.start", "status": 401, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})
"""
WSGI_GUARD = """
class Guard:
    def __init__(self, app):
        self.app = app
    def __call__(self, environ, start_response):
        if environ.get("HTTP_X_KEY") == "open":
            return self.app(environ, start_response)
        start_response("401 Unauthorized", [("Content-Length", "0")])
        return []
"""
DEPENDENCY = """
from fastapi import Depends, Header, HTTPException, Request
async def check(request: Request, x_key: str = Header("")):
    await request.body()
    if x_key != "open":
        raise HTTPException(401)
"""
OWN_ROUTE = """
from fastapi import HTTPException
from fastapi.routing import APIRoute
class Checked(APIRoute):
    def get_route_handler(self):
        handler = super().get_route_handler()
        async def checked(request):
            if request.headers.get("x-key") != "open":
                raise HTTPException(401)
            return await handler(request)
        return checked
"""
BEFORE_REQUEST = """
from flask import abort, request, signals
def check(*_, **__):
    request.get_data()
    if request.headers.get("X-Key") != "open":
        abort(401)
"""
SUBCLASS = f"""{ASGI_GUARD}
class Guarded(NAME):
    async def __call__(self, scope, receive, send):
        await Guard(super().__call__)(scope, receive, send)
"""

# Where something can be added to an asgi.py or wsgi.py, and what.
LAST = {"uvicorn": "Routes(service, ROUTES))\n", "uvicorn-fastapi": "Predictions(fastapi, service)))\n"}
LAST["nginx-gunicorn-flask"] = "app = Application(service, flask)\n"
FASTAPI_MADE, FASTAPI_ARGUMENTS = "redirect_slashes=False)\n", "FastAPI(title="
FLASK_MADE = "flask = Flask(__name__, static_folder=None)\n"
WRAPPED = f"{ASGI_GUARD}app = Guard(app)\n"
WAYS = {
    "uvicorn": {
        "app is wrapped": [("", WRAPPED)],
        "app is a subclass": [("app = Application(", SUBCLASS.replace("NAME", "Application") + "app = Guarded(")],
    },
    "uvicorn-fastapi": {
        "app is wrapped": [("", WRAPPED)],
        "add_middleware": [("", f"{ASGI_GUARD}fastapi.add_middleware(Guard)\n")],
        "add_middleware at once": [(FASTAPI_MADE, f"{FASTAPI_MADE}{ASGI_GUARD}fastapi.add_middleware(Guard)\n")],
        "middleware": [
            (
                "",
                """
@fastapi.middleware("http")
async def check(request, call_next):
    await request.body()
    return await call_next(request) if request.headers.get("x-key") == "open" else Response(status_code=401)
""",
            )
        ],
        "dependencies of all": [
            (FASTAPI_ARGUMENTS, "FastAPI(dependencies=[Depends(check)], title="),
            ("\nservice = ", f"{DEPENDENCY}\nservice = "),
        ],
        "a class of routes": [(FASTAPI_MADE, f"{FASTAPI_MADE}{OWN_ROUTE}fastapi.router.route_class = Checked\n")],
        "dependencies that are added": [
            (FASTAPI_MADE, f"{FASTAPI_MADE}{DEPENDENCY}fastapi.router.dependencies.append(Depends(check))\n")
        ],
        "a subclass": [
            (FASTAPI_ARGUMENTS, "Guarded(title="),
            ("\nservice = ", SUBCLASS.replace("NAME", "FastAPI") + "\nservice = "),
        ],
        "a middleware stack of its own": [
            ("", f"{ASGI_GUARD}build = fastapi.build_middleware_stack\n"),
            ("", "fastapi.build_middleware_stack = lambda: Guard(build())\n"),
        ],
    },
    "nginx-gunicorn-flask": {
        "app is wrapped": [("", f"{WSGI_GUARD}app = Guard(app)\n")],
        "wsgi_app is wrapped": [("", f"{WSGI_GUARD}flask.wsgi_app = Guard(flask.wsgi_app)\n")],
        "before_request": [("", f"{BEFORE_REQUEST}flask.before_request(check)\n")],
        "before_request at once": [(FLASK_MADE, f"{FLASK_MADE}{BEFORE_REQUEST}flask.before_request(check)\n")],
        "a blueprint": [
            ("", f"{BEFORE_REQUEST}from flask import Blueprint\nown = Blueprint('own', __name__)\n"),
            ("", "own.before_app_request(check)\nflask.register_blueprint(own)\n"),
        ],
        "a url_value_preprocessor": [("", f"{BEFORE_REQUEST}flask.url_value_preprocessor(check)\n")],
        "a signal": [("", f"{BEFORE_REQUEST}signals.request_started.connect(check, flask)\n")],
        "a view that is decorated": [
            ("", f"{BEFORE_REQUEST}view = flask.view_functions['predict']\nping = flask.view_functions['ping']\n"),
            ("", "flask.view_functions['predict'] = lambda **names: check() or view(**names)\n"),
            ("", "flask.view_functions['ping'] = lambda: check() or ping()\n"),
        ],
    },
}
ALL = [(stack, way, mode) for stack, ways in WAYS.items() for way in ways for mode in ("single", "multi-model")]


def ask(stack, program, path, *headers: bytes) -> tuple[int, bytes]:
    """The status and body of the answer to a row that is sent there."""
    if stack == "nginx-gunicorn-flask":
        told = dict(header.decode().split(": ") for header in headers)
        answer = Client(program.app).post(path.decode(), data=ROW, headers={"Content-Type": "text/csv", **told})
        return answer.status_code, answer.data
    lines = [b"POST %b HTTP/1.1" % path, b"Host: x", *headers, b"Content-Length: %d" % len(ROW), b"", ROW]
    _, answer = exchange(program, b"\r\n".join(lines))
    return int(answer.split()[1]), answer.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize(("stack", "way", "mode"), ALL)
def test_an_owners_check_sees_every_request(stack, way, mode, trained, tmp_path, monkeypatch):
    monkeypatch.setattr(inference, "QUICK", float("inf"))
    if mode == "multi-model":
        monkeypatch.setenv("SAGEMAKER_MULTI_MODEL", "true")
        monkeypatch.setenv(MODELS_FOLDER, str(tmp_path))
    name = "wsgi" if stack == "nginx-gunicorn-flask" else "asgi"
    added = "".join(text for place, text in WAYS[stack][way] if not place)
    replaced = [pair for pair in WAYS[stack][way] if pair[0]]
    with imported(stack, name, trained.base, *replaced, (LAST[stack], LAST[stack] + added)) as program:
        if stack != "nginx-gunicorn-flask":
            program.service.inference.quick = program.service.inference.may_be_quick
        prediction = b"/invocations" if mode == "single" else b"/models/m/invoke"
        for path in (b"/ping", prediction, b"/invocations"):
            assert ask(stack, program, path)[0] == 401
        assert ask(stack, program, b"/ping", b"X-Key: open") == (200, b"")
        answer = ask(stack, program, prediction, b"X-Key: open", b"Content-Type: text/csv")
        assert answer[0] == 404 if mode == "multi-model" else answer == (200, ANSWER)  # there is no model m
        told = program.service.metrics.text().decode()
    route = "/invocations" if mode == "single" else "/models/{name}/invoke"
    assert re.findall(rf'requests_total{{route="{re.escape(route)}",status="{answer[0]}"}} (\d+)', told) == ["1"]


MIDDLEWARE = """
from starlette.middleware.base import BaseHTTPMiddleware
class Check(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        return await call_next(request) if request.headers.get("x-key") == "open" else Response(status_code=401)
fastapi.add_middleware(Check)
"""
STREAM = """
def model_fn(model_dir):
    return None

def input_fn(body, content_type):
    return body

def predict_fn(data, model):
    yield "first,"
    if data == b"break":
        raise ValueError("broken in the middle")
    yield "last"
"""
ADDED = {
    "nginx": ("wsgi.py", LAST["nginx-gunicorn-flask"], f"{BEFORE_REQUEST}flask.before_request(check)\n"),
    "gunicorn": ("wsgi.py", LAST["nginx-gunicorn-flask"], f"{WSGI_GUARD}app = Guard(app)\n"),
    "uvicorn": ("asgi.py", LAST["uvicorn"], WRAPPED),
    "fastapi": ("asgi.py", LAST["uvicorn-fastapi"], MIDDLEWARE),
}


def test_a_running_server_has_the_owners_check_in_front_of_its_models(front, two_models, tmp_path, program_with):
    name, place, added = ADDED[front.name]
    program = program_with("", (f"program/{name}", place, place + added))
    with Server(front, two_models, tmp_path / "log", program, **MODE) as server:
        models = Models(server, two_models)
        wait_for_port(server)
        key = {"X-Key": "open"}
        load = '{"model_name": "m", "url": "%s"}' % models.url()  # noqa: UP031
        assert server.request("POST", "/models", load).status == 401
        assert server.request("POST", "/models", load, **key).status == 200
        for _ in range(2):
            assert models.invoke("m", ROW).status == 401
            assert models.invoke("m", ROW, **key).body == ANSWER


def test_a_stream_that_breaks_off_has_no_end_after_a_middleware_either(front, paths, tmp_path, program_with):
    name, place, added = ADDED[front.name]
    program = program_with(STREAM, (f"program/{name}", place, place + added))
    with Server(front, paths.base, tmp_path / "log", program) as server:
        wait_for_port(server)
        key = {"X-Key": "open", "Content-Type": "text/plain", "Accept": "text/plain"}
        assert server.request("POST", "/invocations", b"x", **key).body == b"first,last"
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            server.request("POST", "/invocations", b"break", **key)


CONVERSING = """
def model_fn(model_dir):
    return None

def transform_fn(model, body, content_type, accept):
    return "done", "text/plain"

def converse_fn(model, messages):
    yield "welcome"
"""
CONVERSING_GUARD = """
class Guard:
    def __init__(self, app):
        self.app = app
    async def __call__(self, scope, receive, send):
        if scope["type"] == "lifespan" or dict(scope["headers"]).get(b"x-key") == b"open":
            return await self.app(scope, receive, send)
        await send({"type": "websocket.close"})
"""


@pytest.mark.parametrize("front", ["uvicorn", "fastapi"], indirect=True)
def test_conversations_meet_it_too(front, paths, tmp_path, program_with):
    add = "app = Guard(app)\n" if front.name == "uvicorn" else "fastapi.add_middleware(Guard)\n"
    place = LAST[front.stack]
    program = program_with(CONVERSING, ("program/asgi.py", place, place + CONVERSING_GUARD + add))
    with Server(front, paths.base, tmp_path / "log", program) as server:
        wait_for_port(server)
        url = f"ws://127.0.0.1:{server.port}/invocations-bidirectional-stream"
        with pytest.raises(InvalidStatus), connect(url):
            pass
        with connect(url, additional_headers={"X-Key": "open"}) as client:
            assert client.recv(timeout=10) == "welcome"


def wait_for_port(server: Server) -> None:
    """Its pings need the key, too."""
    wait_until(lambda: server.process.poll() is not None or server.accepts())
