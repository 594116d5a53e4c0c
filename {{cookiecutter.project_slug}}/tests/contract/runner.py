"""Runs the checks that the claims call for, each once, and judges every duty by them."""

import http.client
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from .catalogue import Duty, find
from .kit import Kit
from .outcome import BROKEN, HELD, NOT_CHECKED, NOT_HELD, Check, NotChecked, NotHeld, Result
from .target_image import DockerError

# These mostly wait, so they begin first and the others run beside them.
LONG = (
    "batch.batch_request_may_take_75_seconds",
    "batch.request_may_take_50_seconds",
    "training_end.sigterm_ends_the_job",
)
NEEDS_A_CONTAINER = "needs a container"


@dataclass(frozen=True)
class Verdict:
    duty: Duty
    outcome: str
    seen: str


def run(kit: Kit, duties: list[Duty], tell: Callable[[str, Result], None], jobs: int) -> dict[str, Result]:
    """The result of every check that a claimed duty names. `tell` hears of each as it ends."""
    names = dict.fromkeys(name for duty in duties if claimed(duty, kit) for name in duty.checks)
    ordered = sorted(names, key=lambda name: LONG.index(name) if name in LONG else len(LONG))
    results: dict[str, Result] = {}

    def judge(name: str) -> None:
        results[name] = result_of(find(name), kit)
        tell(name, results[name])

    pool = ThreadPoolExecutor(jobs)
    try:
        list(pool.map(judge, [name for name in ordered if not hasattr(find(name), "alone")]))
    finally:  # after Ctrl-C there is no waiting for what is under way
        pool.shutdown(wait=False, cancel_futures=True)
    for name in ordered:
        if hasattr(find(name), "alone"):
            judge(name)
    return results


def result_of(check: Check, kit: Kit) -> Result:
    started = time.monotonic()
    outcome, seen = outcome_of(check, kit)
    return Result(outcome, " ".join(seen.split()), time.monotonic() - started)


def outcome_of(check: Check, kit: Kit) -> tuple[str, str]:
    if hasattr(check, "container_only") and kit.target.kind != "image":
        return NOT_CHECKED, NEEDS_A_CONTAINER
    try:
        return HELD, check(kit)
    except NotHeld as failure:
        return NOT_HELD, str(failure)
    except NotChecked as reason:
        return NOT_CHECKED, str(reason)
    except (OSError, http.client.HTTPException) as error:  # no answer, or none in time
        return NOT_HELD, f"no answer: {type(error).__name__}: {error}"
    except DockerError as error:
        return BROKEN, str(error)
    except Exception:
        return BROKEN, traceback.format_exc(limit=-3)


def claimed(duty: Duty, kit: Kit) -> bool:
    return not duty.feature or duty.feature in kit.claims


def verdicts(kit: Kit, duties: list[Duty], results: dict[str, Result]) -> list[Verdict]:
    return [verdict(duty, kit, results) for duty in duties]


def verdict(duty: Duty, kit: Kit, results: dict[str, Result]) -> Verdict:
    """A duty is held if all of its checks that could be made are, and there is one."""
    if duty.unchecked:
        return Verdict(duty, NOT_CHECKED, duty.unchecked)
    if not claimed(duty, kit):
        return Verdict(duty, NOT_CHECKED, f"optional, and not claimed (--claim {duty.feature})")
    found = [results[name] for name in duty.checks if name in results]
    for outcome in (BROKEN, NOT_HELD, HELD, NOT_CHECKED):
        seen = [result.seen for result in found if result.outcome == outcome]
        if seen:
            return Verdict(duty, outcome, "; ".join(seen))
    return Verdict(duty, NOT_CHECKED, "its checks belong to features that are not claimed")
