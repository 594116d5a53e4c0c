"""Log lines as JSON on standard output, one a line, so that CloudWatch can filter by field (S-29).

On a terminal, where a person reads them, a traceback follows its line as it is.
"""

import json
import sys
import time
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson


def text(**fields: Any) -> str:
    """A line, in ASCII, with the time and the fields that are not empty."""
    remark = fields.get("remark")
    if remark and "\n" in remark and sys.stdout.isatty():
        return f"{text(**fields | {'remark': ''})}{remark.rstrip()}\n".encode("ascii", "backslashreplace").decode()
    second, milliseconds = divmod(time.time_ns() // 1_000_000, 1000)
    line = {"time": f"{_date(second)}.{milliseconds:03}+00:00"}
    for name, value in fields.items():
        if value is not None and value != "":
            line[name] = value
    try:
        return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE).decode("ascii")
    except (UnicodeDecodeError, TypeError):  # every character outside ASCII is to be escaped; orjson escapes none
        return json.dumps(line, separators=(",", ":")) + "\n"


@lru_cache(maxsize=1)  # many lines are of the same second
def _date(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


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
