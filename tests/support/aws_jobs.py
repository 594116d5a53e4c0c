"""Jobs on moto that take their time, speak and fail: its own end at once, and say nothing."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from moto.sagemaker.models import SageMakerModelBackend

from aws import DOCKER_MANIFEST, REGION
from byoc.tools.aws.account import Account

BUCKET = f"sagemaker-my-model-123456789012-{REGION}"
GROUP = "/aws/sagemaker/TrainingJobs"


def make_ready(account: Account) -> str:
    """The bucket that `role` makes, and a pushed image, whose digest is returned."""
    where = {"LocationConstraint": REGION}
    account.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=where)
    account.client("ecr").create_repository(repositoryName="my-model")
    manifest = {"schemaVersion": 2, "mediaType": DOCKER_MANIFEST, "config": {"digest": f"sha256:{'0' * 64}"}}
    request = {"repositoryName": "my-model", "imageManifest": json.dumps(manifest), "imageTag": "latest"}
    return account.client("ecr").put_image(**request)["image"]["imageId"]["imageDigest"]


def write_log(account: Account, stream: str, lines: Iterable[str], group: str = GROUP, begin: int = 0) -> None:
    """Add lines to a stream, which is made if there is none; `begin` orders the lines of several streams."""
    logs = account.client("logs")
    if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        logs.create_log_group(logGroupName=group)
    if not logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=stream)["logStreams"]:
        logs.create_log_stream(logGroupName=group, logStreamName=stream)
    now = 1_000 * 1_796_000_000 + begin  # ms since 1970: not so long ago that CloudWatch would refuse it
    events = [{"timestamp": now + number, "message": line} for number, line in enumerate(lines)]
    logs.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def scripted(
    patch: pytest.MonkeyPatch, scenes: list[dict[str, Any] | Callable[[str], Any]], operation: str, member: str = ""
) -> None:
    """Each call of the operation, such as describe_training_job, answers the next scene; the last one stays.

    A scene is what differs from moto's answer, or a function of the job's name that returns it, or raises.
    """
    original = getattr(SageMakerModelBackend, operation)
    left = list(scenes)

    def describe(self, *arguments, **named):
        found = original(self, *arguments, **named)
        scene = left.pop(0) if len(left) > 1 else left[0]
        return {**found, **((scene(*arguments, **named) if callable(scene) else scene) or {})}

    patch.setattr(SageMakerModelBackend, operation, describe)
