"""One definition of the hyperparameters serves people and SageMaker's APIs alike."""

import ast
import json
import re
import subprocess
import sys
from contextlib import suppress
from types import SimpleNamespace
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field

import byoc
import laid
from byoc.training import describe
from byoc.training.hyperparameters import Tunable, parse

ALGORITHM = """
from typing import Annotated, Literal
from pydantic import BaseModel, Field
from byoc.training.hyperparameters import Tunable

METRICS = ("train:loss",)

class Hyperparameters(BaseModel):
    loss: Annotated[Literal["l1", "l2"], Tunable()] = Field("l1", description="what is made small")
    rate: Annotated[float, Tunable(0.001, 0.5, "Logarithmic")] = Field(0.1, gt=0, le=1, description="step size")
    depth: Annotated[int | None, Tunable(1, 9)] = Field(None, ge=1)
    layers: list[int] = Field(default_factory=lambda: [1, 2])
    seed: int
"""


def module(source: str) -> SimpleNamespace:
    """What of an algorithm.py tells its hyperparameters; what needs its framework is left out."""
    found = {"__name__": "algorithm"}
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Assign | ast.ClassDef):
            with suppress(ImportError, NameError):
                exec(compile(ast.Module([node], []), "algorithm.py", "exec"), found)
    return SimpleNamespace(**found)


OWN = module(ALGORITHM)
Hyperparameters = OWN.Hyperparameters
ALGORITHMS = {
    file.parents[1].name: module(file.read_text(encoding="utf-8"))
    for file in sorted(laid.PROJECT.glob("options/algorithm/*/program/algorithm.py"))
}
every_algorithm = pytest.mark.parametrize("algorithm", ALGORITHMS.values(), ids=list(ALGORITHMS))


@pytest.fixture
def train(program_with, tmp_path, monkeypatch):
    """Run `train` with these arguments where there is no /opt/ml."""
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("PYTHONUTF8", "1")

    program = program_with(ALGORITHM)

    def run(*arguments: str) -> subprocess.CompletedProcess:
        command = [sys.executable, program / "train", *arguments]
        return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60)

    return run


def test_the_list_for_a_terminal():
    assert describe.as_text(Hyperparameters).splitlines() == [
        "  loss: l1 | l2, default l1, tuned over every value",
        "      what is made small",
        "  rate: number, > 0, ≤ 1, default 0.1, tuned over 0.001 to 0.5",
        "      step size",
        "  depth: integer, ≥ 1, tuned over 1 to 9",
        "  layers: array, default [1, 2]",
        "  seed: integer, required",
    ]


@every_algorithm
def test_no_line_for_a_terminal_is_wider_than_one(algorithm, capsys):
    assert describe.main(["--help"], lambda: algorithm) == 0
    assert all(len(line) <= 80 for line in capsys.readouterr().out.splitlines())


def test_what_a_tuning_job_varies_may_be_of_few_values_of_any_type_or_has_a_range(capsys):
    class Own(BaseModel):
        fast: Annotated[bool, Tunable()] = False
        size: Annotated[Literal[16, 32] | None, Tunable()] = None
        rate: float = Field(0.1, alias="learning-rate")
        late: bool = False

    told = json.loads(describe.as_json(Own, ()))
    assert told["HyperParameters"] == {"fast": "false", "learning-rate": "0.1", "late": "false"}
    assert told["ParameterRanges"]["CategoricalParameterRanges"] == [
        {"Name": "fast", "Values": ["true", "false"]},
        {"Name": "size", "Values": ["16", "32"]},
    ]

    class Endless(BaseModel):
        rate: Annotated[float, Tunable()] = 0.1

    with pytest.raises(SystemExit, match="rate has many values: give its Tunable the range"):
        describe.as_json(Endless, ())


def test_the_table_for_a_page():
    lines = describe.as_markdown(Hyperparameters).splitlines()
    assert lines[:3] == [
        "| name | type | default | range | tuned | meaning |",
        "| --- | --- | --- | --- | --- | --- |",
        "| loss | l1 &#124; l2 | l1 |  | every value | what is made small |",
    ]
    assert len(lines) == 7


def test_the_json_for_sagemaker():
    assert json.loads(describe.as_json(Hyperparameters, ["train:loss"])) == {
        "HyperParameters": {"loss": "l1", "rate": "0.1", "layers": "[1, 2]"},
        "ParameterRanges": {
            "CategoricalParameterRanges": [{"Name": "loss", "Values": ["l1", "l2"]}],
            "ContinuousParameterRanges": [
                {"Name": "rate", "MinValue": "0.001", "MaxValue": "0.5", "ScalingType": "Logarithmic"}
            ],
            "IntegerParameterRanges": [{"Name": "depth", "MinValue": "1", "MaxValue": "9", "ScalingType": "Auto"}],
        },
        "MetricDefinitions": [{"Name": "train:loss", "Regex": "train:loss=([0-9.eE+-]+)"}],
    }


@every_algorithm
def test_the_defaults_that_it_tells_are_the_defaults(algorithm):
    told = json.loads(describe.as_json(algorithm.Hyperparameters, algorithm.METRICS))["HyperParameters"]
    assert parse(told, algorithm.Hyperparameters) == algorithm.Hyperparameters()


@every_algorithm
def test_every_value_that_a_tuning_job_may_choose_is_taken(algorithm):
    model = algorithm.Hyperparameters
    for kind, ranges in json.loads(describe.as_json(model, algorithm.METRICS))["ParameterRanges"].items():
        for item in ranges:
            values = item["Values"] if kind == "CategoricalParameterRanges" else [item["MinValue"], item["MaxValue"]]
            for value in values:
                assert str(getattr(parse({item["Name"]: value}, model), item["Name"])) == value


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (-0.25, "-0.250000"),
        (0, "0.000000"),
        (0.00012345, "0.000123"),
        (4.25e-07, "4.25e-07"),
        (-1.234567890123e-05, "-1.234567890123e-05"),
        (1e-300, "1e-300"),
        (12345678.5, "12345678.500000"),
    ],
)
def test_a_metrics_regex_finds_what_the_job_prints(paths, capsys, value, printed):
    from byoc.training.job import Job
    from byoc.training.progress import Progress

    Job(paths).metric("train:loss", value)
    Progress("round", 2).step(1, {"train:loss": value, "other": 1})
    regex = json.loads(describe.as_json(Hyperparameters, ["train:loss"]))["MetricDefinitions"][0]["Regex"]
    assert re.findall(regex, capsys.readouterr().out) == [printed, printed]


def test_train_tells_what_it_takes_without_any_job(train):
    run = train("--help")
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("usage: train [--help | --markdown | --describe | --version]\n")
    assert describe.as_text(Hyperparameters) in run.stdout


def test_train_says_of_which_template_it_is(train):
    """As byoc/template.json, which the source has none of."""
    run = train("--version")
    assert (run.returncode, run.stderr, run.stdout) == (0, "", f"{byoc.version()}\n")


RECORD = {"version": "1.2.0", "commit": "0123456789abcdef", "answers": {"project_slug": "my-model"}}


@pytest.mark.parametrize(
    ("record", "told"),
    [
        (json.dumps(RECORD), "my-model, from template version 1.2.0 (0123456)"),
        (json.dumps(RECORD | {"commit": ""}), "my-model, from template version 1.2.0"),
        *[(damaged, "template version unknown: ") for damaged in (None, "", "{}", "[]", '{"commit": 1}')],
    ],
)
def test_the_version_is_as_it_was_written_when_the_project_was_generated(tmp_path, monkeypatch, record, told):
    monkeypatch.setattr(byoc, "TEMPLATE", tmp_path / "template.json")
    if record is not None:
        byoc.TEMPLATE.write_text(record)
    assert byoc.version() == told or (told.endswith(": ") and byoc.version().startswith(told))


def test_what_it_tells_for_sagemaker_is_the_json(capsys):
    assert describe.main(["--describe"], lambda: OWN) == 0
    assert capsys.readouterr().out == describe.as_json(Hyperparameters, OWN.METRICS) + "\n"


@pytest.mark.parametrize("arguments", [["bogus"], ["--help", "serve"], ["train"]])
def test_train_refuses_what_it_does_not_know_with_its_usage(train, arguments):
    run = train(*arguments)
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith(f"train: unknown option: {' '.join(arguments)}\nusage: train [--help")
