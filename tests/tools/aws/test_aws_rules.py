"""What a choice in sagemaker.toml rules out, told before anything is called."""

import pytest

from aws_project import written
from byoc.tools.aws.config.file import load
from byoc.tools.aws.errors import UsageError

TRAIN = '[train]\ninstance_type = "ml.m5.large"\n'
CUDA = "nvidia/cuda:13.0.1-runtime-ubuntu24.04"
LIVE = '[endpoint.a]\nkind = "realtime"\ninstance_type = "ml.m5.large"\n'
ASYNC = LIVE.replace("realtime", "async")
SERVERLESS = '[endpoint.a]\nkind = "serverless"\n'


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            "spot = true",
            "this algorithm keeps no checkpoints, so an interrupted job would start anew; set spot = false",
        ),
        ("spot = true\ncheckpoints = false", "train.checkpoints = false, with spot = true"),
        ("max_wait = 10", "train.max_wait = 10 is for spot jobs alone; remove it, or set spot = true"),
        ("spot = true\nmax_run = 20\nmax_wait = 10", "train.max_wait = 10 is below max_run = 20"),
        ("spot = true\nkeep_alive = 60", "train.keep_alive = 60, with spot = true: spot jobs have no warm pool"),
        ("instance_count = 2", "train.instance_count = 2, and this algorithm trains on one host; set it to 1"),
        ("channels.training.source = 'nowhere'", "train.channels.training.source = 'nowhere' is neither an S3 URI nor"),
        (
            "hyperparameters.a = 1\n[tune.ranges.a]\nmin = 1\nmax = 2",
            "tune.ranges.a is fixed by train.hyperparameters.a",
        ),
    ],
)
def test_of_training(tmp_path, content, told):
    with pytest.raises(UsageError) as refused:
        load(written(tmp_path, TRAIN + content))
    assert told in str(refused.value)


def test_an_algorithm_that_keeps_checkpoints_and_spreads_may_be_spot_on_several_hosts(tmp_path):
    config = load(written(tmp_path, TRAIN + "spot = true\ninstance_count = 2", claims="checkpoints distributed\n"))
    assert (config.train.keeps_checkpoints, config.train.waits) == (True, 172800)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("jobs = 2\nparallel = 3", "tune.parallel = 3 is above jobs = 2; lower it"),
        ("ranges.a = []", "tune.ranges.a has nothing to choose from"),
        ("ranges.a = { min = 2 }", "tune.ranges.a has nothing to choose from; write { min = 1, max = 10 }, or a list"),
        ("ranges.a = { min = 2, values = [3] }", "tune.ranges.a has both values and a min or max"),
        ("ranges.a = { min = 2, max = 2 }", "tune.ranges.a: min = 2 must be below max = 2"),
        ("ranges.a = { min = 0, max = 2, scale = 'Logarithmic' }", "tune.ranges.a: min = 0 must be above 0"),
    ],
)
def test_of_tuning(tmp_path, content, told):
    with pytest.raises(UsageError) as refused:
        load(written(tmp_path, f"[tune]\n{content}"))
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            SERVERLESS + "provisioned_concurrency = 9",
            "endpoint.a.provisioned_concurrency = 9 is above max_concurrency = 5",
        ),
        (SERVERLESS + "[network]\nsubnets=['s-1']\nsecurity_groups=['g-1']", 'kind = "serverless" cannot be in a VPC'),
        (LIVE + "scaling = { min = 3, max = 2, invocations = 1 }", "endpoint.a.scaling.min = 3 is above max = 2"),
        (LIVE + "scaling = { min = 0, max = 2, invocations = 1 }", 'scaling.min = 0 is for kind = "async" alone'),
        (LIVE + "scaling = { max = 2 }", "endpoint.a.scaling.invocations is missing"),
        (ASYNC + "scaling = { max = 2, invocations = 1 }", "endpoint.a.scaling.backlog is missing"),
        (LIVE + "scaling = { max = 2, invocations = 1, backlog = 1 }", "scaling.backlog is not for this kind"),
        (LIVE + "update = { canary = 10 }", "endpoint.a.update.canary = 10 with 1 instance"),
        (LIVE + "capture = { of = [] }", "endpoint.a.capture.of = [] captures nothing"),
        (SERVERLESS + "[tags]\n'byoc:project' = 'x'", "tags: names that begin with aws: or byoc: are taken"),
    ],
)
def test_of_endpoints(tmp_path, content, told):
    with pytest.raises(UsageError) as refused:
        load(written(tmp_path, content))
    assert told in str(refused.value)


def test_serverless_has_no_gpu(tmp_path):
    with pytest.raises(UsageError, match=r"this image is built on CUDA: serverless endpoints have no GPU"):
        load(written(tmp_path, SERVERLESS, base=CUDA))
    assert load(written(tmp_path, LIVE, base=CUDA)).endpoint["a"].kind == "realtime"
