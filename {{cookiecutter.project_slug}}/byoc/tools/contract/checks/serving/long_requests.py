"""Long requests and large bodies: nothing in the container may cut them short."""

import threading

from ...http_client import Answer
from ...kit import Kit
from ...outcome import NotChecked, container_only, early, must, slow
from ...started import Server
from ...targets.target_image import docker
from .batch import BATCH
from .serving import slow_body

MEGABYTES = 1_000_000
CRAWL = 0.01  # of a CPU, the least that Docker can be told: a second of work takes a hundred
AMPLE = 1.5  # times the work that can be done meanwhile


def stretched(kit: Kit, seconds: float, environment: dict[str, str]) -> Answer:
    """A request that takes so long, because the container is all but put to sleep; others are not disturbed."""
    with kit.serving(environment=environment) as server:
        known = slow_body(kit)
        body = kit.sample.size(int(len(known.content) * max(1, AMPLE * seconds * CRAWL / max(known.seconds, CRAWL))))
        allow_cpus(server, CRAWL)
        wake_up = threading.Timer(seconds, allow_cpus, (server, 1))
        wake_up.start()
        try:
            return server.predict(body, seconds + 60)
        finally:
            wake_up.cancel()


def allow_cpus(server: Server, cpus: float) -> None:
    docker("update", "--cpus", str(cpus), server.program.name, check=False)


@early
@container_only
def request_may_take_50_seconds(kit: Kit) -> str:
    """S-45: no timeout of the container's own below SageMaker's 60 s."""
    answer = stretched(kit, 40, {})
    if answer.seconds < 38 or (answer.status != 200 and answer.seconds > 58):
        raise NotChecked(f"a request that should take 50 s took {answer.seconds:.0f} s")
    must(answer.status == 200, f"a request of {answer.seconds:.0f} s → {answer.brief()}")
    return f"a request of {answer.seconds:.0f} s → 200"


@early
@container_only
def batch_request_may_take_75_seconds(kit: Kit) -> str:
    """B-08: in batch a request may take an hour, so 60 s is no limit."""
    answer = stretched(kit, 75, BATCH)
    if answer.status == 200 and answer.seconds < 65:
        raise NotChecked(f"the slowest request there is took {answer.seconds:.0f} s only")
    must(answer.status == 200, f"with SAGEMAKER_BATCH=true, a request of {answer.seconds:.0f} s → {answer.brief()}")
    return f"with SAGEMAKER_BATCH=true, a request of {answer.seconds:.0f} s → 200"


@early
@slow
@container_only
def asynchronous_request_may_take_15_minutes(kit: Kit) -> str:
    """X-31: the default of InvocationTimeoutSeconds."""
    answer = stretched(kit, 900, {})
    if answer.status == 200 and answer.seconds < 890:
        raise NotChecked(f"the slowest request there is took {answer.seconds:.0f} s only")
    how = "; what sets its timeout? give it with --env" if answer.status != 200 else ""
    must(answer.status == 200, f"a request of {answer.seconds:.0f} s → {answer.brief()}{how}")
    return f"a request of {answer.seconds:.0f} s → 200"


@slow
def a_body_of_1_gb_is_accepted(kit: Kit) -> str:
    """X-30: answered or refused for what is in it, but not for its size."""
    block = kit.sample.size(MEGABYTES)
    with kit.serving() as server:
        answer = server.predict((block for _ in range(1000)), 900)
        must(answer.status != 413 and answer.status < 500, f"1 GB → {answer.brief()}")
        server.must_predict()
    return f"1 GB → {answer.status} after {answer.seconds:.0f} s; the next request → 200"
