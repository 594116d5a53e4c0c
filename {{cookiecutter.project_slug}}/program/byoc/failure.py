"""`/opt/ml/output/failure`, which SageMaker shows as the job's FailureReason."""

import sys
from pathlib import Path

REASON_LENGTH = 1024  # characters of the file that SageMaker shows (T-09)


def report(file: Path, reason: str, trace: str) -> None:
    """Say what went wrong in the log and then, after all other output, in `file`, unless there is one (T-09, T-09a)."""
    message = f"Exception during training: {reason}"
    sys.stdout.flush()
    print(f"{message}\n{trace}", file=sys.stderr, flush=True)
    if file.exists():
        return  # the algorithm's own, which knows better
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(shown(message, trace), encoding="utf-8")
    except OSError as error:
        print(f"the failure file cannot be written: {error}", file=sys.stderr, flush=True)


def shown(message: str, trace: str) -> str:
    """The message and as much of the traceback's end, where the fault is, as SageMaker shows."""
    message, trace = (_printable(text) for text in (message, trace))
    message = message[:REASON_LENGTH]
    room = REASON_LENGTH - len(message) - 1
    return f"{message}\n{trace[-room:]}" if room > 0 else message


def _printable(text: str) -> str:
    return text.encode("utf-8", errors="backslashreplace").decode()
