"""Warnings of a job about what is probably not meant: told in the log at once, and kept for the report."""

_given: list[str] = []


def warn(text: str) -> None:
    """Print `warning: …`, a line of its own, and keep the text."""
    _given.append(text)
    print(f"warning: {text}", flush=True)


def given() -> list[str]:
    """All warnings so far, in the order in which they were given."""
    return list(_given)
