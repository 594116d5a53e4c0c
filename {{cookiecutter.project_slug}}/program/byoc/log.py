"""Log lines as JSON on standard output, one a line, which is all that CloudWatch needs to filter by field (S-29)."""

import json
import sys
from datetime import UTC, datetime
from typing import Any


def text(**fields: Any) -> str:
    """A line with the time and the fields that are not empty."""
    kept = {name: value for name, value in fields.items() if value not in ("", None)}
    time = datetime.now(UTC).isoformat(timespec="milliseconds")
    return json.dumps({"time": time, **kept}) + "\n"


def line(**fields: Any) -> None:
    """Print a line in one write: other processes write there as well."""
    sys.stdout.write(text(**fields))
    sys.stdout.flush()


def request(environ: dict[str, Any], **fields: Any) -> None:
    """A line about a request, with the ids that SageMaker gave it (S-47, M-13); `environ` is WSGI's."""
    line(
        request=f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}",
        **fields,
        request_id=environ.get("HTTP_X_AMZN_SAGEMAKER_REQUEST_ID"),
        inference_id=environ.get("HTTP_X_AMZN_SAGEMAKER_INFERENCE_ID"),
        target_model=environ.get("HTTP_X_AMZN_SAGEMAKER_TARGET_MODEL"),
    )
