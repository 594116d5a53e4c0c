"""Pre-forked workers: all share the memory of one process that has loaded everything, and are replaced as needed."""

import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from byoc import console
from byoc.serving.processes import GRACE

BEAT = b"."  # a worker is well, once a second
REPLACE = b"!"  # a request hangs in it: another shall take its place
CANNOT_START = 3  # uvicorn's exit code when a start would only fail again


@dataclass
class Worker:
    pid: int
    listener: socket.socket
    beats: int  # a pipe, from the worker
    seen: float
    leaving: bool = False


class Workers:
    """The parent of the workers: replaces those that die or hang, and drains them all on SIGTERM (S-12, S-14)."""

    def __init__(self, listeners: list[socket.socket], work: Callable[[socket.socket, int], int], timeout: float):
        """A worker for each listener does `work`, given a pipe for its signs of life: one in `timeout` seconds."""
        self.listeners, self.work, self.timeout = listeners, work, timeout
        self.all: list[Worker] = []
        self.stopping = False

    def run(self) -> int:
        """Returns the exit code: 1 if no worker can start."""
        signal.signal(signal.SIGTERM, self.drain)
        for listener in self.listeners:
            self.fork(listener)
        while self.all:
            pipes = [worker.beats for worker in self.all]
            ready, _, _ = select.select(pipes, [], [], 1)
            for worker in [worker for worker in self.all if worker.beats in ready]:
                if self.hear(worker) == CANNOT_START:
                    return 1
            for worker in self.all:
                if time.monotonic() - worker.seen > (GRACE if worker.leaving else self.timeout):
                    os.kill(worker.pid, signal.SIGKILL)
        return 0

    def fork(self, listener: socket.socket) -> None:
        if self.stopping:
            return
        beats, own_end = os.pipe()
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # which lets `work` clean up behind uvicorn
            os._exit(self.work(listener, own_end))
        os.close(own_end)
        self.all.append(Worker(pid, listener, beats, time.monotonic()))
        console.say(f"serve: worker {pid} started")
        if self.stopping:  # SIGTERM came before it was listed
            self.dismiss(self.all[-1])

    def hear(self, worker: Worker) -> int:
        """What a worker has to say; returns its exit code if it ended, else 0."""
        said = os.read(worker.beats, 4096)
        if REPLACE in said and not worker.leaving:
            console.say(f"serve: worker {worker.pid} is replaced, because a request hangs in it")
            self.fork(worker.listener)
            self.dismiss(worker)
        elif said:
            worker.seen = time.monotonic()
        else:
            return self.bury(worker)
        return 0

    def bury(self, worker: Worker) -> int:
        os.close(worker.beats)
        self.all.remove(worker)
        exit_code = os.waitstatus_to_exitcode(os.waitpid(worker.pid, 0)[1])
        if not (self.stopping or worker.leaving or exit_code == CANNOT_START):
            console.say(f"serve: worker {worker.pid} ended by itself, exit code {exit_code}")
            self.fork(worker.listener)
        return exit_code

    def dismiss(self, worker: Worker) -> None:
        worker.leaving = True
        worker.seen = time.monotonic()
        os.kill(worker.pid, signal.SIGTERM)

    def drain(self, *_: object) -> None:
        self.stopping = True
        for listener in self.listeners:
            listener.close()
        for worker in self.all:
            self.dismiss(worker)
