"""The sample request: one row, a large body of the same rows, and the expected answer."""

from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from .outcome import BenchmarkError, LeftOut

TYPES = {".csv": "text/csv", ".jsonl": "application/jsonlines", ".json": "application/json"}
BY_LINES = {"text/csv", "application/jsonlines", "application/x-jsonlines", "application/x-ndjson"}
LARGE_LINES = 100_000
LARGE_BYTES = 25_000_000  # an endpoint takes no more (S-46)


@dataclass(frozen=True)
class Sample:
    """`lines` are the payload's; a body of another type than lines is one line. `expected` answers them all, if set."""

    lines: tuple[bytes, ...]
    content_type: str
    expected: tuple[bytes, ...] = ()

    @classmethod
    def read(cls, payload: Path, content_type: str = "", expected: Path | None = None) -> "Sample":
        """Raises BenchmarkError if the payload is not there, empty, or of a type that its name does not say."""
        if not payload.is_file():
            raise BenchmarkError(f"There is no payload {payload}: name one with --payload (PAYLOAD= of make).")
        content_type = content_type or TYPES.get(payload.suffix, "")
        if not content_type:
            raise BenchmarkError(f"What {payload.name} is, its name does not say: say it with --content-type.")
        body = payload.read_bytes()
        lines = tuple(line + b"\n" for line in body.splitlines() if line.strip()) if by_lines(content_type) else (body,)
        if not b"".join(lines).strip():
            raise BenchmarkError(f"The payload {payload} is empty: put the body of a request there.")
        return cls(lines, content_type, tuple(expected.read_bytes().splitlines()) if expected else ())

    @property
    def row(self) -> bytes:
        return self.lines[0]

    @property
    def large(self) -> tuple[bytes, ...]:
        """The rows over and over: LARGE_LINES of them, or as many as LARGE_BYTES hold; none of a body without rows."""
        if not by_lines(self.content_type):
            return ()
        size = sum(map(len, self.lines)) / len(self.lines)
        return tuple(islice(cycle(self.lines), max(1, min(LARGE_LINES, int(LARGE_BYTES / size)))))

    def check(self, name: str, status: int, answer: bytes, lines: int) -> None:
        """Raise LeftOut unless this is a good answer to so many lines."""
        if status != 200:
            raise LeftOut(f"{name} answers {lines:,} lines with status {status}: {shown(answer)}")
        if self.expected and answer.splitlines() != list(islice(cycle(self.expected), lines)):
            raise LeftOut(f"{name} answers {lines:,} lines wrongly: {shown(answer)}")


def by_lines(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() in BY_LINES


def shown(answer: bytes) -> str:
    return repr(answer[:200].decode(errors="replace"))
