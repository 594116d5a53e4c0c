"""`GET /metrics` of the running server: the counts of all its workers (S-54)."""

import psutil
from prometheus_client.parser import text_string_to_metric_families

from serving import Server, wait_until


def scrape(server: Server) -> dict[tuple, float]:
    """Every sample by its name and the values of its labels."""
    response = server.request("GET", "/metrics")
    assert (response.status, response.headers["Content-Type"].split(";")[0]) == (200, "text/plain")
    families = text_string_to_metric_families(response.body.decode())
    return {(sample.name, *sample.labels.values()): sample.value for family in families for sample in family.samples}


def test_a_scrape_tells_of_all_workers_and_of_those_that_they_replaced(front, trained, tmp_path):
    answered = ("http_requests_total", "/invocations", "400")
    with Server(front, trained.base, tmp_path / "log", SAGEMAKER_MODEL_SERVER_WORKERS=2) as server:
        parent = server.ready().child(front.parent)
        wait_until(lambda: len(parent.children()) == 2)
        for _ in range(20):
            assert server.request("POST", "/invocations", b" ").status == 400
        assert {scrape(server)[answered] for _ in range(10)} == {20}
        before = {worker.pid for worker in parent.children()}
        for pid in before:
            psutil.Process(pid).kill()
        wait_until(lambda: len({worker.pid for worker in parent.children()} - before) == 2)
        assert server.request("POST", "/invocations", b" ").status == 400
        told = scrape(server)
        assert told[answered] == told[("invocation_duration_seconds_count",)] == 21
        assert told[("invocation_request_bytes_total",)] == 21
        assert server.request("PUT", "/metrics").status == 405
    assert "GET /metrics" not in server.log
    assert "PUT /metrics" in server.log
