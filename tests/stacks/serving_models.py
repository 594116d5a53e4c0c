"""A multi-model endpoint that the real `serve` makes, and the requests of the platform's to it."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psutil

from byoc.paths import Paths
from byoc.signature import Signature
from serving import Response, Server, wait_until
from stacks import Front

MODE = {"SAGEMAKER_MULTI_MODEL": "true", "SAGEMAKER_MODEL_SERVER_WORKERS": 2}


def first_label(trained: Paths) -> bytes:
    return Signature.load(trained.model).labels[0].encode()


def lay_two_models(trained: Paths, folder: Path) -> Path:
    """A tree with two models in /opt/ml/models, whose answers differ, and no /opt/ml/model."""
    paths = Paths(folder / "ml")
    for name in ("one", "other"):
        shutil.copytree(trained.model, paths.models / name / "model")
    label = first_label(trained)
    for file in (paths.models / "other" / "model").iterdir():
        file.write_bytes(file.read_bytes().replace(label, label.swapcase()))
    return paths.base


class Models:
    """Those of a server over such a tree."""

    def __init__(self, server: Server, base: Path):
        self.server, self.folder = server, Paths(base).models

    def url(self, folder: str = "one") -> str:
        return str(self.folder / folder / "model")

    def load(self, name: str, folder: str = "one") -> Response:
        return self.server.request("POST", "/models", json.dumps({"model_name": name, "url": self.url(folder)}))

    def unload(self, name: str) -> Response:
        return self.server.request("DELETE", f"/models/{quote(name, safe='')}")

    def get(self, name: str) -> Response:
        return self.server.request("GET", f"/models/{quote(name, safe='')}")

    def invoke(self, name: str, body: bytes, **headers: str) -> Response:
        path = f"/models/{quote(name, safe='')}/invoke"
        return self.server.request("POST", path, body, **{"Content-Type": "text/csv"} | headers)

    def names(self) -> list[str]:
        return [model["modelName"] for model in json.loads(self.server.request("GET", "/models").body)["models"]]

    def unload_all(self) -> None:
        for name in self.names():
            self.unload(name)


@contextmanager
def serving_models(front: Front, base: Path, log: Path) -> Iterator[Models]:
    """In the end SIGTERM must end it, and the model that is loaded then."""
    with Server(front, base, log, **MODE) as server:
        models = Models(server.ready(), base)
        yield models
        assert models.load("left").status == 200
        everyone = psutil.Process(server.process.pid).children(recursive=True)
        server.process.terminate()
        assert server.process.wait(timeout=30) == 0
        wait_until(lambda: not any(map(lives, everyone)))
        assert "Traceback" not in server.log


def lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
