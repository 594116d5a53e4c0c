"""The project's tag, by which all that it owns is known, and what exists that carries it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from byoc.tools.aws.account import Account
from byoc.tools.aws.calls import Call, pages
from byoc.tools.aws.config.model import Config
from byoc.tools.aws.owned.names import KEPT

TAG = "byoc:project"


@dataclass(frozen=True)
class Kind:
    """A kind of thing in SageMaker's API: how it is listed, and what its fields begin with."""

    name: str  # for people
    operation: str
    key: str  # of the list in the response
    field: str  # FIELDName, FIELDArn, FIELDStatus


@dataclass(frozen=True)
class Owned:
    """A thing that carries the project's tag."""

    kind: Kind
    name: str
    arn: str
    created: datetime
    status: str  # "" for what has none
    tags: dict[str, str]


ENDPOINT = Kind("endpoint", "ListEndpoints", "Endpoints", "Endpoint")
ENDPOINT_CONFIG = Kind("endpoint config", "ListEndpointConfigs", "EndpointConfigs", "EndpointConfig")
MODEL = Kind("model", "ListModels", "Models", "Model")
TRAINING_JOB = Kind("training job", "ListTrainingJobs", "TrainingJobSummaries", "TrainingJob")
TRANSFORM_JOB = Kind("transform job", "ListTransformJobs", "TransformJobSummaries", "TransformJob")
TUNING_JOB = Kind(
    "tuning job", "ListHyperParameterTuningJobs", "HyperParameterTuningJobSummaries", "HyperParameterTuningJob"
)
KINDS = [ENDPOINT, ENDPOINT_CONFIG, MODEL, TRAINING_JOB, TUNING_JOB, TRANSFORM_JOB]  # clean can delete in this order


def tags(config: Config) -> list[dict[str, str]]:
    """What every request's Tags are: the file's own, and the project's."""
    return [{"Key": key, "Value": value} for key, value in {**config.tags, TAG: config.name}.items()]


def owned(account: Account, config: Config, kind: Kind) -> Iterator[Owned]:
    """All of a kind that carry the project's tag, the newest first.

    Calls the kind's List operation and sagemaker:ListTags.
    """
    listing = {"NameContains": config.name[:KEPT], "SortBy": "CreationTime", "SortOrder": "Descending"}
    found = pages(account, Call("sagemaker", kind.operation, listing), kind.key)
    for each in sorted(found, key=lambda each: each["CreationTime"], reverse=True):
        arn = each[f"{kind.field}Arn"]
        carried = tags_of(account, arn)
        if carried.get(TAG) == config.name:
            status = each.get(f"{kind.field}Status", "")
            yield Owned(kind, each[f"{kind.field}Name"], arn, each["CreationTime"], status, carried)


def tags_of(account: Account, arn: str) -> dict[str, str]:
    """The tags of anything of SageMaker's."""
    found: Iterator[dict[str, Any]] = pages(account, Call("sagemaker", "ListTags", {"ResourceArn": arn}), "Tags")
    return {tag["Key"]: tag["Value"] for tag in found}
