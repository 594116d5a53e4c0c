"""A server's application in the tests' own process, from source, without a server around it."""

import asyncio
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

from byoc.serving import asgi
from stacks import TEMPLATE

TWIN = "byoc.serving.asgi.model_routes"


def load(name: str, file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextmanager
def imported(stack: str, name: str, base: Path, *replaced: tuple[str, str]) -> Iterator[ModuleType]:
    """The stack's program/NAME.py, with the model in `base`, an /opt/ml, and a predictor.py without handlers.

    In its text, the first of each pair is replaced by the second.
    """
    folder = TEMPLATE.project / "options/server_stack" / stack
    file = folder / "program" / f"{name}.py"
    text = file.read_text()
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    module = importlib.util.module_from_spec(importlib.util.spec_from_file_location(name, file))
    with pytest.MonkeyPatch.context() as here:
        here.setenv("SAGEMAKER_BASE_DIR", str(base))
        for twin in folder.glob("byoc/serving/asgi/model_routes.py"):  # of which uvicorn has one, too
            here.setitem(sys.modules, TWIN, load(TWIN, twin))
            here.setattr(asgi, "model_routes", sys.modules[TWIN], raising=False)
        here.setitem(sys.modules, "predictor", ModuleType("predictor"))
        here.setitem(sys.modules, name, module)
        exec(compile(text, file, "exec"), vars(module))
        yield module


class Transport(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: bytes) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        """Everything that is sent comes at once, asked for or not."""

    resume_reading = pause_reading


def exchange(asgi: ModuleType, *pieces: bytes) -> tuple[bytes, bytes]:
    """What an asgi.py's server writes before the event loop has another turn, and all that it writes in the end."""
    from uvicorn import Server

    from byoc.serving.asgi.workers import configuration

    async def scenario() -> tuple[bytes, bytes]:
        config = configuration(asgi.app, asgi.service)
        protocol = config.http_protocol_class(config, Server(config).server_state, {})
        protocol.connection_made(transport := Transport())
        for piece in pieces:
            protocol.data_received(piece)
        at_once = transport.written
        await asyncio.wait_for(asyncio.gather(*protocol.tasks), 30)
        protocol.connection_lost(None)
        return at_once, transport.written

    return asyncio.run(scenario())
