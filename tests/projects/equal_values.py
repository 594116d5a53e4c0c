"""Categories that are equal however they are written, in training and in requests. (Parquet: tests/runtime.)"""

import json
from typing import Any

from algorithm_jobs import channel, served, train
from byoc.paths import Paths
from byoc.serving.onnx_model import OnnxModel

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
    return {feature.name: feature.categories for feature in OnnxModel(paths.model).signature.features}


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
