"""The API of a multi-model endpoint: load, unload, list and invoke models (M-02 to M-16). It knows no web framework.

Which models there are, host.py alone knows; each answers at a socket of its own. Nothing is kept here, so that
all workers of a server say the same at any moment.
https://docs.aws.amazon.com/sagemaker/latest/dg/mms-container-apis.html
"""

import hashlib
import json
import os
import re
from multiprocessing.connection import Client, Connection
from pathlib import Path
from typing import Any

from byoc.errors import RequestError, shown
from byoc.paths import Paths
from byoc.serving.prediction_paths import INVOKE, MODEL
from byoc.serving.response import Response, refusal
from byoc.settings import MODELS_FOLDER, MODELS_HOST, Settings

SINGLE = "this is a multi-model endpoint: POST /models/NAME/invoke takes its place; unset SAGEMAKER_MULTI_MODEL for one"
PAGE = "100"  # models, if the request does not say
# What a URL can hold of SageMaker's TargetModel; clients and proxies leave out what is between . and slashes.
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
LONGEST = 1024  # bytes
NAME_RULE = f"printable text of at most {LONGEST} bytes, without a blank before it, and no . or .. between slashes"


class Models:
    """Names are opaque: any text that a URL can hold. All methods but one raise RequestError for what cannot be had."""

    def __init__(self, folder: Path, paths: Paths, settings: Settings):
        self._folder = folder
        self._models = paths.models.resolve()
        self._timeout = settings.timeout

    @classmethod
    def from_environment(cls, settings: Settings) -> "Models":
        return cls(Path(os.environ[MODELS_FOLDER]), Paths.from_environment(), settings)

    def load(self, body: bytes) -> dict[str, str]:
        """`POST /models`: returns when it can be invoked; 409 if it could before, 507 without memory (M-03 to M-06)."""
        name, url = _fields(body)
        self._ask("load", name=name, url=url, folder=str(self._folder_at(url)))
        return {"modelName": name, "modelUrl": url}

    def unload(self, name: str) -> dict[str, str]:
        """`DELETE /models/NAME`: returns when its memory is free; requests under way are answered first (M-11)."""
        return {"modelName": name, "modelUrl": self._ask("unload", name=name)["url"]}

    def get(self, name: str) -> dict[str, str]:
        """`GET /models/NAME` (M-10)."""
        loaded = dict(self._ask("list")["models"])
        if name not in loaded:
            raise RequestError(404, not_loaded(name))
        return {"modelName": name, "modelUrl": loaded[name]}

    def page(self, limit: str, token: str) -> dict[str, Any]:
        """`GET /models?limit=…&next_page_token=…`: the models in the order of their names, after `token` (M-07).

        The token is the last name of the page before, so models that come and go meanwhile shift no page.
        """
        if not re.fullmatch("[1-9][0-9]{0,8}", limit or PAGE):
            raise RequestError(400, f"limit is {limit!r}; it must be a whole number above 0")
        found = sorted(model for model in self._ask("list")["models"] if model[0] > token)
        page = [{"modelName": name, "modelUrl": url} for name, url in found[: int(limit or PAGE)]]
        more = {"nextPageToken": page[-1]["modelName"]} if len(found) > len(page) else {}
        return {"models": page, **more}

    def invoke(
        self, name: str, body: bytes, content_type: str, accept: str, encoding: str = ""
    ) -> tuple[int, bytes, str, str]:
        """`POST /models/NAME/invoke`: the fields of a predictor.Response. 507 if its memory ran out (M-12)."""
        try:
            with Client(str(self._folder / entry(name)), "AF_UNIX") as model:
                asked = {"content_type": content_type, "accept": accept, "encoding": encoding}
                model.send_bytes(json.dumps(asked).encode())
                model.send_bytes(body)
                head = json.loads(self._wait(model))
                return head["status"], model.recv_bytes(), head["content_type"], head["remark"]
        except (FileNotFoundError, ConnectionRefusedError):
            raise RequestError(404, not_loaded(name)) from None
        except (EOFError, OSError):
            self._ask("ending", name=name)
            raise RequestError(500, f"the model {name!r} ended while it answered; see the log") from None

    def respond(self, path: str, body: bytes, content_type: str, accept: str, encoding: str = "") -> Response:
        """Answer `POST path`, which ends in /invoke or is that of single models. Never raises."""
        try:
            if path == "/invocations":
                raise RequestError(404, SINGLE)
            name = path.removeprefix(MODEL).removesuffix(INVOKE)
            return Response(*self.invoke(name, body, content_type, accept, encoding))
        except RequestError as error:
            return refusal(error.status, str(error))

    def _ask(self, do: str, **request: str) -> dict[str, Any]:
        try:
            with Client(str(self._folder / MODELS_HOST), "AF_UNIX") as host:
                host.send_bytes(json.dumps({"do": do, **request}).encode())
                answer = json.loads(self._wait(host))
        except (EOFError, OSError):
            raise RequestError(503, "the process that keeps the models is gone; see the log") from None
        if answer["status"] != 200:
            raise RequestError(answer["status"], answer["reason"])
        return answer

    def _wait(self, connection: Connection) -> bytes:
        if not connection.poll(self._timeout):
            raise RequestError(503, f"no answer within SAGEMAKER_MODEL_SERVER_TIMEOUT, {self._timeout} s")
        return connection.recv_bytes()

    def _folder_at(self, url: str) -> Path:
        """The folder itself, without symbolic links, so that what was looked at is what is loaded."""
        try:
            folder = Path(url).resolve()
            inside = folder.is_relative_to(self._models) and folder != self._models
            if inside and folder.is_dir():
                return folder
        except (OSError, ValueError, RuntimeError):  # too long, a NUL in it, symbolic links in a circle
            inside = True
        if not inside:
            raise RequestError(400, f"url is {url!r}; it must be a folder under {self._models}")
        raise RequestError(404, f"url is {url!r}, where there is no folder")


def _fields(body: bytes) -> tuple[str, str]:
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        request = None
    if not isinstance(request, dict):
        raise RequestError(400, 'the body is no JSON object; it must be {"model_name": "…", "url": "…"}')
    for field in ("model_name", "url"):
        value = request.get(field)
        if not isinstance(value, str) or not value:
            raise RequestError(400, f"{field} is {json.dumps(value)[:100]}; it must be text, and not empty")
    _check_name(request["model_name"])
    return request["model_name"], request["url"]


def _check_name(name: str) -> None:
    printable = name.isprintable() and not name.startswith(" ")
    if not printable or len(name.encode()) > LONGEST or not {".", ".."}.isdisjoint(name.split("/")):
        raise RequestError(400, f"model_name is {shown(name)}; it must be {NAME_RULE}")


def entry(name: str) -> str:
    """The file name of the model's socket: short, because the path of a socket must be, and with no odd character."""
    return hashlib.blake2b(name.encode(errors="surrogatepass"), digest_size=16).hexdigest()


def not_loaded(name: str) -> str:
    return f"the model {name!r} is not loaded; see GET /models"
