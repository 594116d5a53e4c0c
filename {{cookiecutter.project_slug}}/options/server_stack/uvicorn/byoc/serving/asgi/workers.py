"""uvicorn's workers, which share the memory of one process: its own `--workers` each load a copy of everything.

`python -m byoc.serving.asgi.workers MODULE` serves `MODULE.app`, an ASGI application over `MODULE.service`.
"""

import gc
import importlib
import os
import socket
import sys
from functools import partial
from typing import Any

import uvicorn

from byoc.serving.asgi.application import may_answer_at_once
from byoc.serving.asgi.prefork import BEAT, REPLACE, Workers
from byoc.serving.asgi.protocol import Conversation, Protocol
from byoc.serving.asgi.service import Service
from byoc.serving.processes import GRACE

BACKLOG = 2048  # connections that may wait to be taken (S-05)
MARGIN = 10  # seconds above the timeout of a request, which is the event loop's to tell if it can


def work(service: Service, config: uvicorn.Config, listener: socket.socket, beats: int) -> int:
    """Answer requests until SIGTERM; returns the exit code."""

    server = uvicorn.Server(config)

    async def beat() -> None:
        os.write(beats, BEAT)
        service.access_log.flush()
        for connection in list(server.server_state.connections):
            connection.inspect()

    config.callback_notify = beat
    service.inference.replace_worker = lambda: os.write(beats, REPLACE)
    try:
        server.run([listener])
    except SystemExit as end:
        return end.code or 0
    finally:
        service.access_log.flush()
    return 0


def configuration(app: Any, service: Service) -> uvicorn.Config:
    """Everything that a worker would else import for itself is loaded."""
    config = uvicorn.Config(
        app,
        loop="auto",  # uvloop, where it is installed: 14 MB for a tenth more requests
        http=type("ServiceProtocol", (Protocol,), {"service": service, "is_on": may_answer_at_once(app)}),
        ws=Conversation,
        interface="asgi3",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=GRACE,
        timeout_notify=0,  # once a second, which is as often as it looks
    )
    config.load()
    return config


def listen(endpoint: tuple[str, int]) -> socket.socket:
    """A socket for one worker: the kernel spreads connections over them, while of a shared one the first takes all."""
    listener = socket.create_server(endpoint, backlog=BACKLOG, reuse_port=True)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else head and body are 40 ms apart, with asyncio
    return listener


def main(module: str) -> int:
    asgi = importlib.import_module(module)
    service, settings = asgi.service, asgi.service.settings
    config = configuration(asgi.app, service)
    gc.freeze()  # what is frozen is never written to by the workers' collectors, so they share it
    listeners = [listen(settings.endpoint) for _ in range(settings.workers)]
    return Workers(listeners, partial(work, service, config), settings.timeout + MARGIN).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
