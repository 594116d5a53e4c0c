"""Errors for bad input: each message names the thing, the value, the rule and the way out, in one line."""

from collections.abc import Sequence
from http import HTTPStatus

LONGEST = 80  # characters of a value that a message quotes; a FailureReason has 1,024
MOST = 20  # values that it lists
REFUSALS = {status for status in HTTPStatus if status >= 400}


def shown(value: object) -> str:
    """A value as a message quotes it, on one line and never longer than a line."""
    text = value if isinstance(value, str) else str(value)
    return repr(text) if len(text) <= LONGEST else f"{text[:LONGEST]!r}…"


def listed(values: Sequence[object]) -> str:
    """The first of many values, each cut where it is long."""
    texts = [" ".join(str(value).splitlines()) for value in values[:MOST]]
    told = ", ".join(text if len(text) <= LONGEST else f"{text[:LONGEST]}…" for text in texts)
    return told if len(values) <= MOST else f"{told}, … ({len(values)} in all)"


class InputError(ValueError):
    """The job's configuration or data cannot be used. The message becomes the job's FailureReason (T-09)."""


class NoRowsError(InputError):
    """A channel holds no rows for this host."""


class ModelError(RuntimeError):
    """The model folder holds nothing that can be served (S-07, S-13)."""


class RequestError(ValueError):
    """A request cannot be answered as asked. `status` is the HTTP status, the message is the body (S-43, S-44)."""

    def __init__(self, status: int, message: str):
        if status not in REFUSALS:
            raise ValueError(
                f"RequestError was given the status {status!r}; it must be one of HTTP's errors, such as 400"
            )
        super().__init__(message)
        self.status = status

    def below(self, rows: int) -> "RequestError":
        """The same fault, told of a body in which `rows` rows come before these."""
        return self


class RowError(RequestError):
    """A row of a request cannot be used. `row` counts from 1; `fault` goes on from there: "has 3 columns, but …"."""

    def __init__(self, row: int, fault: str):
        super().__init__(400, f"row {row}{'' if fault.startswith(',') else ' '}{fault}")
        self.row = row
        self.fault = fault

    def below(self, rows: int) -> "RowError":
        return RowError(self.row + rows, self.fault)


class SettingError(ValueError):
    """An environment variable has a value that cannot be used."""
