"""The sample request: what to send, what must come back, and larger and smaller bodies of the same kind."""

import re
from dataclasses import dataclass

from .comparison import difference
from .http_client import Answer
from .outcome import NotChecked, must

LINES = ("text/csv", "application/jsonlines", "application/x-ndjson", "application/jsonl", "text/plain")


@dataclass(frozen=True)
class Sample:
    """`expected` is the whole answer's body, or None where any 200 will do."""

    body: bytes
    content_type: str
    accept: str
    expected: bytes | None

    def must_be_expected(self, answer: Answer) -> None:
        """Numbers may differ in their last digits, as CPUs do; raises NotHeld that names the row."""
        if self.expected is not None:
            found = difference(answer.body, self.expected)
            must(not found, f"200, but {found}")

    @property
    def compared(self) -> str:
        """What the answers are held to, to follow what was seen."""
        return "compared with no expected answer: see --expected" if self.expected is None else "as expected"

    @property
    def records(self) -> list[bytes]:
        """The body's records; raises NotChecked for a content type that does not have one a line."""
        if self.content_type.partition(";")[0].strip().lower() not in LINES:
            raise NotChecked(f"the sample, {self.content_type}, has no record a line; give one: --payload")
        return self.body.splitlines()

    def lines(self, count: int, end: bytes = b"\n", last: bytes | None = None) -> bytes:
        """A body of so many records, in the sample's order, over and over."""
        records = self.records
        return end.join(records[number % len(records)] for number in range(count)) + (end if last is None else last)

    def size(self, size: int) -> bytes:
        """A body of at least so many bytes: the sample's lines over and over, or where it has none, padding."""
        try:
            block = b"".join(record + b"\n" for record in self.records)
        except NotChecked:
            return self.body + b" " * size
        return block * (size // len(block) + 1)

    def numbers(self) -> list[list[float]]:
        """The rows as numbers, NaN for an empty cell; raises NotChecked if they are not."""
        try:
            rows = [[float(cell or "nan") for cell in re.split(rb",", record)] for record in self.records]
        except ValueError:
            raise NotChecked("the sample does not hold numbers only") from None
        return rows
