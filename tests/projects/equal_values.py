"""Categories that are equal however they are written, in training and in requests. (Parquet: tests/runtime.)"""

import json
import re
from typing import Any

import pytest

from algorithm_jobs import channel, refused, served, train
from byoc.paths import Paths
from byoc.signature import Signature

NAMED = '["grade", "open"]'
TRUTH = {(1, True): "a", (1, False): "b", (2, True): "c", (2, False): "d"}
ROWS = [(label, grade, is_open) for (grade, is_open), label in TRUTH.items()] * 20


def _csv(grade: str, words: tuple[str, str], rows: list = ROWS) -> str:
    lines = [f"{label},{grade.format(number)},{words[is_open]}\n" for label, number, is_open in rows]
    return "kind,grade,open\n" + "".join(lines)


def trained(paths: Paths, **hyperparameters: str) -> dict[str, tuple[str, ...]]:
    """Train on two files, each of its own spelling, with a channel validation of another; gives the categories."""
    channel(paths, _csv("{}.0", ("False", "True")))
    (paths.data / "training/more.csv").write_text(_csv("{}", ("false", "true")))
    channel(paths, _csv("+{}.00", ("FALSE", "TRUE")), "validation")
    assert train(paths, categories=NAMED, **hyperparameters) == 0
    return {feature.name: feature.categories for feature in Signature.load(paths.model).features}


def asked(paths: Paths) -> dict[str, list[Any]]:
    """By format and spelling what the model answers to the rows of TRUTH."""
    model = served(paths)
    keys = list(TRUTH)
    bodies = {}
    for name, grade, words in (
        ("as whole numbers", "{}", ("false", "true")),
        ("as fractions", "{}.0", ("False", "True")),
        ("with blanks", " {}.00 ", (" FALSE ", " TRUE ")),
    ):
        lines = "".join(f"{grade.format(number)},{words[is_open]}\n" for number, is_open in keys)
        bodies[f"CSV {name}"] = "text/csv", lines.encode()
        bodies[f"much CSV {name}"] = "text/csv", (lines * 500).encode()
        bodies[f"JSON text {name}"] = (
            "application/json",
            json.dumps([[grade.format(number), words[is_open]] for number, is_open in keys]).encode(),
        )
    for name, kind in (("whole numbers", int), ("fractions", float)):
        rows = [{"grade": kind(number), "open": is_open} for number, is_open in keys]
        bodies[f"JSON {name}"] = "application/json", json.dumps(rows).encode()
        bodies[f"JSON Lines {name}"] = "application/jsonlines", "\n".join(map(json.dumps, rows)).encode()
    answers = {}
    for name, (content_type, body) in bodies.items():
        response = model.respond(body, content_type, "application/json")
        assert response.status == 200, (name, response.body)
        answers[name] = json.loads(response.body)["predictions"][:4]
    return answers


def equal_everywhere(paths: Paths, **hyperparameters: str) -> None:
    """What every algorithm with categories holds to."""
    assert trained(paths, **hyperparameters) == {"grade": ("1", "2"), "open": ("False", "True")}
    answers = asked(paths)
    assert len(answers) == 13
    assert answers == {name: [*TRUTH.values()] for name in answers}


def told_is_served(paths: Paths, capsys: pytest.CaptureFixture, **hyperparameters: str) -> None:
    """Of numbers that float32 does not tell apart, training tells what is served, and that some are lost."""
    values = [2**30 + step * 1.7 for step in range(400)]
    labels = ["ab"[step >= 170] for step in range(400)]
    rows = [f"{value!r},{step % 7}" for step, value in enumerate(values)]
    channel(paths, "".join(f"{label},{row}\n" for label, row in zip(labels, rows, strict=True)))
    assert train(paths, **hyperparameters) == 0
    out = capsys.readouterr().out
    assert "of 400 different numbers float32, in which models learn and are asked, holds 6;" in out
    answers = served(paths).respond("\n".join(rows).encode(), "text/csv", "").body.decode().split()
    right = sum(answer == label for answer, label in zip(answers, labels, strict=True)) / 400
    assert float(re.search("train:accuracy=(.*)", out)[1]) == pytest.approx(right, abs=1e-6)
    assert right > 0.9


def many_numbers_as_labels_are_asked_about(paths: Paths, **hyperparameters: str) -> None:
    """Before training."""
    channel(paths, "".join(f"{1000 + step},{step}\n" for step in range(150)))
    refused(paths, "150 different labels in 150 rows: is it a number? If so, ", **hyperparameters)
