"""`deploy/sagemaker tune`: objective and ranges, the proof of the metric on a log, the best job."""

from datetime import UTC, datetime

import pytest

from aws_jobs import BUCKET, scripted
from aws_project import written
from byoc.tools.aws.arguments import uses
from byoc.tools.aws.config.file import load
from byoc.tools.aws.errors import UsageError
from byoc.tools.aws.jobs import training, tuning
from byoc.tools.aws.requests.tuning import ranges_of
from byoc.tools.aws.verbs import tune

NOW = datetime(2026, 11, 30, tzinfo=UTC)
NAMES = ("train:accuracy", "held_out:accuracy", "validation:accuracy")
METRICS = [{"Name": name, "Regex": f"{name}=([0-9.eE+-]+)"} for name in NAMES]
DEPTH = {"Name": "depth", "MinValue": "1", "MaxValue": "9", "ScalingType": "Auto"}
DESCRIBED = {
    "MetricDefinitions": METRICS,
    "ParameterRanges": {
        "IntegerParameterRanges": [DEPTH],
        "CategoricalParameterRanges": [{"Name": "kind", "Values": ["a", "b"]}],
    },
}
TRAIN = "[train]\ninstance_type = 'ml.m5.large'\nchannels.training.source = 's3://data/x'\nhyperparameters.kind = 'a'\n"
BEST = {
    "BestTrainingJob": {
        "TrainingJobName": "the-best",
        "TrainingJobArn": "arn:aws:sagemaker:eu-west-1:123456789012:training-job/the-best",
        "CreationTime": NOW.timestamp(),
        "TrainingJobStatus": "Completed",
        "TunedHyperParameters": {"depth": "4"},
        "FinalHyperParameterTuningJobObjectiveMetric": {"MetricName": "held_out:accuracy", "Value": 0.95},
    }
}


@pytest.fixture
def log(digest, sagemaker_toml, monkeypatch):
    """The log of a training; the file has a [train] that fixes one hyperparameter."""
    monkeypatch.setattr(training, "described", lambda root: DESCRIBED)
    monkeypatch.setattr(tune, "described", lambda root: DESCRIBED)
    written(sagemaker_toml.parent, TRAIN)
    file = sagemaker_toml.parent / "log"
    file.write_text("training\ntrain:accuracy=0.5\nheld_out:accuracy=1e-05\nheld_out:accuracy=0.25\n")
    return file


def config(tmp_path, content: str = ""):
    return load(written(tmp_path, TRAIN + content))


def test_the_job_is_what_the_project_describes_and_the_best_is_told(sagemaker, log, digest, monkeypatch):
    counts = {"InProgress": 2, "Completed": 0}
    begun = {"HyperParameterTuningJobStatus": "InProgress", "TrainingJobStatusCounters": counts, "BestTrainingJob": {}}
    scripted(monkeypatch, [begun, BEST], "describe_hyper_parameter_tuning_job")
    ended = sagemaker("tune", "--log", str(log))
    assert ended.status == 0, ended.err
    [call] = [call for call in ended.calls if call.operation == "CreateHyperParameterTuningJob"]
    name = call.parameters["HyperParameterTuningJobName"]
    assert len(name) <= 32
    definition = call.parameters["TrainingJobDefinition"]
    assert call.parameters["HyperParameterTuningJobConfig"] == {
        "Strategy": "Bayesian",
        "HyperParameterTuningJobObjective": {"Type": "Maximize", "MetricName": "held_out:accuracy"},
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 10, "MaxParallelTrainingJobs": 2},
        "ParameterRanges": {"IntegerParameterRanges": [DEPTH]},
        "TrainingJobEarlyStoppingType": "Off",
    }
    assert definition["StaticHyperParameters"] == {"kind": "a"}
    assert definition["AlgorithmSpecification"]["MetricDefinitions"] == METRICS
    assert definition["AlgorithmSpecification"]["TrainingImage"].endswith(f"@{digest}")
    lines = [line.partition("] ")[2] if line.startswith("[") else line for line in ended.out.splitlines()]
    assert lines == [
        "metric             in the log",
        "train:accuracy     0.5",
        "held_out:accuracy  0.25",
        "note: not tuned, as train.hyperparameters fixes it: kind",
        "note: validation:accuracy is not in the log of that training",
        f"start tuning job {name}",
        f"tuning job {name}: InProgress (2 InProgress)",
        f"tuning job {name}: Completed (1 Completed, best held_out:accuracy=0.95)",
        "best      the-best, held_out:accuracy=0.95",
        "hyperparameter  best value",
        "depth           4",
        f"artifact  s3://{BUCKET}/my-model/jobs/the-best/output/model.tar.gz",
        f"    deploy it:  deploy/sagemaker deploy --model s3://{BUCKET}/my-model/jobs/the-best/output/model.tar.gz",
    ]


def test_a_metric_that_no_log_has_costs_nothing(sagemaker, log):
    log.write_text("training\naccuracy: 0.5\n")
    ended = sagemaker("tune", "--log", str(log))
    assert ended.status == 2
    assert ended.err.startswith("sagemaker tune: the regular expression of held_out:accuracy, held_out:accuracy=([0-9.")
    assert ended.made == []


def test_a_training_here_gives_the_log(sagemaker, log, sagemaker_toml):
    script = sagemaker_toml.parent / "local_test/train_local.sh"
    script.write_text("#!/bin/sh\necho held_out:accuracy=0.5\n")
    script.chmod(0o755)
    planned = sagemaker("tune", "--plan", "--exit-code", "--json")
    assert (planned.status, planned.document["changes"]) == (3, True)
    script.write_text("#!/bin/sh\necho no rows\nexit 1\n")
    failed = sagemaker("tune")
    assert failed.status == 1
    assert failed.err.startswith("sagemaker tune: training here failed: no rows; mend it, or give the log of another")
    script.unlink()
    assert "train_local.sh cannot be run: No such file or directory; give the log" in sagemaker("tune").err


def test_ranges_of_the_file_are_of_awss_kinds(tmp_path):
    eta = 'eta = { min = 0.1, max = 1, scale = "Logarithmic" }'
    found = ranges_of(config(tmp_path, f'[tune.ranges]\ndepth = {{ min = 1, max = 9 }}\n{eta}\nb = ["x"]\n').tune)
    assert found == {
        "IntegerParameterRanges": [DEPTH],
        "ContinuousParameterRanges": [
            {"Name": "eta", "MinValue": "0.1", "MaxValue": "1", "ScalingType": "Logarithmic"}
        ],
        "CategoricalParameterRanges": [{"Name": "b", "Values": ["x"]}],
    }


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("", ("held_out:accuracy", "Maximize")),
        ("[train.channels.validation]\nsource = 's3://data/v'\n", ("validation:accuracy", "Maximize")),
        ("[tune]\nobjective = 'train:accuracy'\ngoal = 'Minimize'\n", ("train:accuracy", "Minimize")),
    ],
)
def test_the_objective_is_of_rows_that_were_not_learnt(tmp_path, content, found):
    assert tuning.objective(config(tmp_path, content), METRICS) == found


@pytest.mark.parametrize(
    ("content", "metrics", "told"),
    [
        (
            "[tune]\nobjective = 'held_out:acuracy'\n",
            METRICS,
            "no metric of the jobs; the nearest is held_out:accuracy",
        ),
        ("", [{"Name": "score", "Regex": "x"}], 'tune.goal is missing: write "Minimize" or "Maximize"'),
        ("", [], "the jobs have no metrics to tune by; write train.metrics"),
    ],
)
def test_what_cannot_be_known_is_asked_for(tmp_path, content, metrics, told):
    with pytest.raises(UsageError, match=told.replace("(", r"\(")):
        tuning.objective(config(tmp_path, content), metrics)


def test_all_fixed_is_refused(sagemaker, log, sagemaker_toml):
    written(sagemaker_toml.parent, TRAIN + "hyperparameters.depth = 3\n")
    ended = sagemaker("tune", "--log", str(log))
    assert (ended.status, ended.err.startswith("sagemaker tune: nothing is left to tune; write tune.ranges")) == (
        2,
        True,
    )


def test_it_calls_what_it_says_and_no_more(sagemaker, log, sagemaker_toml, monkeypatch):
    scripted(monkeypatch, [BEST], "describe_hyper_parameter_tuning_job")
    data = sagemaker_toml.parent / "local_test/test_dir/input/data/training/iris.csv"
    data.write_text("1,2\n")
    written(sagemaker_toml.parent, TRAIN.replace("s3://data/x", "local_test/test_dir/input/data/training"))
    ended = sagemaker("tune", "--log", str(log))
    assert set(ended.made) == uses()["tune"] - {"logs:GetLogEvents"}  # a tuning job has no log: its jobs have
    name = next(call for call in ended.calls if call.operation.startswith("CreateHyper")).parameters[
        "HyperParameterTuningJobName"
    ]
    attached = sagemaker("tune", "--attach", name, "--json")
    assert (attached.status, attached.document["hyperparameters"]) == (0, {"depth": "4"})
