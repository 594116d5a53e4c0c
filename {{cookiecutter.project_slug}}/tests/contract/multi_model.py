"""Multi-model endpoints: models come and go by HTTP."""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from .http_client import Answer
from .kit import Kit, Server, once
from .outcome import NotChecked, NotHeld, container_only, must

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


@once
def endpoint(kit: Kit) -> Server:
    """The server in multi-model mode that most checks share."""
    return kit.stack.enter_context(serving(kit))


@contextmanager
def serving(kit: Kit, *options: str) -> Iterator[Server]:
    """A server in multi-model mode, without a model loaded. The single-model server must have become ready before."""
    kit.server()
    how = {"folder": models_folder(kit), "ports": (8080,), "environment": {"SAGEMAKER_MULTI_MODEL": "true"}}
    with kit.target.start("serve", **how, options=options) as program:
        yield kit.ready(program, program.address())


def url(kit: Kit, name: str) -> str:
    base = "/opt/ml" if kit.target.kind == "image" else str(models_folder(kit))
    return f"{base}/models/{name}/model"


def load(kit: Kit, name: str, where: str | None = None, server: Server | None = None) -> Answer:
    body = json.dumps({"model_name": name, "url": where or url(kit, name)}).encode()
    return (server or endpoint(kit)).ask("POST", "/models", body, 60, Content_Type="application/json")


def unload(kit: Kit, name: str) -> Answer:
    return endpoint(kit).ask("DELETE", f"/models/{quote(name, safe='')}")


def invoke(kit: Kit, name: str) -> Answer:
    sample = kit.sample
    headers = {"Content-Type": sample.content_type, "X-Amzn-SageMaker-Target-Model": f"{name}.tar.gz"}
    return endpoint(kit).ask("POST", f"/models/{quote(name, safe='')}/invoke", sample.body, 60, **headers)


def listed(kit: Kit) -> set[str]:
    """The names of all loaded models, over all pages."""
    names, page = set(), ""
    for _ in range(100):
        answer = endpoint(kit).ask("GET", f"/models{page}")
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


def mm_ready_without_models(kit: Kit) -> str:
    """M-01, M-02, M-08, M-09: ping is 200 and the list is empty with zero models."""
    must(endpoint(kit).ask("GET", "/ping").status == 200, "GET /ping is not 200 without models")
    names = listed(kit)
    must(names <= set(NAMES), f"models that nobody has loaded: {sorted(names)}")
    return "GET /ping → 200 and GET /models → 200 without models"


def mm_models_come_and_go(kit: Kit) -> str:
    """M-03, M-04, M-07, M-10, M-11, M-12, M-13, M-16: load, 409, list, get, invoke, unload, 404."""
    for name in NAMES:
        expect(load(kit, name), 200, f"POST /models {name}")
        expect(load(kit, name), 409, f"POST /models {name} again")
    must(listed(kit) == set(NAMES), f"GET /models lists {sorted(listed(kit))}, not {NAMES}")
    for name in NAMES:
        expect(endpoint(kit).ask("GET", f"/models/{quote(name, safe='')}"), 200, f"GET /models/{name}")
        answer = expect(invoke(kit, name), 200, f"POST /models/{name}/invoke")
        kit.sample.must_be_expected(answer)
    for name in NAMES:
        expect(unload(kit, name), 200, f"DELETE /models/{name}")
        expect(unload(kit, name), 404, f"DELETE /models/{name} again")
        expect(invoke(kit, name), 404, f"POST /models/{name}/invoke after DELETE")
        expect(endpoint(kit).ask("GET", f"/models/{quote(name, safe='')}"), 404, f"GET /models/{name} after DELETE")
    must(not listed(kit), f"GET /models still lists {sorted(listed(kit))}")
    return f"{len(NAMES)} models loaded, listed, invoked and unloaded"


def expect(answer: Answer, status: int, what: str) -> Answer:
    must(answer.status == status, f"{what} → {answer.brief()}, not {status}")
    return answer


@container_only
def mm_short_memory_is_told(kit: Kit) -> str:
    """M-05: a model that does not fit is answered with 507, what is there goes on, and there is room again after DELETE."""
    with serving(kit, "--memory", MEMORY, "--memory-swap", MEMORY) as server:
        for count in range(MOST):
            full = load(kit, f"copy-{count}", url(kit, NAMES[0]), server)
            if full.status != 200:
                break
        else:
            raise NotChecked(f"{MOST} copies of the model fit into {MEMORY}")
        must(count, f"POST /models → {full.brief()} for the first model, with {MEMORY} of memory")
        expect(full, 507, f"POST /models for a model beyond {count}, with {MEMORY} of memory")
        must(server.program.is_alive(), f"the container ended after {count} models, with {MEMORY} of memory")
        expect(server.ask("GET", "/ping"), 200, "GET /ping with the memory full")
        for other in range(count):  # as the platform does: it unloads others until there is room
            expect(server.ask("DELETE", f"/models/copy-{other}"), 200, "DELETE with the memory full")
            again = load(kit, "again", url(kit, NAMES[0]), server)
            if again.status == 200:
                return f"{count} models in {MEMORY}, then {full.brief()}; after {other + 1} × DELETE it loads again"
        raise NotHeld(f"POST /models → {again.brief()} even with all other models unloaded")


def mm_bad_models_are_refused(kit: Kit) -> str:
    """M-06: nothing half-loaded remains."""
    for name, where in (("corrupt", None), ("nowhere", url(kit, "nowhere")), ("outside", "/etc")):
        answer = load(kit, name, where)
        must(answer.status >= 400, f"POST /models with {where or 'an empty folder'} → {answer.brief()}")
        must(name not in listed(kit), f"{name} was refused, and yet is listed")
    return f"refused: {answer.brief()}"


def mm_load_and_invoke_do_not_race(kit: Kit) -> str:
    """M-14: under load every answer is the model's, or 404."""
    name = NAMES[0]
    with ThreadPoolExecutor(8) as pool:
        changes = pool.submit(lambda: [(load(kit, name), unload(kit, name)) for _ in range(10)])
        answers = [answer for _ in range(10) for answer in pool.map(lambda _: invoke(kit, name), range(7))]
        changes.result()
    statuses = sorted({answer.status for answer in answers})
    must(set(statuses) <= {200, 404}, f"while the model came and went: {statuses}")
    if 200 not in statuses:
        raise NotChecked("no request met the model while it was loaded")
    for answer in answers:
        if answer.status == 200:
            kit.sample.must_be_expected(answer)
    return f"{len(answers)} requests while the model came and went: {statuses}"
