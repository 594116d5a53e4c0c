"""The access log: a JSON line a request, many lines a write, because a write each would cost too much."""

import sys
from typing import Any

from byoc import log

ONE_WRITE = 4096  # bytes that a pipe takes whole, whoever else writes to it (pipe(7), PIPE_BUF)
IDS = {
    "request_id": b"x-amzn-sagemaker-request-id",
    "inference_id": b"x-amzn-sagemaker-inference-id",
    "target_model": b"x-amzn-sagemaker-target-model",
}


class AccessLog:
    """Call `flush` at least once a second, in the thread that adds lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.size = 0

    def add(self, request: str, headers: dict[bytes, bytes], **fields: Any) -> None:
        """A line about a request, its method and path, with the ids that SageMaker gave it (S-47, M-13)."""
        ids = {name: headers[header].decode("latin-1") for name, header in IDS.items() if header in headers}
        line = log.text(request=request, **fields, **ids)  # ASCII, as json.dumps has it
        if self.size + len(line) > ONE_WRITE:
            self.flush()
        self.lines.append(line)
        self.size += len(line)

    def flush(self) -> None:
        if self.lines:
            sys.stdout.write("".join(self.lines))
            sys.stdout.flush()
            self.lines.clear()
            self.size = 0
