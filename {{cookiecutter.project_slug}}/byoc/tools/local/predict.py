"""Run by predict.sh: sends a file by Python's own HTTP client, so that nothing has to be installed."""

import http.client
import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import NoReturn

TYPES = {
    ".json": "application/json",
    ".jsonl": "application/jsonlines",
    ".npy": "application/x-npy",
    ".parquet": "application/x-parquet",
}
# A proxy that http_proxy names could not reach this machine's own server.
LOCAL = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def main(arguments: list[str]) -> None:
    if not 1 <= len(arguments) <= 3:
        print("usage: predict.sh PAYLOAD [CONTENT_TYPE] [ACCEPT]", file=sys.stderr)
        sys.exit(2)
    payload = arguments[0]
    content_type, accept = (*arguments[1:], *[type_of(payload), "*/*"][len(arguments) - 1 :])
    port = os.environ.get("PORT", "8080")
    if not (port.isascii() and port.isdecimal() and 1 <= int(port) <= 65535):
        fail(f"PORT={port!r} is no port: it must be a number from 1 to 65535; leave it out for 8080")
    url = f"http://127.0.0.1:{port}/invocations"
    try:
        request = urllib.request.Request(url, read(payload), {"Content-Type": content_type, "Accept": accept})
        with LOCAL.open(request) as response:
            show(response.read())
    except urllib.error.HTTPError as refusal:
        show(refusal.read())
        fail(f"the server answered with status {refusal.code}")
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, ConnectionRefusedError):
            fail(f"nothing answers at {url} ({reason}); start the server with: local_test/serve_local.sh")
        fail(f"what listens at {url} gave no answer ({reason}); see what it printed")


def type_of(payload: str) -> str:
    """The content type that a file's name tells; CSV if it tells none."""
    return TYPES.get(Path(payload).suffix.lower(), "text/csv")


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
