"""Batch transform: environment, execution parameters, one line out for each line in."""

import json
from concurrent.futures import ThreadPoolExecutor

from ...comparison import difference
from ...http_client import Answer
from ...kit import Kit, once
from ...outcome import NotChecked, NotHeld, must
from ...started import Server

MEGABYTES = 1_000_000
KEYS = ("MaxConcurrentTransforms", "BatchStrategy", "MaxPayloadInMB")
BATCH = {
    "SAGEMAKER_BATCH": "true",
    "SAGEMAKER_MAX_PAYLOAD_IN_MB": "6",
    "SAGEMAKER_BATCH_STRATEGY": "MULTI_RECORD",
    "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": "1",
}


@once
def batch_server(kit: Kit) -> Server:
    return kit.stack.enter_context(kit.serving(environment=BATCH))


def batch_environment_is_optional(kit: Kit) -> str:
    """B-02, LM-09: `true` with all the rest, and local mode's `True` with one."""
    batch_server(kit).must_predict()
    with kit.serving(environment={"SAGEMAKER_BATCH": "True", "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS": "1"}) as server:
        server.must_predict()
    return "200 with SAGEMAKER_BATCH=true and =True"


def execution_parameters_obey_the_limits(kit: Kit) -> str:
    """B-04, B-05, B-17: 200 with what the platform can use, or 404."""
    for server in (kit.server(), batch_server(kit)):
        answer = server.ask("GET", "/execution-parameters")
        if answer.status == 404:
            continue
        must(answer.status == 200, f"GET /execution-parameters → {answer.brief()}")
        try:
            found = json.loads(answer.body)
            concurrency, strategy, payload = (found[key] for key in KEYS)
        except (ValueError, KeyError, TypeError):
            raise NotHeld(f"GET /execution-parameters → {answer.brief()}") from None
        must(type(concurrency) is int and type(payload) is int, f"not whole numbers: {found}")
        must(strategy in ("SINGLE_RECORD", "MULTI_RECORD"), f"BatchStrategy is {strategy!r}")
        must(concurrency >= 1 and 0 <= payload <= 100 and concurrency * payload <= 100, f"beyond the limits: {found}")
    return f"GET /execution-parameters → {answer.brief()}"


def n_lines_in_n_lines_out(kit: Kit) -> str:
    """B-09, S-55: in order, for every kind of line end."""
    server = kit.server()
    records = len(kit.sample.records)
    own = lines(server.must_predict(kit.sample.lines(records)))
    must(len(own) == records, f"{records} lines in, {len(own)} out")
    for count in (1, 2, 1000):
        expected = [own[number % records] for number in range(count)]
        for what, end, last in (("\\n", b"\n", None), ("no newline at the end", b"\n", b""), ("\\r\\n", b"\r\n", None)):
            answer = server.must_predict(kit.sample.lines(count, end, last))
            found = difference(b"\n".join(lines(answer)), b"\n".join(expected))
            must(not found, f"{count} lines in with {what}: {found}")
            must(answer.body.endswith(b"\n"), "the last line has no newline")
    return "1, 2 and 1,000 lines with \\n, \\r\\n and without the last newline"


def lines(answer: Answer) -> list[bytes]:
    if answer.content_type.startswith("application/json") and not answer.content_type.startswith("application/jsonl"):
        raise NotChecked("the answer is one JSON document; name a type with a line a record: --accept text/csv")
    return answer.body.splitlines()


def bad_record_has_its_place(kit: Kit) -> str:
    """B-11: nine answers and a placeholder, or a 4xx that says which record."""
    body = kit.sample.lines(4) + b"\x00not,a,record\n" + kit.sample.lines(5)
    answer = batch_server(kit).predict(body)
    if answer.status == 200:
        must(len(lines(answer)) == 10, f"1 bad line of 10 → 200 with {len(lines(answer))} lines")
        return f"200 with a placeholder: {lines(answer)[4][:60]!r}"
    must(400 <= answer.status < 500, f"1 bad line of 10 → {answer.brief()}")
    return f"1 bad line of 10 → {answer.brief()}"


def json_lines_are_lines(kit: Kit) -> str:
    """B-12: an object a line, for joins."""
    answer = kit.server().predict(Accept="application/jsonlines")
    if answer.status == 406:
        raise NotChecked("Accept: application/jsonlines → 406")
    seen = f"Accept: application/jsonlines → {answer.brief()} as {answer.content_type}"
    must(answer.status == 200 and "json" in answer.content_type, seen)
    must(len(answer.body.splitlines()) == len(kit.sample.records), f"{len(answer.body.splitlines())} lines of JSON")
    try:
        [json.loads(line) for line in answer.body.splitlines()]
    except ValueError:
        raise NotHeld(f"not JSON Lines: {answer.brief()}") from None
    return f"{answer.body.splitlines()[0][:80]!r} …"


def parallel_6_mb_posts_are_answered(kit: Kit) -> str:
    """B-16: as many as the container asks for, or four."""
    server = batch_server(kit)
    answer = server.ask("GET", "/execution-parameters")
    count = json.loads(answer.body).get("MaxConcurrentTransforms", 4) if answer.status == 200 else 4
    body = kit.sample.size(6 * MEGABYTES)
    with ThreadPoolExecutor(count) as pool:
        statuses = [answer.status for answer in pool.map(lambda _: server.predict(body, 240), range(count))]
    must(set(statuses) == {200}, f"{count} bodies of 6 MB at once → {sorted(set(statuses))}")
    return f"{count} bodies of 6 MB at once → 200"


def a_100_mb_body_is_accepted(kit: Kit) -> str:
    """S-46, B-06: in chunks, as with MaxPayloadInMB=0."""
    block = kit.sample.size(MEGABYTES)
    answer = batch_server(kit).predict((block for _ in range(100)), 300)
    must(answer.status not in (411, 413) and answer.status < 500, f"100 MB in chunks → {answer.brief()}")
    return f"100 MB in chunks → {answer.status} after {answer.seconds:.0f} s"
