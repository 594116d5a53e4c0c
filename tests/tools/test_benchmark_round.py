"""One round of the benchmark on this project's own server, with wrk's part played by another."""

import re
import time
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from byoc.serving.predictor import Predictor
from byoc.settings import Settings
from byoc.tools.benchmark import client, empty_handler, load
from byoc.tools.benchmark.__main__ import main
from byoc.tools.benchmark.outcome import BenchmarkError, LeftOut
from byoc.tools.benchmark.rounds import CONNECTIONS, Measured, measure
from byoc.tools.benchmark.sample import Sample
from byoc.tools.benchmark.targets import engine
from byoc.tools.benchmark.targets.processes import family
from byoc.tools.benchmark.targets.target_venv import Venv


@pytest.fixture
def played(monkeypatch) -> None:
    """wrk is played: half of what an empty handler reaches."""

    def post(port: int, body: bytes, content_type: str, connections: int, seconds: int) -> load.Load:
        _, answer = client.request(port, "POST", "/invocations", body, content_type)
        return load.Load(2000 if answer == empty_handler.ANSWER else 1000, 1, 2)

    monkeypatch.setattr(load, "post", post)


@pytest.fixture
def sample(default_project) -> Sample:
    return Sample.read(default_project / "local_test/payload.csv", expected=default_project / "local_test/expected.csv")


@pytest.fixture
def serve(tmp_path) -> Path:
    """A folder with a `serve` that the test writes: `write(source)`."""
    file = tmp_path / "programs" / "serve"
    file.parent.mkdir()
    file.touch(0o755)
    return file


def test_a_round_measures_everything_but_the_image_with_and_without_predicting(
    default_project, trained, sample, played
):
    measured = Measured()
    measure(Venv(default_project / "program", trained.model), sample, 1, measured)
    assert measured.left_out in ({}, {"memory_mb": "only Linux tells what processes take together"})
    assert measured.values["empty_rate"] == [2000]
    assert measured.values["predicting"] == [0.5]
    assert {f"{name}_{count}" for name in ("rate", "p50", "p99") for count in CONNECTIONS} <= measured.values.keys()
    assert {"large_ms", "start_s"} <= measured.values.keys()


@pytest.mark.parametrize(
    ("added", "reason"),
    [
        ("", "do not come from byoc/serving/predictor.py"),
        ("\n1 / 0\n", "does not serve an empty handler: .* ended with"),
    ],
)
def test_a_server_without_the_empty_handler_has_no_empty_rate(
    default_project, trained, sample, played, monkeypatch, added, reason
):
    monkeypatch.setattr(empty_handler, "EMPTY", added)
    measured = Measured()
    measure(Venv(default_project / "program", trained.model), sample, 1, measured)
    assert re.search(reason, measured.left_out["empty_rate"])
    assert "predicting" not in measured.values


def test_a_server_cannot_tell_an_empty_handler_from_the_models(default_project, trained):
    programs = default_project / "program"
    emptied = {"__name__": "emptied", "__file__": str(default_project / empty_handler.ENGINE)}
    exec(empty_handler.emptied(Venv(programs, trained.model).engine()), emptied)
    settings = Settings.from_environment({})
    empty, own = (each(trained.model, settings) for each in (emptied["Predictor"], Predictor))
    assert empty.respond(b"no,row", "text/csv", "").body == empty_handler.ANSWER
    assert vars(empty).keys() == vars(own).keys()
    assert empty.has_handlers == own.has_handlers


@pytest.mark.parametrize("source", [None, "class ScoringService:\n    pass\n"])
def test_programs_that_are_not_this_templates_have_no_empty_handler(tmp_path, source):
    if source:
        (tmp_path / "byoc/serving").mkdir(parents=True)
        (tmp_path / empty_handler.ENGINE).write_text(source)
    with pytest.raises(LeftOut, match=r"it has no byoc/serving/predictor\.py of this template's"):
        empty_handler.emptied(Venv(tmp_path / "program", tmp_path).engine())


def test_a_server_that_ends_is_reported_with_its_last_words(serve, tmp_path):
    serve.write_text("#!/bin/sh\necho the last words\nexit 3\n")
    with (
        pytest.raises(BenchmarkError, match=r"ended with exit code 3 before it was ready\.\n  \| the last words"),
        Venv(serve.parent, tmp_path).serving() as server,
    ):
        client.wait_until_ready(server)


def test_nothing_is_left_of_a_server_that_does_not_stop(serve, tmp_path, monkeypatch):
    monkeypatch.setattr("byoc.tools.benchmark.targets.target_venv.STOP_LIMIT", 1)
    serve.write_text("#!/bin/sh\ntrap '' TERM\nsleep 60\nexit 0\n")
    with Venv(serve.parent, tmp_path).serving() as server:
        while len(started := family(server.process.pid)) < 2:
            assert server.process.poll() is None
            time.sleep(0.05)
    assert server.process.returncode == -9
    assert [len(family(pid)) for pid in started] == [1, 1]
    assert not any(Path(f"/proc/{pid}/exe").exists() for pid in started)


@pytest.fixture
def payload(default_project) -> list[str]:
    return ["--payload", str(default_project / "local_test/payload.csv")]


def test_a_model_that_is_missing_is_named_with_the_way_out(tmp_path, payload, capsys):
    assert main(["--model", str(tmp_path), *payload]) == 1
    assert f"There is no model in {tmp_path}: train first" in capsys.readouterr().err


def test_a_missing_wrk_is_named_with_the_way_out(trained, payload, monkeypatch, capsys):
    monkeypatch.setenv("PATH", "")
    assert main(["--model", str(trained.model), *payload]) == 1
    assert "wrk is not on the PATH: install it" in capsys.readouterr().err


def test_a_missing_docker_is_named_with_the_way_out(trained, payload, monkeypatch, capsys):
    monkeypatch.setattr(load, "require", lambda: None)
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setenv("PATH", "")
    assert main(["an-image", "--model", str(trained.model), *payload]) == 1
    assert "docker is not on the PATH: install it" in capsys.readouterr().err


def test_a_base_image_that_is_not_here_is_pulled_for_the_images_platform(monkeypatch):
    asked = []

    def docker(*words: str, limit: float = 0) -> CompletedProcess:
        asked.append(words)
        is_here = ("pull", "--platform", "linux/arm64", "base") in asked
        return CompletedProcess(words, int(not is_here), '[{"Size": 1}]')

    monkeypatch.setattr(engine, "docker", docker)
    assert engine.inspect_base("base", "linux/arm64") == {"Size": 1}
