"""Whatever clients send, and however much of it: no fault, no worker lost, no memory kept (S-09, S-43).

The environment variable REQUESTS says how many are sent, about; memory is judged from 20,000 on: before that, the
workers have not yet seen every kind.
"""

import http.client
import itertools
import json
import multiprocessing
import os
import re
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from byoc.serving import codecs
from odd_requests import ACCEPT, BODY, CONTENT_TYPE, FINITE
from serving import Server, wait_until
from stacks import marked, names

REQUESTS = int(os.environ.get("REQUESTS", "1000"))
# Every front is sent few of them, and the default one so many that memory can be judged; 100,000 take minutes.
RUNS = [marked(name, REQUESTS) for name in names(Path(__file__))]
RUNS.append(pytest.param("nginx", 30_000, marks=[pytest.mark.nginx, pytest.mark.slow]))
CLIENTS = 3  # each a process with one connection; without nginx, one worker may get them all, and takes on three
ALIKE = 2 * (len(codecs.DECODERS) + 1)  # two bodies, each as all the content types, and as one that hypothesis makes
LARGEST = 125  # examples of one run of hypothesis, which remembers what it tried
NOISE = 6_000_000  # bytes by which the memory of all processes of the server may differ without anything being kept

GOOD = st.lists(st.lists(FINITE, min_size=4, max_size=4), min_size=1, max_size=4).flatmap(
    lambda rows: st.sampled_from([json.dumps(rows), "\n".join(map(json.dumps, rows)), csv(rows)]).map(str.encode)
)


def csv(rows: list[list[float]]) -> str:
    return "\n".join(",".join(map(repr, row)) for row in rows)


def sendable(header: str) -> bool:
    return not {"\r", "\n"} & set(header)


def ask(port: int, block: int, number: int) -> Counter:
    """Send a block of that many requests, other ones for each number; how often each content type got which status."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    answers = Counter()

    @seed(number)
    @settings(max_examples=block, phases=[Phase.generate], derandomize=False, suppress_health_check=list(HealthCheck))
    @given(GOOD, BODY, CONTENT_TYPE.filter(sendable), ACCEPT.filter(sendable))
    def requests(good, odd, odd_type, accept):
        for body, content_type in itertools.product((good, odd), (*codecs.DECODERS, odd_type)):
            headers = {"Content-Type": content_type, "Accept": accept}
            connection.request("POST", "/invocations", body, {name: text for name, text in headers.items() if text})
            response = connection.getresponse()
            text = response.read()
            assert response.status in (200, 400, 406, 413, 415), (response.status, text)
            assert response.status == 200 or response.headers["Content-Type"].startswith("text/plain"), text
            answers[content_type if content_type in codecs.DECODERS else "other", response.status] += 1

    requests()
    connection.close()
    return answers


def memory(server: Server) -> int:
    """Bytes of all processes of the server, but for those of files; what they share counts once. Only Linux tells."""
    serve = psutil.Process(server.process.pid)
    rollups = [Path(f"/proc/{process.pid}/smaps_rollup") for process in [serve, *serve.children(recursive=True)]]
    return 1024 * sum(int(re.search(r"Pss_Anon: *(\d+)", file.read_text())[1]) for file in rollups if file.exists())


@pytest.mark.parametrize(("front", "requests"), RUNS, indirect=["front"])
def test_no_request_costs_a_fault_or_a_worker_or_memory(front, requests, trained, tmp_path, capsys):
    fork = multiprocessing.get_context("fork")
    with Server(front, trained.base, tmp_path / "log", SAGEMAKER_MODEL_SERVER_WORKERS=2) as server:
        parent = server.ready().child(front.parent)
        wait_until(lambda: len(parent.children()) == 2)
        workers = parent.children()
        block = max(1, min(LARGEST, requests // ALIKE // 20))
        blocks = range(-(-requests // (block * ALIKE)))
        first = blocks[: len(blocks) // 5]
        with ProcessPoolExecutor(CLIENTS, mp_context=fork) as pool:

            def send(numbers: range) -> tuple[Counter, int]:
                return sum(pool.map(partial(ask, server.port, block), numbers), Counter()), memory(server)

            answers, before = send(first)
            others, after = send(blocks[len(first) :])
            if after - before >= NOISE:  # as many again: what is kept takes as much again, and what was left does not
                before = after
                _, after = send(blocks[len(first) :])
            answers += others
        assert parent.children() == workers
    assert "Traceback" not in server.log
    assert answers.total() == len(blocks) * block * ALIKE
    with capsys.disabled():
        told = f"{before / 1e6:.1f} MB after a fifth, {after / 1e6:.1f} MB after all"
        print(f"\n{answers.total()} requests by {front}, memory {told}")
        for (content_type, status), count in sorted(answers.items()):
            print(f"  {content_type:34} {status} {count:7}")
    if requests >= 20_000:
        assert after - before < NOISE
