"""Timeouts of requests in a worker with threads (S-45).

gunicorn replaces a worker that is stuck, but one with threads never is: it goes on while a thread of it hangs, and
nothing can end a thread. So the worker ends itself, once the other requests that it has are answered.
"""

import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from byoc import log


class Watch:
    """Gives requests `seconds`. `under_way` tells how many the worker has.

    One thread watches them all: a timer for each would cost a fifth of the requests that can be answered.
    """

    def __init__(self, seconds: int, under_way: Callable[[], int]):
        self._seconds = seconds
        self._under_way = under_way
        self._overdue = 0
        self._watched: dict[int, tuple[float, dict[str, Any], bytes]] = {}  # the oldest first, so the first to be due
        self._unborn = threading.Lock()

    @contextmanager
    def over(self, environ: dict[str, Any], last_words: bytes) -> Iterator[None]:
        """Keep an eye on the request while the block lasts; `environ` is WSGI's, `last_words` are for the client."""
        if self._unborn.acquire(blocking=False):  # only now, because threads do not survive the fork of the worker
            threading.Thread(target=self._watch, daemon=True).start()
        request = time.monotonic() + self._seconds, environ, last_words
        self._watched[id(request)] = request
        try:
            yield
        finally:
            self._watched.pop(id(request), None)

    def _watch(self) -> None:
        while True:
            now = time.monotonic()
            wake = now + self._seconds
            for request in list(self._watched.values()):
                due, environ, last_words = request
                if due > now:
                    wake = due
                    break
                if self._watched.pop(id(request), None):
                    threading.Thread(target=self._end, args=[environ, last_words]).start()
            time.sleep(wake - now)

    def _end(self, environ: dict[str, Any], last_words: bytes) -> None:
        log.request(environ, status=503, remark=f"no answer in {self._seconds} s, so its worker ends")
        client = environ["gunicorn.socket"]
        with suppress(OSError):  # the client may be gone
            client.sendall(last_words)
            client.shutdown(socket.SHUT_RDWR)
        self._overdue += 1
        os.kill(os.getpid(), signal.SIGTERM)  # it takes no more; its place is filled when it has ended
        while self._under_way() > self._overdue:  # the others have their time, too
            time.sleep(0.05)
        os._exit(1)
