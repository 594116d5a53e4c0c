"""Reads the bodies of requests, so that those of all clients together take bounded memory (B-05).

Of a body, what has come counts, and not what is announced; the first bytes are free, so that small requests wait for
nobody. When memory is short, the oldest body goes on and the others wait, and of clients that are slow, the slowest is
given up: so neither many of them nor a large one keep the rest from being read.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import Any

FREE = 1 << 16  # bytes of a body; uvicorn itself takes in as many
MOST = 1 << 27  # bytes of all bodies that have more than that; the oldest may go beyond
SLOW = 5  # seconds that a client may be waited for while others wait for memory
LOOK = 0.1  # seconds between two looks for who is slow

Receive = Callable[[], Awaitable[dict[str, Any]]]


class Gone(Exception):
    """The client went away before it had sent its request."""


class Body:
    """One that is being read or answered. `limit` ends the reading."""

    def __init__(self, limit: asyncio.Timeout):
        self.limit = limit
        self.size = 0
        self.waits = False  # for memory
        self.asked = math.inf  # when the client was last waited for
        self.waited = 0.0  # seconds for the client, before that

    def seconds(self) -> float:
        """How long the client has been waited for, since its first bytes."""
        return self.waited + max(0, time.monotonic() - self.asked)


class Bodies:
    """The bodies of a worker, for one event loop only."""

    def __init__(self) -> None:
        self.all: dict[Body, None] = {}  # that are not small, the oldest first
        self.size = 0
        self.looked = 0.0

    async def read(self, receive: Receive, body: Body) -> bytes:
        """The whole body, chunked or not; it takes its memory until `forget`. Raises Gone."""
        parts = []
        more = True
        while more:
            if body.size > FREE:
                await self.room(body)
                body.asked = time.monotonic()
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Gone
            parts.append(message["body"])
            more = message["more_body"]
            self.count(body, len(message["body"]))
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def count(self, body: Body, size: int) -> None:
        body.waited, body.asked = body.seconds(), math.inf
        body.size += size
        if body.size > FREE:
            self.size += size if body in self.all else body.size
            self.all[body] = None

    async def room(self, body: Body) -> None:
        """Wait until there is memory, or this body is the oldest."""
        body.waits = True
        while self.size > MOST and body is not next(iter(self.all)):
            if time.monotonic() - self.looked > LOOK:
                self.looked = time.monotonic()
                self.leave_the_slowest()
            await asyncio.sleep(LOOK)
        body.waits = False

    def leave_the_slowest(self) -> None:
        slow = [body for body in self.all if body.asked < math.inf and body.seconds() > SLOW]
        if slow:
            slowest = min(slow, key=lambda body: body.size / body.seconds())
            slowest.asked = math.inf
            slowest.limit.reschedule(asyncio.get_running_loop().time())

    def forget(self, body: Body) -> None:
        if body in self.all:
            del self.all[body]
            self.size -= body.size
