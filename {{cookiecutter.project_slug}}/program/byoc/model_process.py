"""What the process of one model does in multi-model mode: load it, then answer requests until it is unloaded."""

import json
import os
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from pathlib import Path

import predictor
from byoc.errors import ModelError
from byoc.settings import Settings

GRACE = 25  # seconds for requests under way when the model is unloaded
OOM_SCORE = Path("/proc/self/oom_score_adj")
FIRST_CHOICE = "1000"  # the most there is


def main(folder: Path, settings: Settings, address: str, host: Connection) -> None:
    """Never returns. `host` is told `{"status", "reason"}` once; whatever it says then, or its end, is the end of this.

    Requests are answered at the unix socket `address`, as `multi_model.Models.invoke` sends them.
    """
    try:
        with suppress(OSError):  # not Linux
            OOM_SCORE.write_text(FIRST_CHOICE)  # when memory runs out, the kernel takes a model, not the server (M-05)
        loaded, status, reason = load(folder, settings)
        listener = listen(address)
        host.send_bytes(json.dumps({"status": status, "reason": reason}).encode())
        if loaded:
            serve(listener, host, loaded.respond, settings.threads)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(0)  # nothing of what the host meant to do at its own end


def load(folder: Path, settings: Settings) -> tuple[predictor.Predictor | None, int, str]:
    """The model with status 200, or none with the status and the reason (M-05, M-06)."""
    try:
        return predictor.Predictor(folder, settings), 200, ""
    except ModelError as error:
        return None, 400, str(error)
    except MemoryError:
        return None, 507, f"there is not enough memory to load {folder}; unload another model"
    except Exception as error:
        traceback.print_exc()
        return None, 400, f"the model in {folder} cannot be loaded: {type(error).__name__}: {error}"


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
        response = respond(body, asked["content_type"], asked["accept"])
    except BaseException as error:  # a handler may even have called sys.exit
        response = predictor.refusal(500, f"the model failed on this request: {error!r}", traceback.format_exc())
    head = {"status": response.status, "content_type": response.content_type, "remark": response.remark}
    client.send_bytes(json.dumps(head).encode())
    client.send_bytes(response.body)
