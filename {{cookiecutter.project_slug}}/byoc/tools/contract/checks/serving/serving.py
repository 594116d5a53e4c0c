"""Serving: start, readiness, pings under load."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from ...http_client import connect_seconds
from ...kit import Kit, once
from ...outcome import NotChecked, alone, must
from ...targets.program import wait_until

MEGABYTES = 1_000_000
LARGEST = 24 * MEGABYTES  # below the 25 MB that a real-time request may have


def becomes_ready(kit: Kit) -> str:
    """S-01, S-08, B-01, X-33, L-03, L-12, LM-11: `serve` answers pings with 200 in time, and goes on running."""
    server = kit.started()
    must(server.program.running, f"serve has ended: {server.program.last_line()}")
    return f"ready after {server.seconds_to_ready:.1f} s"


def ping_is_200_and_empty_within_2_seconds(kit: Kit) -> str:
    """S-06, B-07, X-16: GET and POST."""
    for method in ("GET", "POST"):
        answer = kit.server().ask(method, "/ping")
        must(answer.status == 200, f"{method} /ping → {answer.brief()}")
        must(not answer.body, f"{method} /ping → 200 with the body {answer.body[:40]!r}")
        must(answer.seconds < 2, f"{method} /ping took {answer.seconds:.1f} s")
    return f"GET and POST: 200, empty, {answer.seconds * 1000:.0f} ms"


def first_ping_is_quick(kit: Kit) -> str:
    """S-10: no model is loaded while a ping waits."""
    server = kit.server()
    must(server.first_ping < 2, f"the first ping that was answered took {server.first_ping:.1f} s")
    return f"the first ping that was answered took {server.first_ping * 1000:.0f} ms"


def no_bad_gateway_at_start(kit: Kit) -> str:
    """S-11: the proxy does not listen before the application does."""
    statuses = kit.server().statuses
    must(not statuses & {502, 504}, f"pings at start were answered with {sorted(statuses)}")
    return f"statuses of pings at start: {sorted(statuses)}"


def any_host_name_is_answered(kit: Kit) -> str:
    """S-04, B-14: requests come from another address, for a Host of the platform's choice."""
    for host in ("model.aws.local", "169.254.255.131:8080", "x.y"):
        answer = kit.server().ask("GET", "/ping", Host=host)
        must(answer.status == 200, f"Host: {host} → {answer.brief()}")
    return "200 for every Host header"


def logs_appear(kit: Kit) -> str:
    """S-29: on stdout or stderr, at once."""
    server = kit.server()
    server.predict()
    must(wait_until(lambda: bool(server.program.lines), 5), "nothing printed, though it started and answered a request")
    return f"{server.program.last_line()[:100]!r}"


class SlowBody(NamedTuple):
    """What to send, and the seconds of a CPU that it takes."""

    content: bytes
    seconds: float


@once
def slow_body(kit: Kit) -> SlowBody:
    """A body of the sample's kind that takes two seconds or more, or the largest there may be."""
    with kit.serving() as server:  # its own, where nobody else adds to the time
        size, accepted = 250_000, None
        while True:
            body = kit.sample.size(size)
            before = server.program.cpu_seconds()
            answer = server.predict(body, 120)
            if answer.status == 413 and accepted:
                return accepted
            if answer.status == 413:
                raise NotChecked(f"a body of {len(body) / MEGABYTES:.2f} MB is already too large for it")
            accepted = SlowBody(body, server.program.cpu_seconds() - before)
            if accepted.seconds > 2 or size * 2 > LARGEST or answer.status != 200:
                return accepted
            size *= 2


@once
def under_load(kit: Kit) -> tuple[list[float], list[float]]:
    """Seconds that pings, and seconds that connections took while eight slow requests were under way."""
    server = kit.server()
    body = slow_body(kit).content
    pings, connections = [], []
    with ThreadPoolExecutor(8) as pool:
        requests = [pool.submit(server.predict, body, 120) for _ in range(8)]
        time.sleep(0.2)
        while not all(request.done() for request in requests) and len(pings) < 200:
            connections.append(connect_seconds(server.address))
            answer = server.ask("GET", "/ping", seconds=20)
            must(answer.status == 200, f"while busy, GET /ping → {answer.brief()}")
            pings.append(answer.seconds)
            time.sleep(0.05)
    if not pings:
        raise NotChecked("eight requests are answered before a ping can be sent")
    return pings, connections


@alone
def pings_are_answered_while_busy(kit: Kit) -> str:
    """S-09, X-34: a ping does not queue behind inference."""
    pings, _ = under_load(kit)
    must(max(pings) < 2, f"the slowest of {len(pings)} pings beside eight slow requests took {max(pings):.1f} s")
    return f"the slowest of {len(pings)} pings beside eight slow requests: {max(pings) * 1000:.0f} ms"


@alone
def connections_are_accepted_while_busy(kit: Kit) -> str:
    """S-05: within 250 ms."""
    _, connections = under_load(kit)
    seen = f"the slowest of {len(connections)} connections took {max(connections) * 1000:.0f} ms"
    must(max(connections) < 0.25, seen)
    return seen
