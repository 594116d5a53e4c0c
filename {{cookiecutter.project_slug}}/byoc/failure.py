"""The failure file, which SageMaker shows as the job's FailureReason, or as a Processing job's ExitMessage."""

import sys
from dataclasses import dataclass
from pathlib import Path

PREFIX = "Exception during training: "
SHOWN = 1024  # bytes of it that SageMaker shows: of a FailureReason even so many characters (T-09, X-62)


@dataclass(frozen=True)
class End:
    """How a host's training ended; `stopped` if it was told to."""

    code: int
    reason: str = ""
    stopped: bool = False


def report(file: Path, reason: str, trace: str) -> None:
    """Say what went wrong in the log and then, after all other output, in `file`, unless there is one (T-09, T-09a)."""
    message = PREFIX + reason
    sys.stdout.flush()
    print(f"{message}\n{trace}", file=sys.stderr, flush=True)
    if file.exists():
        return  # the algorithm's own, which knows better
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(shown(message, trace))
    except OSError as error:
        print(f"the failure file cannot be written: {error}", file=sys.stderr, flush=True)


def blame(file: Path, reason: str, trace: str) -> None:
    """Say why a job ends that another host made fail: before what this one said of it in `file`, if it did."""
    if not file.exists():
        report(file, reason, trace)
        return
    print(PREFIX + reason, file=sys.stderr, flush=True)
    text = f"{PREFIX}{reason}\non this host: ".encode(errors="backslashreplace") + file.read_bytes()
    file.write_bytes(text[:SHOWN].decode(errors="ignore").encode())


def reason(file: Path) -> str:
    """What `report` said there, or the algorithm itself, without the traceback."""
    return file.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0].removeprefix(PREFIX)


def shown(message: str, trace: str) -> bytes:
    """The message and as much of the traceback's end, where the fault is, as SageMaker shows; always whole UTF-8."""
    start, end = (text.encode(errors="backslashreplace") for text in (message, trace))
    room = SHOWN - len(start) - 1
    text = start + b"\n" + end[-room:] if room > 0 else start[:SHOWN]
    return text.decode(errors="ignore").encode()  # without the halves of characters at a cut
