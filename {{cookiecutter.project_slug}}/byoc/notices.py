"""Warnings of what is probably not meant: a line each, in the log at once and on the report at the end."""

from byoc.console import say

MOST = 50  # thousands of files may have the same fault

_given: list[str] = []


def warn(text: str) -> None:
    """Print the line, and keep it; what was said already, such as of an epoch before, is not said again."""
    if len(_given) == MOST - 1:
        text = "there is more to warn of, which is left out"
    if len(_given) < MOST and text not in _given:
        _given.append(text)
        say(f"warning: {text}")


def given() -> list[str]:
    """The lines so far, in order."""
    return list(_given)
