"""A multi-model endpoint whose models come and go while others are asked, and its end (M-05, M-14)."""

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psutil
import pytest

from serving import Server, wait_until
from serving_models import MODE, Models, lives


def processes(models: Models) -> list[psutil.Process]:
    """One for each model."""
    return models.server.child("models").children()


def test_models_that_come_and_go_under_load_give_right_answers_or_none(models, payload):
    names = ["one", "other", "third"]
    expected = {}
    for name in names:
        models.load(name, "other" if name == "other" else "one")
        expected[name] = models.invoke(name, payload).body

    def work(seed):
        choose, seen = random.Random(seed), Counter()
        for _ in range(40):
            name = choose.choice(names)
            what = choose.choices(["invoke", "load", "unload", "get"], [6, 2, 1, 1])[0]
            if what == "invoke":
                response = models.invoke(name, payload)
                assert response.status != 200 or response.body == expected[name]
            else:
                folder = ["other" if name == "other" else "one"] if what == "load" else []
                response = getattr(models, what)(name, *folder)
            seen[what, response.status] += 1
        return seen

    with ThreadPoolExecutor(8) as pool:
        seen = sum(pool.map(work, range(8)), Counter())
    assert {"invoke": {200, 404}, "load": {200, 409}, "unload": {200, 404}, "get": {200, 404}} == {
        what: {status for kind, status in seen if kind == what} for what, _ in seen
    }
    loads = 3 + seen["load", 200] - seen["unload", 200]
    assert loads == len(models.names()) == len(processes(models))


def test_unloading_gives_the_memory_back(models, payload):
    def memory():
        everyone = psutil.Process(models.server.process.pid).children(recursive=True)
        return sum(process.memory_full_info().uss for process in everyone)

    models.load("first")
    models.invoke("first", payload)
    models.unload("first")
    before = memory()
    for number in range(10):
        models.load(str(number))
        models.invoke(str(number), payload)
    full = memory()
    for number in range(10):
        assert models.unload(str(number)).status == 200
        assert len(processes(models)) == 9 - number
    assert memory() - before < (full - before) / 5


@pytest.mark.parametrize("front", ["gunicorn", "uvicorn"], indirect=True)
def test_the_end_of_the_models_host_ends_them_all_and_no_model_outlives_serve(front, two_models, tmp_path):
    with Server(front, two_models, tmp_path / "host", **MODE) as server:
        server.ready().child("models").kill()
        assert server.process.wait(timeout=30) == 1
        assert "serve: models ended by itself, exit code -9\n" in server.log
    with Server(front, two_models, tmp_path / "serve", **MODE) as server:
        assert Models(server.ready(), two_models).load("m").status == 200
        parent, host = server.child(front.parent), server.child("models")
        everyone = [host, *host.children()]
        server.process.kill()
        try:
            wait_until(lambda: not any(map(lives, everyone)))
        finally:
            for process in [parent, *parent.children(recursive=True), *everyone]:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
