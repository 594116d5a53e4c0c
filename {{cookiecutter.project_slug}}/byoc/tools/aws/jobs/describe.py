"""What the project's own `train --describe` says: metrics and ranges, in the form that SageMaker's APIs take."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from byoc.tools.aws.errors import AwsError

SECONDS = 120


def described(root: Path) -> dict[str, Any]:
    """HyperParameters, ParameterRanges, MetricDefinitions. Asks the project's Python, .venv's, if there is one.

    Raises AwsError if the program cannot be run there.
    """
    own = root / ".venv" / "bin" / "python"
    command = [str(own if own.exists() else sys.executable), str(root / "program" / "train"), "--describe"]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AwsError(f"`program/train --describe` cannot be run: {error}") from None
    if ended.returncode != 0:
        last = (ended.stderr.strip().splitlines() or [f"it ended with {ended.returncode}"])[-1]
        raise AwsError(f"`program/train --describe` failed: {last}")
    return json.loads(ended.stdout)
