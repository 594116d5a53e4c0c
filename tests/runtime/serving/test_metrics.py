"""What is counted is told whole, by whichever process, in Prometheus's own format (S-54)."""

import multiprocessing
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client.parser import text_string_to_metric_families

from byoc.serving.metrics import Metrics

FORK = multiprocessing.get_context("fork")


def samples(metrics: Metrics) -> dict[str, float]:
    """Every sample by its name and labels, as Prometheus's own parser reads them."""
    families = text_string_to_metric_families(metrics.text().decode())
    return {
        " ".join([sample.name, *map("=".join, sample.labels.items())]): sample.value
        for family in families
        for sample in family.samples
    }


def in_another_process(act, *arguments) -> None:
    process = FORK.Process(target=act, args=arguments)
    process.start()
    process.join(timeout=30)


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(processes=2)


def test_an_invocation_is_told_with_its_status_bytes_and_seconds(metrics):
    began = metrics.begin()
    assert samples(metrics)["invocations_in_progress"] == 1
    metrics.end("/invocations", began - 0.02, 400, 30, 7)
    told = samples(metrics)
    assert told["http_requests_total route=/invocations status=400"] == 1
    assert (told["invocation_request_bytes_total"], told["invocation_response_bytes_total"]) == (30, 7)
    assert told["invocations_in_progress"] == 0
    assert told["invocation_duration_seconds_sum"] >= 0.02
    assert told["invocation_duration_seconds_bucket le=0.01"] == 0
    assert told["invocation_duration_seconds_bucket le=+Inf"] == told["invocation_duration_seconds_count"] == 1


@pytest.mark.parametrize("path", ["/nowhere", "/ping/", "/favicon.ico?x=1"])
def test_whatever_a_client_asks_for_no_label_is_made_of_it(metrics, path):
    series = len(samples(metrics))
    metrics.count(path, 404)
    told = samples(metrics)
    assert told["http_requests_total route=other status=404"] == 1
    assert len(told) == series + 1


def test_faults_are_told_before_there_is_one(metrics):
    for status in (500, 503):
        assert samples(metrics)[f"http_requests_total route=/invocations status={status}"] == 0


def test_the_counts_of_all_processes_are_added_also_of_those_that_ended(metrics):
    metrics.count("/ping", 200)
    for _ in range(5):  # more than there are places: each takes that of the one before
        in_another_process(metrics.count, "/ping", 200)
    assert samples(metrics)["http_requests_total route=/ping status=200"] == 6


def test_processes_that_live_at_the_same_time_have_places_of_their_own(metrics):
    def count(meet) -> None:
        meet.wait(timeout=30)
        for _ in range(20_000):
            metrics.count("/ping", 200)

    meet = FORK.Barrier(2)
    processes = [FORK.Process(target=count, args=[meet]) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(timeout=60)
    assert samples(metrics)["http_requests_total route=/ping status=200"] == 40_000


def test_threads_of_a_process_lose_no_count(metrics):
    with ThreadPoolExecutor(4) as pool:
        for _ in range(4):
            pool.submit(lambda: [metrics.end("/invocations", metrics.begin(), 200, 1, 1) for _ in range(10_000)])
    told = samples(metrics)
    assert told["invocation_request_bytes_total"] == told["invocation_duration_seconds_count"] == 40_000
    assert told["invocations_in_progress"] == 0


def test_what_a_process_left_unfinished_is_under_way_until_another_takes_its_place(metrics):
    def die() -> None:
        metrics.begin()
        os._exit(1)

    in_another_process(die)
    assert samples(metrics)["invocations_in_progress"] == 1
    in_another_process(metrics.count, "/ping", 200)
    assert samples(metrics)["invocations_in_progress"] == 0


def test_refusals_are_the_sizes_of_the_files_named_after_their_reasons(tmp_path):
    (tmp_path / "refused.queue_full").write_text("\n" * 3)
    (tmp_path / "nginx.conf").touch()
    told = samples(Metrics(1, tmp_path))
    assert {name: value for name, value in told.items() if "refused" in name} == {
        "refused_requests_total reason=queue_full": 3
    }
    assert not [name for name in samples(Metrics(1)) if "refused" in name]


def test_models_are_counted_together_whatever_their_names():
    metrics = Metrics(1)
    metrics.end("/models/{name}/invoke", metrics.begin(), 507, 1, 1)
    for path in ("/models", "/models/a", "/models/b/c"):
        metrics.count(path, 409)
    told = samples(metrics)
    assert told["http_requests_total route=/models/{name}/invoke status=507"] == 1
    assert told["http_requests_total route=/models status=409"] == 3
