"""Response streaming: parts of an answer leave when they are ready."""

import time
from http.client import HTTPConnection

from .kit import Kit
from .outcome import must


def parts_leave_as_they_are_made(kit: Kit) -> str:
    """X-01, X-02: chunked, the first part well before the last, and a ping answered meanwhile."""
    connection = HTTPConnection(*kit.server().address, timeout=60)
    try:
        headers = {"Content-Type": kit.sample.content_type, "Accept": kit.sample.accept or "*/*"}
        connection.request("POST", "/invocations", kit.sample.body, headers)
        answer = connection.getresponse()
        must(answer.chunked, f"{answer.status}, and the answer is not chunked")
        answer.read1(1)
        first = time.monotonic()
        ping = kit.server().ask("GET", "/ping")
        seen = f"during a stream, GET /ping → {ping.brief()} after {ping.seconds:.1f} s"
        must(ping.status == 200 and ping.seconds < 2, seen)
        answer.read()
    finally:
        connection.close()
    spread = time.monotonic() - first
    must(spread > 0.2, f"all of it came within {spread:.2f} s of the first byte: held back, or too short a sample")
    return f"the last part came {spread:.1f} s after the first"


def cut_streams_do_no_harm(kit: Kit) -> str:
    """X-05: the client goes away."""
    for _ in range(5):
        connection = HTTPConnection(*kit.server().address, timeout=60)
        connection.request("POST", "/invocations", kit.sample.body, {"Content-Type": kit.sample.content_type})
        connection.getresponse().read1(1)
        connection.close()
    kit.server().must_predict()
    return "answers after five clients went away"
