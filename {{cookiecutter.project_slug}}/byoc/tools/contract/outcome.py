"""Outcomes: a check returns what it saw, or raises one of these; and decorators for what a check needs."""

from collections.abc import Callable
from dataclasses import dataclass

HELD, NOT_HELD, NOT_CHECKED, BROKEN = "held", "not held", "not checked", "kit error"
MARKS = {HELD: "✓", NOT_HELD: "✗", NOT_CHECKED: "·", BROKEN: "!"}

Check = Callable[..., str]


class NotHeld(Exception):
    """The target breaks its duty; the message says what was seen."""


class NotChecked(Exception):
    """Nothing can be said about the duty; the message says why."""


@dataclass(frozen=True)
class Result:
    """One check's end: one of the four words above, what was seen, and the seconds it took."""

    outcome: str
    seen: str
    seconds: float = 0.0


def must(condition: object, seen: str) -> None:
    """Raise NotHeld with what was seen unless the condition holds."""
    if not condition:
        raise NotHeld(seen)


def container_only(check: Check) -> Check:
    """The check makes sense for an image only; without Docker it is counted apart."""
    check.container_only = True
    return check


def alone(check: Check) -> Check:
    """The check takes times, so nothing else may run beside it."""
    check.alone = True
    return check


def early(check: Check) -> Check:
    """The check mostly waits, if only for what another begins, so it begins first and the others run beside it."""
    check.early = True
    return check


def slow(check: Check) -> Check:
    """The check takes many minutes, so it is made on demand only."""
    check.slow = True
    return check
