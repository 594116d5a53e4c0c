"""sagemaker.toml: what is read from it, and what is said of one that cannot be used."""

import json
from pathlib import Path

import pytest

from aws_project import written
from byoc.tools.aws.config.extra import merged
from byoc.tools.aws.config.file import load
from byoc.tools.aws.errors import UsageError

FULL = """
image = "my-model@sha256:0123"
role = "arn:aws:iam::123456789012:role/own"
bucket = "own-bucket"
kms_key = "arn:aws:kms:eu-west-1:123456789012:key/1"
tags = { team = "research" }
network = { subnets = ["subnet-1"], security_groups = ["sg-1"] }

[train]
instance_type = "ml.m5.large"
instance_count = 2
volume_gb = 10
max_run = "90m"
spot = true
max_wait = 7200
checkpoints = true
hyperparameters = { depth = 5, rate = 0.1, names = ["a", "b"], verbose = true, kind = "gini" }
environment = { A = "1" }
metrics = { loss = "loss: ([0-9.]+)" }
extra = { EnableNetworkIsolation = true }

[train.channels.training]
source = "s3://data/training"
input_mode = "FastFile"
distribution = "ShardedByS3Key"
content_type = "text/csv"
extra = { CompressionType = "Gzip" }

[tune]
objective = "loss"
goal = "Minimize"
jobs = 4
parallel = 2
strategy = "Random"
early_stopping = true

[tune.ranges]
eta = { min = 0.01, max = 0.3, scale = "Logarithmic" }
trees = { min = 10, max = 20 }
booster = ["gbtree", "dart"]

[endpoint.slow]
kind = "async"
instance_type = "ml.m5.large"
success_topic = "arn:aws:sns:eu-west-1:123456789012:done"
scaling = { min = 0, max = 3, backlog = 2.5 }

[endpoint.many]
kind = "multi-model"
instance_type = "ml.m5.large"
models = "s3://own-bucket/models/"

[endpoint.live]
kind = "realtime"
instance_type = "ml.m5.large"
instance_count = 2
environment = { SAGEMAKER_MODEL_SERVER_WORKERS = 2 }
scaling = { min = 2, max = 4, invocations = 1000 }
update = { canary = 10, bake = "5m", latency_ms = 500, alarms = ["mine"] }
capture = { percent = 10, of = ["Input"] }

[batch]
instance_type = "ml.m5.large"
split = "None"
"""


def test_every_field_is_read(tmp_path):
    config = load(written(tmp_path, FULL, claims="checkpoints distributed\n"))
    assert (config.train.max_run, config.train.waits, config.train.keeps_checkpoints) == (5400, 7200, True)
    assert config.train.hyperparameters == {
        "depth": "5", "rate": "0.1", "names": '["a", "b"]', "verbose": "true", "kind": "gini",
    }  # fmt: skip
    assert config.tune.ranges["booster"].values == ["gbtree", "dart"]
    assert (config.tune.ranges["trees"].is_whole, config.tune.ranges["eta"].is_whole) == (True, False)
    assert {name: endpoint.kind for name, endpoint in config.endpoint.items()} == {
        "slow": "async", "many": "multi-model", "live": "realtime",
    }  # fmt: skip
    assert config.endpoint["live"].update.bake == 300
    assert config.train.channels["training"].extra == {"CompressionType": "Gzip"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ('[train]\ninstance_tpye = "ml.m5.large"', "train.instance_tpye is no field; the nearest is instance_type"),
        ("[train]", 'train.instance_type is missing; write instance_type = "ml.m5.large"'),
        ('[train]\ninstance_type = "m5.large"', "train.instance_type = 'm5.large' must be one of SageMaker's instance"),
        ('[train]\ninstance_type = "ml.m5.large"\nspot = "yes"', "train.spot = 'yes' must be a valid boolean"),
        (
            '[train]\ninstance_type = "ml.m5.large"\nmax_run = "1w"',
            "train.max_run = '1w' must be a number with s, m, h",
        ),
        (
            '[train]\ninstance_type = "ml.m5.large"\ninstance_count = 0',
            "train.instance_count = '0' must be greater than",
        ),
        ('[tune]\ngoal = "min"', "tune.goal = 'min' must be one of: 'Minimize', 'Maximize'"),
        (
            "[tune.ranges.depth]\nmin = 1\nmax = 2\nstep = 1",
            "tune.ranges.depth.step is no field; there are: extra, max,",
        ),
        ("[tune.ranges.depth]\nmin = 'a'\nmax = 2", "tune.ranges.depth.min = 'a' must be a number"),
        (
            '[train]\ninstance_type = "ml.m5.large"\nchannels.a = { sorce = "x" }',
            "train.channels.a.sorce is no field; the",
        ),
        (
            "[endpoint.a]\nmemory_mb = 1024",
            "endpoint.a.kind is missing; it is one of: serverless, realtime, multi-model",
        ),
        (
            '[endpoint.a]\nkind = "servless"',
            "endpoint.a.kind = 'servless' is no kind of endpoint; the nearest is serverless",
        ),
        (
            '[endpoint.a]\nkind = "serverless"\ninstance_type = "ml.m5.large"',
            "endpoint.a.instance_type is no field of a serverless endpoint (realtime, multi-model, async have it)",
        ),
        (
            '[endpoint.a]\nkind = "serverless"\nmemory_mb = 2000',
            "endpoint.a.memory_mb = '2000' must be one of: 1024, 2048,",
        ),
        (
            '[endpoint.a]\nkind = "realtime"\ninstance_type = "ml.m5.large"\nupdate = { bakes = 1 }',
            "endpoint.a.update.bakes is no field; the nearest is bake",
        ),
        ('[endpoint."a b"]\nkind = "serverless"', "endpoint.a b = 'a b' must be letters, digits and single hyphens"),
        (
            "[network]\nsubnets = []\nsecurity_groups = ['sg-1']",
            "network.subnets = '[]' list should have at least 1 item",
        ),
        ("bukcet = 'x'", "bukcet is no field; the nearest is bucket"),
        ("name = 'x'", "cannot be read: Cannot overwrite a value"),
    ],
)
def test_what_is_wrong_is_told_with_field_value_rule_and_way_out(tmp_path, content, told):
    with pytest.raises(UsageError) as refused:
        load(written(tmp_path, content))
    assert told in str(refused.value)
    assert "sagemaker.toml" in str(refused.value)


def test_every_fault_is_a_line(tmp_path):
    with pytest.raises(UsageError) as refused:
        load(written(tmp_path, "[train]\nspott = true\n[tune]\njobs = 0"))
    assert [line.split()[1] for line in str(refused.value).splitlines()] == [
        "train.instance_type",
        "train.spott",
        "tune.jobs",
    ]


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.toml is missing; it says what is to exist on AWS"):
        load(Path(tmp_path / "nowhere.toml"))


def test_extra_goes_into_tables_and_replaces_all_else():
    request = {"A": 1, "B": {"C": 2, "D": [3]}}
    assert merged(request, {"B": {"D": [4], "E": 5}, "F": 6}) == {"A": 1, "B": {"C": 2, "D": [4], "E": 5}, "F": 6}
    assert request == {"A": 1, "B": {"C": 2, "D": [3]}}


def test_every_choice_of_the_template_has_a_file_that_can_be_used(bake, choice):
    project = bake(**choice)
    config = load(project / "sagemaker.toml")
    inputs = project / "local_test/test_dir/input/data"
    assert set(config.train.channels) == {folder.name for folder in inputs.iterdir()}
    on_gpus = choice["base_image"] == "cuda"
    assert config.endpoint["main"].kind == ("realtime" if on_gpus else "serverless")
    assert config.train.instance_type == ("ml.g4dn.xlarge" if on_gpus else "ml.m5.xlarge")
    assert config.name == project.name


def test_the_files_hyperparameters_are_those_of_the_local_job(bake):
    for algorithm in ("decision-tree", "lightgbm", "onnx"):
        project = bake(algorithm=algorithm)
        local = json.loads((project / "local_test/test_dir/input/config/hyperparameters.json").read_text())
        assert load(project / "sagemaker.toml").train.hyperparameters == local
