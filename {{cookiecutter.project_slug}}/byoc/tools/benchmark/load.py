"""Load by wrk."""

import json
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .client import HOST
from .outcome import BenchmarkError, LeftOut
from .targets.engine import last_lines

SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True)
class Load:
    """What wrk saw: answers a second, and the milliseconds in which half and 99 % of the answers came."""

    rate: float
    p50_ms: float
    p99_ms: float


def require() -> None:
    """Raise BenchmarkError unless wrk is there."""
    if not shutil.which("wrk"):
        raise BenchmarkError("wrk is not on the PATH: install it (apt-get install wrk, or brew install wrk).")


def post(port: int, body: bytes, content_type: str, connections: int, seconds: int) -> Load:
    """POST `body` to /invocations over and over; raises LeftOut unless every answer is good."""
    with tempfile.NamedTemporaryFile(prefix="benchmark-") as file:
        file.write(body)
        file.flush()
        # wrk's own limit is for what it calls a timeout: an answer that comes later than this counts as an error.
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", f"{seconds + 5}s", "-s", SCRIPT]
        command += [f"http://{HOST}:{port}/invocations", "--", file.name, content_type]
        output = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            timeout=seconds + 60, start_new_session=True,
        ).stdout  # fmt: skip
    return parse(output)


def parse(output: str) -> Load:
    """What load.lua has printed, in the last line. Raises LeftOut for errors and for want of answers."""
    try:
        counts = json.loads(output.splitlines()[-1])
    except (ValueError, IndexError):
        raise BenchmarkError(f"wrk cannot load the server.\n{last_lines(output)}") from None
    answers, microseconds, p50, p99 = (counts.pop(name) for name in ("answers", "microseconds", "p50", "p99"))
    seen = ", ".join(f"{count} {kind}" for kind, count in counts.items() if count)
    if seen:
        raise LeftOut(f"of {answers} answers: {seen}")
    if not answers:
        raise LeftOut(f"no answer came within {microseconds / 1e6:.0f} s")
    return Load(answers / microseconds * 1e6, p50 / 1000, p99 / 1000)
