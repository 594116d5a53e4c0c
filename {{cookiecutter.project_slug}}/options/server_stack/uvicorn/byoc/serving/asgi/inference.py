"""Runs the model beside the event loop, which stays free to answer pings (S-09), and bounds the queue."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from byoc.errors import RequestError
from byoc.serving.asgi.incoming.bodies import Bodies, Body, Receive
from byoc.serving.response import Response, refusal
from byoc.settings import Settings

# Bytes of a body that is answered in the event loop, as long as the last such one took no longer than QUICK seconds:
# to hand it to a thread and back costs more than to predict a row.
SMALL = 1 << 14
QUICK = 0.005

# Seconds more, on a multi-model endpoint: who waits for a model's process gives it up in time by itself.
MARGIN = 5

FULL = refusal(503, "too many requests are waiting already; try again later")
LATE = refusal(503, "the model gave no answer: it took too long; see the log")
UNREAD = refusal(408, "the body did not come to its end in time")


class Inference:
    """The queue of a worker, and the threads that run `respond(path, body, content_type, accept, encoding)`.

    For one event loop only. `may_be_quick` is false for a model whose pace may change from one request to the next.
    """

    def __init__(self, settings: Settings, respond: Callable[..., Response], may_be_quick: bool):
        self.run = respond
        self.may_be_quick = may_be_quick
        self.timeout = settings.timeout + (MARGIN if settings.multi_model else 0)
        self.threads = threads = settings.worker_threads
        self.places = threads + -(-settings.queue // settings.workers)  # rounded up
        self.turns = asyncio.Semaphore(threads)
        self.bodies = Bodies()
        self.pool = ThreadPoolExecutor(threads)
        self.quick = False
        self.replace_worker: Callable[[], object] = lambda: None

    async def answer(self, receive: Receive, path: str, *headers: str) -> tuple[Response, int]:
        """The answer to a request, and how many bytes its body had.

        `headers` are Content-Type, Accept and Content-Encoding. A refusal with status 503 if there is no place for it
        (S-49) or no answer in time (S-45), with 408 if its body is not there in time; raises Gone.
        """
        if self.places <= 0:
            return FULL, 0
        late = UNREAD
        limit = asyncio.timeout(self.timeout)
        reading = Body(limit)
        try:
            async with limit:
                body = await self.bodies.read(receive, reading)
                late = LATE
                return await self.respond(path, body, *headers), len(body)
        except TimeoutError:
            return FULL if reading.waits else late, 0
        finally:
            self.bodies.forget(reading)

    async def read(self, receive: Receive) -> bytes:
        """The body of a request that is none for the model; raises RequestError, 408, and Gone."""
        limit = asyncio.timeout(self.timeout)
        reading = Body(limit)
        try:
            async with limit:
                return await self.bodies.read(receive, reading)
        except TimeoutError:
            raise RequestError(UNREAD.status, UNREAD.remark) from None
        finally:
            self.bodies.forget(reading)

    async def respond(self, path: str, body: bytes, *headers: str) -> Response:
        """The model's answer, given in this thread or in another. Only now it takes a place: clients may be slow."""
        if self.places <= 0:
            return FULL
        if self.answers_at_once(len(body)) and not any(headers[2:]):  # nobody knows how long what is packed will be
            return self.timed(path, body, *headers)
        self.places -= 1
        try:
            return await self.in_thread(self.timed, path, body, *headers)
        finally:
            self.places += 1

    def answers_at_once(self, length: int) -> bool:
        """Whether a body of so many bytes may be answered in the event loop."""
        return self.quick and length <= SMALL

    async def parts(self, body: Iterator[bytes]) -> AsyncIterator[bytes]:
        """The parts of a stream, each made in a thread, between those of others; raises what it raises.

        A client that leaves ends it at the next part (X-05). Only a part has to be in time (X-03).
        """
        self.places -= 1
        try:
            while (part := await asyncio.wait_for(self.in_thread(next, body, None), self.timeout)) is not None:
                yield part
        finally:
            self.places += 1

    async def in_thread(self, work: Callable[..., Any], *arguments: Any) -> Any:
        await self.turns.acquire()
        loop = asyncio.get_running_loop()
        future = loop.run_in_executor(self.pool, work, *arguments)
        alarm = loop.call_later(self.timeout, self.give_up, future)
        future.add_done_callback(lambda _: alarm.cancel())
        future.add_done_callback(self.next_turn)
        return await asyncio.shield(future)  # a turn lasts as long as its thread, whoever still waits for it

    def timed(self, path: str, body: bytes, *headers: str) -> Response:
        started = time.perf_counter()
        answer = self.run(path, body, *headers)
        if len(body) <= SMALL:
            self.quick = self.may_be_quick and time.perf_counter() - started < QUICK
        return answer

    def next_turn(self, _: object) -> None:
        self.turns.release()

    def give_up(self, future: asyncio.Future) -> None:
        """Leave a thread behind that hangs, for it cannot be ended, and have the worker replaced."""
        future.remove_done_callback(self.next_turn)
        self.pool = ThreadPoolExecutor(self.threads)
        self.turns.release()
        self.replace_worker()
