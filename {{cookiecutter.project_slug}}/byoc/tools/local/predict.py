"""Run by predict.sh: sends a file by Python's own HTTP client, so that nothing has to be installed."""

import http.client
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import NoReturn


def main(arguments: list[str]) -> None:
    if not 1 <= len(arguments) <= 3:
        print("usage: predict.sh PAYLOAD [CONTENT_TYPE] [ACCEPT]", file=sys.stderr)
        sys.exit(2)
    payload, content_type, accept = (*arguments, *["text/csv", "*/*"][len(arguments) - 1 :])
    url = f"http://127.0.0.1:{os.environ.get('PORT', '8080')}/invocations"
    try:
        request = urllib.request.Request(url, read(payload), {"Content-Type": content_type, "Accept": accept})
        with urllib.request.urlopen(request) as response:
            show(response.read())
    except urllib.error.HTTPError as refusal:
        show(refusal.read())
        fail(f"the server answered with status {refusal.code}")
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        fail(f"nothing answers at {url} ({reason}); start the server with: local_test/serve_local.sh")


def read(payload: str) -> bytes:
    """The file of that name, here or in local_test/."""
    for file in (Path(payload), Path(__file__).resolve().parents[3] / "local_test" / payload):
        if file.is_file():
            return file.read_bytes()
    fail(f"there is no file {payload!r} to send")


def show(answer: bytes) -> None:
    sys.stdout.buffer.write(answer)
    sys.stdout.flush()


def fail(message: str) -> NoReturn:
    sys.exit(f"predict.sh: {message}")


if __name__ == "__main__":
    main(sys.argv[1:])
