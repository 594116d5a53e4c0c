"""Runs the checks that the claims call for, each once, and derives every duty's outcome."""

import http.client
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from .catalogue import Duty, find
from .kit import Kit
from .outcome import BROKEN, HELD, NOT_CHECKED, NOT_HELD, Check, NotChecked, NotHeld, Result
from .targets.target_image import DockerError

NEEDS_A_CONTAINER = "needs a container"
TAKES_LONG = "takes many minutes: run again with --slow"
CUT_OFF = "cut off: the run was stopped before it had ended"


@dataclass(frozen=True)
class Verdict:
    duty: Duty
    outcome: str
    seen: str


def run(
    kit: Kit, duties: list[Duty], results: dict[str, Result], tell: Callable[[str, Result], None], jobs: int, slow: bool
) -> None:
    """Fill in the result of every check that a claimed duty names, and of slow ones if wanted; `tell` hears of each.

    Of a check that KeyboardInterrupt cuts off there is none: that what it had started is then removed is no fault.
    """
    stopped = threading.Event()

    def judge(name: str) -> None:
        postponed = hasattr(find(name), "slow") and not slow
        result = Result(NOT_CHECKED, TAKES_LONG) if postponed else result_of(find(name), kit)
        if not stopped.is_set():
            results[name] = result
            tell(name, result)

    names = names_of(kit, duties)
    early, alone = ([name for name in names if hasattr(find(name), kind)] for kind in ("early", "alone"))
    pools = ThreadPoolExecutor(len(early) + 1), ThreadPoolExecutor(jobs)
    try:
        waiting = pools[0].map(judge, early)
        list(pools[1].map(judge, [name for name in names if name not in (*early, *alone)]))
        list(waiting)
        for name in alone:
            judge(name)
    except KeyboardInterrupt:
        stopped.set()
        raise
    finally:  # after Ctrl-C there is no waiting for what is under way
        for pool in pools:
            pool.shutdown(wait=False, cancel_futures=True)


def names_of(kit: Kit, duties: list[Duty]) -> list[str]:
    """The checks that the duties call for, each once."""
    return list(dict.fromkeys(name for duty in duties if claimed(duty, kit) for name in duty.checks))


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
    """A duty is held if all of its checks that could be made are, and there is one; not so if one was cut off."""
    if duty.unchecked:
        return Verdict(duty, NOT_CHECKED, duty.unchecked)
    if not claimed(duty, kit):
        return Verdict(duty, NOT_CHECKED, f"optional, and not claimed (--claim {duty.feature})")
    found = [results[name] for name in duty.checks if name in results]
    cut_off = any(result.seen == CUT_OFF for result in found)
    for outcome in (BROKEN, NOT_HELD, NOT_CHECKED) if cut_off else (BROKEN, NOT_HELD, HELD, NOT_CHECKED):
        seen = [result.seen for result in found if result.outcome == outcome]
        if seen:
            return Verdict(duty, outcome, "; ".join(seen))
    return Verdict(duty, NOT_CHECKED, "its checks belong to features that are not claimed")
