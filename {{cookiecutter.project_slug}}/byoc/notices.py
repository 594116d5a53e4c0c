"""Warnings of what is probably not meant: a line each, in the log at once and on the report at the end."""

_given: list[str] = []


def warn(text: str) -> None:
    """Print the line, and keep it; what was said already, such as of an epoch before, is not said again."""
    if text not in _given:
        _given.append(text)
        print(f"warning: {text}", flush=True)


def given() -> list[str]:
    """The lines so far, in order."""
    return list(_given)
