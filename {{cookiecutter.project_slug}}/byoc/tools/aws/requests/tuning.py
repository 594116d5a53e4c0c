"""What a tuning job is made of: ranges, the objective, and the training job of which it starts many."""

from typing import Any

from byoc.tools.aws.calls import Call
from byoc.tools.aws.config.extra import merged
from byoc.tools.aws.config.model import Config
from byoc.tools.aws.config.training import Range, Tune
from byoc.tools.aws.owned.names import LONGEST_TUNING, Names
from byoc.tools.aws.owned.tags import tags

Ranges = dict[str, list[dict[str, Any]]]  # ParameterRanges


def ranges_of(tune: Tune) -> Ranges:
    """Those of [tune.ranges], by the kind that AWS has for each."""
    found: Ranges = {}
    for name, each in tune.ranges.items():
        kind = "Categorical" if each.values else "Integer" if each.is_whole else "Continuous"
        found.setdefault(f"{kind}ParameterRanges", []).append(merged({"Name": name, **_limits(each)}, each.extra))
    return found


def _limits(each: Range) -> dict[str, Any]:
    if each.values:
        return {"Values": each.values}
    return {"MinValue": str(each.min), "MaxValue": str(each.max), "ScalingType": each.scale}


def create(config: Config, names: Names, job: dict[str, Any], ranges: Ranges, objective: str, goal: str) -> Call:
    """CreateHyperParameterTuningJob, with [tune]'s `extra`. `job` is what all of its jobs have in common."""
    tune, train = config.tune, config.train
    definition = dict(job)
    if train.hyperparameters:
        definition["StaticHyperParameters"] = train.hyperparameters
    settings = {
        "Strategy": tune.strategy,
        "HyperParameterTuningJobObjective": {"Type": goal, "MetricName": objective},
        "ResourceLimits": {"MaxNumberOfTrainingJobs": tune.jobs, "MaxParallelTrainingJobs": tune.parallel},
        "ParameterRanges": ranges,
        "TrainingJobEarlyStoppingType": "Auto" if tune.early_stopping else "Off",
    }
    content = {"HyperParameterTuningJobConfig": settings, "TrainingJobDefinition": definition, "Tags": tags(config)}
    name = names.job(content, most=LONGEST_TUNING)
    if train.keeps_checkpoints:
        definition["CheckpointConfig"] = {"S3Uri": names.uri("checkpoints", name)}
    request = merged({"HyperParameterTuningJobName": name, **content}, tune.extra)
    return Call("sagemaker", "CreateHyperParameterTuningJob", request)
