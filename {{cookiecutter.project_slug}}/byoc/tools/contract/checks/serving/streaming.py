"""Response streaming: parts of an answer are sent as soon as they are ready."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException, HTTPResponse

from ...kit import Kit
from ...outcome import NotHeld, container_only, early, must
from ...started import Server
from .long_requests import CRAWL, allow_cpus

LONG = (
    100  # seconds of a stream: no timeout for whole answers lets it pass, and nobody waits for the full eight minutes
)


@contextmanager
def stream(kit: Kit, server: Server) -> Iterator[HTTPResponse]:
    """The answer to the sample after its first byte; raises NotHeld if it is not streamed."""
    connection = HTTPConnection(*server.address, timeout=LONG + 60)
    try:
        headers = {"Content-Type": kit.sample.content_type, "Accept": kit.sample.accept or "*/*"}
        connection.request("POST", "/invocations", kit.sample.body, headers)
        answer = connection.getresponse()
        must(answer.chunked, f"{answer.status}, and the answer is not chunked")
        answer.read1(1)
        yield answer
    finally:
        connection.close()


def parts_leave_as_they_are_made(kit: Kit) -> str:
    """X-01, X-02: chunked, the first part well before the last, and a ping answered meanwhile."""
    with stream(kit, kit.server()) as answer:
        first = time.monotonic()
        ping = kit.server().ask("GET", "/ping")
        seen = f"during a stream, GET /ping → {ping.brief()} after {ping.seconds:.1f} s"
        must(ping.status == 200 and ping.seconds < 2, seen)
        answer.read()
    spread = time.monotonic() - first
    must(spread > 0.2, f"all of it came within {spread:.2f} s of the first byte: held back, or too short a sample")
    return f"the last part came {spread:.1f} s after the first"


def cut_streams_do_no_harm(kit: Kit) -> str:
    """X-05: the client goes away."""
    for _ in range(5):
        with stream(kit, kit.server()):
            pass
    kit.server().must_predict()
    return "answers after five clients went away"


@early
@container_only
def a_stream_may_last(kit: Kit) -> str:
    """X-03: the container is all but put to sleep in mid-stream, and the stream still comes to its end."""
    with kit.serving() as server, stream(kit, server) as answer:
        started = time.monotonic()
        allow_cpus(server, CRAWL)
        wake_up = threading.Timer(LONG, allow_cpus, (server, 1))
        wake_up.start()
        try:
            answer.read()
        except (OSError, HTTPException) as error:
            raise NotHeld(f"cut after {time.monotonic() - started:.0f} s: {type(error).__name__}") from None
        finally:
            wake_up.cancel()
    return f"a stream of {time.monotonic() - started:.0f} s came to its end"
