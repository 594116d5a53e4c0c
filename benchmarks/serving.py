"""One served container at a time: start it, ask it, load it, weigh it."""

import http.client
import json
import re
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine import CALL_LIMIT, BenchmarkError, container_name, docker, last_lines

HOST, PORT = "127.0.0.1", 8080  # the classic container knows no other port
READY_LIMIT = 60  # seconds
POLL_INTERVAL = 0.005  # seconds
CONNECTIONS = 8
WARM_UP = 3  # seconds; a worker that loads its model at its first request takes more than one

WRK_SCRIPT = """\
wrk.method = "POST"
wrk.headers["Content-Type"] = "text/csv"
wrk.body = %s
function done(summary, latency, requests)
  local e = summary.errors
  print(string.format('{"requests": %%d, "microseconds": %%d, "non-2xx": %%d, "socket errors": %%d, "timeouts": %%d}',
    summary.requests, summary.duration, e.status, e.connect + e.read + e.write, e.timeout))
end
"""


@contextmanager
def serving(image: str, model: Path) -> Iterator[tuple[str, float]]:
    """Serve `model`; yields the container's name and the seconds from `docker run` to the first 200 on GET /ping.

    The container uses the host's network: a published port goes through a userland proxy, which would be measured too.
    Raises BenchmarkError with the container's last log lines if it never becomes ready.
    """
    with socket.socket() as probe:
        if probe.connect_ex((HOST, PORT)) == 0:
            raise BenchmarkError(f"Port {PORT} is taken: stop what listens there, the containers need it.")
    with container_name() as name:
        command = ["docker", "run", "--detach", "--name", name, "--network", "host"]
        command += ["--env", f"SAGEMAKER_BIND_TO_PORT={PORT}", "--volume", f"{model}:/opt/ml/model:ro", image, "serve"]
        started = time.perf_counter()
        # Not waited for: a quick server may be ready before the client returns. Own session: see engine.docker.
        client = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            start_new_session=True,
        )  # fmt: skip
        try:
            ready = wait_until_ready(image, name, client)
        finally:
            client.communicate(timeout=CALL_LIMIT)
        yield name, ready - started


def wait_until_ready(image: str, name: str, client: subprocess.Popen) -> float:
    """Poll GET /ping until it is 200; the time.perf_counter() of that answer."""
    look_at = time.perf_counter() + 2  # asking the engine costs CPU that a starting server needs: seldom, and late
    deadline = time.perf_counter() + READY_LIMIT
    answer: object = "nothing"
    while time.perf_counter() < deadline:
        try:
            answer = request("GET", "/ping")[0]
        except (OSError, http.client.HTTPException) as error:
            answer = type(error).__name__
        if answer == 200:
            return time.perf_counter()
        if client.poll():
            raise BenchmarkError(f"`docker run {image} serve` does not start.\n{last_lines(client.stdout.read())}")
        if time.perf_counter() > look_at:
            if docker("inspect", "--format", "{{.State.Status}}", name).stdout.strip() == "exited":
                raise BenchmarkError(f"{image} ended before it was ready.\n{last_lines(docker('logs', name).stdout)}")
            look_at += 2
        time.sleep(POLL_INTERVAL)
    raise BenchmarkError(
        f"{image} did not answer GET /ping with 200 within {READY_LIMIT} s (last: {answer}).\n"
        f"{last_lines(docker('logs', name).stdout)}"
    )


def request(method: str, path: str, body: str | None = None) -> tuple[int, str]:
    """Status and body of one request on a connection of its own."""
    connection = http.client.HTTPConnection(HOST, PORT, timeout=10)
    try:
        connection.request(method, path, body, {"Content-Type": "text/csv"} if body else {})
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    finally:
        connection.close()


def check_answers(image: str, rows: dict[str, str]) -> None:
    """Raise BenchmarkError unless POST /invocations gives every row of {label: row} its label."""
    status, answer = request("POST", "/invocations", "".join(f"{row}\n" for row in rows.values()))
    if status != 200 or answer.splitlines() != list(rows):
        raise BenchmarkError(f"{image} answers {status} {answer[:200]!r}, not 200 with the labels {list(rows)}.")


def requests_per_second(image: str, row: str, seconds: int) -> float:
    """Steady rate of one-row requests over CONNECTIONS connections, by wrk. Raises BenchmarkError on any bad answer."""
    load(image, row, WARM_UP)
    requests, microseconds = load(image, row, seconds)
    return requests / microseconds * 1e6


def load(image: str, row: str, seconds: int) -> tuple[int, int]:
    """Requests answered, and the microseconds that took."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(WRK_SCRIPT % json.dumps(row + "\n"))
        script.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "10s", "-s", script.name]
        output = subprocess.run(
            [*command, f"http://{HOST}:{PORT}/invocations"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds + 30,
        ).stdout  # fmt: skip
    try:
        counts = json.loads(output.splitlines()[-1])
    except (ValueError, IndexError):
        raise BenchmarkError(f"wrk could not load {image}.\n{last_lines(output)}") from None
    requests, microseconds = counts.pop("requests"), counts.pop("microseconds")
    if any(counts.values()) or not requests:
        seen = ", ".join(f"{kind}: {count}" for kind, count in counts.items())
        raise BenchmarkError(f"{image} failed under load, which must end without an error: {requests} answers, {seen}.")
    return requests, microseconds


def memory(image: str, name: str) -> tuple[int, str]:
    """Bytes that all processes of a running container take, and how that was found: "PSS" or "docker stats".

    PSS shares out the pages that processes have in common, so its sum is what the container really takes. Reading it of
    other users' processes needs root, on Linux; elsewhere the engine's own count has to do. Raises BenchmarkError if
    the container has ended: then it was somebody else who answered on its port.
    """
    listed = docker("top", name, "-eo", "pid")
    if listed.returncode:
        raise BenchmarkError(f"{image} ended before its load did.\n{last_lines(docker('logs', name).stdout)}")
    try:
        total = sum(map(pss, listed.stdout.split()[1:]))
    except PermissionError:
        total = 0
    if total:
        return total, "PSS"
    usage = docker("stats", "--no-stream", "--format", "{{.MemUsage}}", name).stdout.split("/")[0]
    number, unit = re.fullmatch(r"([\d.]+)([KMGT]?i?B)", usage.strip()).groups()
    return round(float(number) * 1024 ** "BKMGT".index(unit[0])), "docker stats"


def pss(pid: str) -> int:
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):  # it has ended since it was listed
        return 0
    return int(re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)[1]) * 1024
