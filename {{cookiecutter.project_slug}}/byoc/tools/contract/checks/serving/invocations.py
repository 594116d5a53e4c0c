"""POST /invocations: headers, content types, bodies good and bad."""

from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection

from ...http_client import Answer, expect_continue
from ...kit import Kit
from ...outcome import must

MEGABYTES = 1_000_000
GARBAGE = b'\x00\xff{"not": [valid,,\n"""\x80'


def sample_is_answered(kit: Kit) -> str:
    """S-40, S-63, T-40, T-41, S-21: with 200, the expected body if one was given, and its Content-Type."""
    answer = kit.server().must_predict()
    must(answer.body, "200 with an empty body")
    must(answer.content_type, "200 without a Content-Type")
    return f"{answer.brief()} as {answer.content_type}, {kit.sample.compared}"


def bad_body_is_4xx_and_does_no_harm(kit: Kit) -> str:
    """S-43: never 200 with an error in it, never 5xx, and the next request is answered."""
    answer = kit.server().predict(GARBAGE)
    must(400 <= answer.status < 500, f"garbage → {answer.brief()}")
    kit.server().must_predict()
    return f"garbage → {answer.brief()}; the next request → 200"


def empty_body_is_400_or_204(kit: Kit) -> str:
    """S-43."""
    answer = kit.server().predict(b"")
    must(answer.status in (400, 204), f"an empty body → {answer.brief()}")
    return answer.brief()


def errors_are_short_and_plain(kit: Kit) -> str:
    """S-44: clients see up to 2,048 characters of the body, so no HTML pages."""
    server = kit.server()
    wrong = {"Content_Type": "foo/bar"}, {"Accept": "application/x-never-heard-of"}
    answers = [server.predict(GARBAGE), *(server.predict(**headers) for headers in wrong), server.ask("GET", "/nope")]
    answers = [answer for answer in answers if answer.status >= 400]
    must(answers, "bad requests are not refused at all")
    for answer in answers:
        text = answer.body.decode(errors="replace")
        must(text.strip(), f"{answer.status} without a reason")
        must("<html" not in text.lower(), f"{answer.status} with an HTML page")
        must(len(text) <= 2048, f"{answer.status} with {len(text)} characters")
        must("Traceback (most" not in text, f"{answer.status} with a traceback")
    return f"{len(answers)} refusals, the longest of {max(len(answer.body) for answer in answers)} bytes"


def large_body_is_accepted(kit: Kit) -> str:
    """S-46: 25 MB."""
    body = kit.sample.size(25 * MEGABYTES)
    answer = kit.server().predict(body, 120)
    must(answer.status != 413, f"{len(body) / MEGABYTES:.0f} MB → {answer.brief()}")
    must(answer.status < 500, f"{len(body) / MEGABYTES:.0f} MB → {answer.brief()}")
    return f"{len(body) / MEGABYTES:.0f} MB → {answer.status} after {answer.seconds:.1f} s"


def unknown_headers_are_ignored(kit: Kit) -> str:
    """S-47, X-43: fifty of any name, and all that SageMaker forwards."""
    headers = {f"X-Amzn-SageMaker-Unknown-{number}": "value" for number in range(50)}
    headers |= {
        "X-Amzn-SageMaker-Custom-Attributes": "a=b",
        "X-Amzn-SageMaker-Inference-Id": "id-1",
        "X-Amzn-SageMaker-Session-Id": "NEW_SESSION",
        "X-Amzn-SageMaker-Target-Model": "model.tar.gz",
        "X-Amzn-SageMaker-Request-Id": "c0ffee",
        "X-Amzn-SageMaker-Forwarded-Api": "InvokeEndpoint",
    }
    kit.server().must_predict(**headers)
    return f"200 with {len(headers)} more headers"


def custom_attributes_come_back(kit: Kit) -> str:
    """S-48: the client gets them only if the container sends them."""
    answer = kit.server().must_predict(**{"X-Amzn-SageMaker-Custom-Attributes": "trace=c0ffee"})
    came = answer.headers.get("X-Amzn-SageMaker-Custom-Attributes")
    must(came, "X-Amzn-SageMaker-Custom-Attributes in the request, not in the response")
    return f"X-Amzn-SageMaker-Custom-Attributes: {came[:80]}"


def parallel_requests_are_answered(kit: Kit) -> str:
    """S-49: all of fifty, with 200, or 429 or 503 under overload."""
    with ThreadPoolExecutor(50) as pool:
        answers: list[Answer] = list(pool.map(lambda _: kit.server().predict(), range(50)))
    statuses = sorted({answer.status for answer in answers})
    must(200 in statuses and set(statuses) <= {200, 429, 503}, f"50 at once → {statuses}")
    return f"50 at once → {statuses}, the slowest after {max(answer.seconds for answer in answers):.1f} s"


def connections_are_kept_open(kit: Kit) -> str:
    """S-49: HTTP keep-alive."""
    connection = HTTPConnection(*kit.server().address, timeout=30)
    try:
        for _ in range(3):
            connection.request("POST", "/invocations", kit.sample.body, {"Content-Type": kit.sample.content_type})
            connection.getresponse().read()
            must(connection.sock, "the connection is closed after an answer")
    finally:
        connection.close()
    return "three requests over one connection"


def unknown_paths_and_methods_are_refused(kit: Kit) -> str:
    """S-50: 404 and 405, and no crash over HEAD and OPTIONS."""
    server, seen = kit.server(), []
    for method, path, expected in (("GET", "/nope", {404}), ("GET", "/invocations", {405}), ("PUT", "/ping", {405})):
        status = server.ask(method, path).status
        must(status in expected, f"{method} {path} → {status}, not {min(expected)}")
        seen.append(f"{method} {path} → {status}")
    for method in ("HEAD", "OPTIONS"):
        must(server.ask(method, "/invocations").status < 500, f"{method} /invocations → 5xx")
    return ", ".join(seen)


def chunked_bodies_are_taken(kit: Kit) -> str:
    """S-53, B-06: Transfer-Encoding: chunked, without a Content-Length."""
    body = kit.sample.body
    answer = kit.server().predict(iter([body[:7], body[7:]]))
    must(answer.status == 200, f"chunked → {answer.brief()}")
    kit.sample.must_be_expected(answer)
    return f"chunked → {answer.status}"


def expect_continue_is_answered(kit: Kit) -> str:
    """S-53: curl sends it with large bodies."""
    headers = {"Content-Type": kit.sample.content_type}
    answer = expect_continue(kit.server().address, "/invocations", kit.sample.body, headers)
    must(answer.status == 200, f"Expect: 100-continue → {answer.brief()}")
    return f"Expect: 100-continue → {answer.status}"


def metrics_are_text_or_absent(kit: Kit) -> str:
    """S-54: Prometheus at /metrics, or 404."""
    answer = kit.server().ask("GET", "/metrics")
    must(answer.status in (200, 404), f"GET /metrics → {answer.brief()}")
    text = answer.content_type.startswith(("text/plain", "application/openmetrics"))
    must(answer.status == 404 or text, f"GET /metrics → {answer.content_type}")
    return f"GET /metrics → {answer.status}"
