"""Multi-model endpoints: models are loaded and unloaded by HTTP."""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

from ...http_client import Answer
from ...kit import Kit, Server, once
from ...outcome import NotChecked, NotHeld, container_only, must

NAMES = ["0123456789abcdef0123456789abcdef", "name-with.odd_chars~1"]
MEMORY = "512m"
MOST = 300  # models to load into that


@once
def models_folder(kit: Kit) -> Path:
    base = kit.new_folder()
    for name in NAMES:
        shutil.copytree(kit.model(), base / "models" / name / "model")
    (base / "models" / "corrupt" / "model").mkdir(parents=True)
    return base


@contextmanager
def endpoint(kit: Kit, *options: str) -> Iterator[Server]:
    """A server of the check's own in multi-model mode, without a model loaded.

    The single-model server must have become ready before.
    """
    kit.server()
    how = {"folder": models_folder(kit), "ports": (8080,), "environment": {"SAGEMAKER_MULTI_MODEL": "true"}}
    with kit.target.start("serve", **how, options=options) as program:
        yield kit.ready(program, program.address())


def url(kit: Kit, name: str) -> str:
    base = "/opt/ml" if kit.target.kind == "image" else str(models_folder(kit))
    return f"{base}/models/{name}/model"


def load(server: Server, name: str, where: str) -> Answer:
    body = json.dumps({"model_name": name, "url": where}).encode()
    return server.ask("POST", "/models", body, 60, Content_Type="application/json")


def get(server: Server, name: str) -> Answer:
    return server.ask("GET", f"/models/{quote(name, safe='')}")


def unload(server: Server, name: str) -> Answer:
    return server.ask("DELETE", f"/models/{quote(name, safe='')}")


def invoke(server: Server, name: str) -> Answer:
    sample = server.sample
    headers = {"Content-Type": sample.content_type, "X-Amzn-SageMaker-Target-Model": f"{name}.tar.gz"}
    return server.ask("POST", f"/models/{quote(name, safe='')}/invoke", sample.body, 60, **headers)


def listed(server: Server) -> set[str]:
    """The names of all loaded models, over all pages."""
    names, page = set(), ""
    for _ in range(100):
        answer = server.ask("GET", f"/models{page}")
        must(answer.status == 200, f"GET /models → {answer.brief()}")
        try:
            found = json.loads(answer.body)
            names |= {model["modelName"] for model in found["models"]}
        except (ValueError, KeyError, TypeError):
            raise NotHeld(f"GET /models → {answer.brief()}") from None
        if not found.get("nextPageToken"):
            return names
        page = f"?next_page_token={quote(found['nextPageToken'])}"
    raise NotHeld("GET /models has no last page")


def expect(answer: Answer, status: int, what: str) -> Answer:
    must(answer.status == status, f"{what} → {answer.brief()}, not {status}")
    return answer


def mm_ready_without_models(kit: Kit) -> str:
    """M-01, M-02, M-08, M-09: ping is 200 and the list is empty with zero models."""
    with endpoint(kit) as server:
        expect(server.ask("GET", "/ping"), 200, "GET /ping without models")
        must(not listed(server), f"models that nobody has loaded: {sorted(listed(server))}")
    return "GET /ping → 200 and GET /models → 200 without models"


@once
def mm_models_come_and_go(kit: Kit) -> str:
    """M-03, M-04, M-07, M-10, M-11, M-12, M-13, M-16: load, 409, list, get, invoke, unload, 404."""
    with endpoint(kit) as server:
        for name in NAMES:
            expect(load(server, name, url(kit, name)), 200, f"POST /models {name}")
            expect(load(server, name, url(kit, name)), 409, f"POST /models {name} again")
        must(listed(server) == set(NAMES), f"GET /models lists {sorted(listed(server))}, not {NAMES}")
        for name in NAMES:
            expect(get(server, name), 200, f"GET /models/{name}")
            kit.sample.must_be_expected(expect(invoke(server, name), 200, f"POST /models/{name}/invoke"))
        for name in NAMES:
            expect(unload(server, name), 200, f"DELETE /models/{name}")
            expect(unload(server, name), 404, f"DELETE /models/{name} again")
            expect(invoke(server, name), 404, f"POST /models/{name}/invoke after DELETE")
            expect(get(server, name), 404, f"GET /models/{name} after DELETE")
        must(not listed(server), f"GET /models still lists {sorted(listed(server))}")
    return f"{len(NAMES)} models loaded, listed, invoked and unloaded"


@container_only
def mm_short_memory_is_told(kit: Kit) -> str:
    """M-05: a model that does not fit gets 507, the container goes on, and there is room again after DELETE."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(endpoint(kit, "--memory", MEMORY, "--memory-swap", MEMORY))
        except NotHeld as error:
            raise NotChecked(f"it does not start with {MEMORY} of memory: {error}") from None
        for count in range(MOST):
            full = load(server, f"copy-{count}", url(kit, NAMES[0]))
            if full.status != 200:
                break
        else:
            raise NotChecked(f"{MOST} copies of the model fit into {MEMORY}")
        expect(full, 507, f"POST /models beyond {count} models, with {MEMORY} of memory")
        must(server.program.is_alive(), f"the container ended after {count} models, with {MEMORY} of memory")
        for other in range(count):  # as the platform does: it unloads others until there is room
            expect(unload(server, f"copy-{other}"), 200, "DELETE with the memory full")
            again = load(server, "again", url(kit, NAMES[0]))
            if again.status == 200:
                return f"{count} models in {MEMORY}, then 507; after {other + 1} × DELETE it loads again"
        raise NotHeld(f"POST /models → {full.brief()}, however many models were unloaded")


def mm_bad_models_are_refused(kit: Kit) -> str:
    """M-06: nothing half-loaded remains."""
    with endpoint(kit) as server:
        for name, where in (("corrupt", url(kit, "corrupt")), ("nowhere", url(kit, "nowhere")), ("outside", "/etc")):
            answer = load(server, name, where)
            must(answer.status >= 400, f"POST /models with {where} → {answer.brief()}")
            must(name not in listed(server), f"{name} was refused, and yet is listed")
    return f"refused: {answer.brief()}"


def mm_load_and_invoke_do_not_race(kit: Kit) -> str:
    """M-14: under load every answer is the model's, or 404."""
    name = NAMES[0]
    with endpoint(kit) as server, ThreadPoolExecutor(8) as pool:
        changes = pool.submit(lambda: [(load(server, name, url(kit, name)), unload(server, name)) for _ in range(10)])
        answers = [answer for _ in range(10) for answer in pool.map(lambda _: invoke(server, name), range(7))]
        changes.result()
    statuses = sorted({answer.status for answer in answers})
    must(set(statuses) <= {200, 404}, f"while the model came and went: {statuses}")
    if 200 not in statuses:
        raise NotChecked("no request met the model while it was loaded")
    for answer in answers:
        if answer.status == 200:
            kit.sample.must_be_expected(answer)
    return f"{len(answers)} requests while the model came and went: {statuses}"
