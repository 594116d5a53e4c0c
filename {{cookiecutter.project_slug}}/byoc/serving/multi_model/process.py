"""The process of one model of a multi-model endpoint: loads it, then answers requests until it is unloaded."""

import json
import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from types import ModuleType
from typing import Any, NoReturn

from byoc.errors import ModelError
from byoc.serving.handlers import told
from byoc.serving.predictor import Predictor
from byoc.serving.response import refusal
from byoc.settings import Settings

GRACE = 25  # seconds for requests under way when the model is unloaded
OOM_SCORE = Path("/proc/self/oom_score_adj")
FIRST_CHOICE = "1000"  # the most there is


def start(
    folder: Path, settings: Settings, handlers: ModuleType, sockets: Path, foreign: Iterable[Any]
) -> tuple[int, Connection]:
    """Fork one that loads what is in the folder: its process id, and the pipe to it.

    It listens at `sockets/<process id>`, and closes what is `foreign` to it: else nobody would notice its owner do so.
    """
    ours, theirs = Pipe()
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        theirs.close()
        return pid, ours
    for source in (ours, *foreign):
        source.close()
    main(folder, settings, handlers, str(sockets / str(os.getpid())), theirs)


def main(folder: Path, settings: Settings, handlers: ModuleType, address: str, host: Connection) -> NoReturn:
    """Answer requests at the unix socket `address`, as `requests.Models.invoke` sends them.

    The host is told `{"status", "reason"}` once; whatever it says then, or its end, is the end of this.
    """
    try:
        with suppress(OSError):  # not Linux
            OOM_SCORE.write_text(FIRST_CHOICE)  # when memory runs out, the kernel takes a model, not the server (M-05)
        loaded, status, reason = load(folder, settings, handlers)
        listener = listen(address)
        host.send_bytes(json.dumps({"status": status, "reason": reason}).encode())
        if loaded:
            serve(listener, host, loaded.respond, settings.threads)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(0)  # nothing of what the host meant to do at its own end


def load(folder: Path, settings: Settings, handlers: ModuleType) -> tuple[Predictor | None, int, str]:
    """The model with status 200, or none with the status and the reason (M-05, M-06)."""
    try:
        return Predictor(folder, settings, handlers), 200, ""
    except ModelError as error:
        return None, 400, str(error)
    except MemoryError:
        return None, 507, f"{folder} cannot be loaded: not enough memory; unload another model"
    except Exception as error:
        traceback.print_exc()
        return None, 400, f"the model in {folder} cannot be loaded: {told(error)}"


def listen(address: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(address)
    listener.listen(1024)
    listener.setblocking(False)  # of several threads that wait, one gets the connection
    return listener


def serve(listener: socket.socket, host: Connection, respond: Callable, threads: int) -> None:
    """Answer in so many threads until the host says something or is gone; returns when all that came is answered."""
    others = [threading.Thread(target=accept, args=(listener, host, respond)) for _ in range(threads - 1)]
    for thread in others:
        thread.start()
    accept(listener, host, respond)
    for thread in others:
        thread.join()


def accept(listener: socket.socket, host: Connection, respond: Callable) -> None:
    stopping = False
    while True:
        if not stopping and host in wait([listener, host]):
            stopping = True
            signal.alarm(GRACE)  # ends the process
            with suppress(OSError):  # another thread was quicker
                listener.shutdown(socket.SHUT_RDWR)  # those who come too late are refused, those in the queue are not
        try:
            accepted, _ = listener.accept()
        except OSError:  # nobody there: another thread was quicker, or all have been served
            if stopping:
                return
            continue
        accepted.setblocking(True)
        with Connection(accepted.detach()) as client, suppress(OSError, EOFError):  # it may have given up
            answer(client, respond)


def answer(client: Connection, respond: Callable) -> None:
    asked, body = json.loads(client.recv_bytes()), client.recv_bytes()
    try:
        response = respond(body, asked["content_type"], asked["accept"], asked["encoding"])
        body = response.body if isinstance(response.body, bytes) else b"".join(response.body)  # no API streams from it
    except BaseException as error:  # a handler may even have called sys.exit
        response = refusal(500, f"the model failed on this request: {error!r}", traceback.format_exc())
        body = response.body
    head = {"status": response.status, "content_type": response.content_type, "remark": response.remark}
    client.send_bytes(json.dumps(head).encode())
    client.send_bytes(body)
