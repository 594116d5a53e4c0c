"""A project that was pushed and trained, on moto with what it lacks of SageMaker."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from moto.sagemaker.models import sagemaker_backends

from aws import REGION
from aws_sagemaker import ANSWERS, like_aws
from byoc.tools.aws.endpoints import ask, existing

ACCOUNT = "123456789012"
BUCKET = f"sagemaker-my-model-{ACCOUNT}-{REGION}"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/sagemaker-my-model-{REGION}"
TAGS = [{"Key": "byoc:project", "Value": "my-model"}]


@pytest.fixture(autouse=True)
def like_sagemaker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(existing, "INTERVAL", 0)
    monkeypatch.setattr(ask, "INTERVAL", 0)
    ANSWERS.clear()
    with like_aws():
        yield


@pytest.fixture
def backend():
    """moto's own, to make happen what AWS does by itself."""
    return lambda: sagemaker_backends[ACCOUNT][REGION]


@pytest.fixture
def pushed(aws) -> Callable[[str], str]:
    """Pushes an image under the tag latest; returns its digest."""

    def push(content: str) -> str:
        manifest = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
            "config": {"digest": f"sha256:{hashlib.sha256(content.encode()).hexdigest()}", "size": 1},
            "layers": [],
        }
        text = json.dumps(manifest)
        digest = f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"  # moto's own would be that of nothing
        named = {"repositoryName": "my-model", "imageTag": "latest", "imageDigest": digest}
        aws.client("ecr").put_image(imageManifest=text, **named)
        return digest

    aws.client("ecr").create_repository(repositoryName="my-model")
    return push


@pytest.fixture
def trained(aws, pushed, sagemaker_toml) -> SimpleNamespace:
    """The image and a training job's model in the bucket; `project` is the folder of sagemaker.toml."""
    digest = pushed("first")
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})

    def train(name: str, content: bytes = b"a model") -> str:
        aws.client("sagemaker").create_training_job(
            TrainingJobName=name,
            AlgorithmSpecification={"TrainingImage": "x", "TrainingInputMode": "File"},
            RoleArn=ROLE,
            OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/my-model/jobs"},
            ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
            StoppingCondition={"MaxRuntimeInSeconds": 60},
            Tags=TAGS,
        )
        uri = aws.client("sagemaker").describe_training_job(TrainingJobName=name)["ModelArtifacts"]["S3ModelArtifacts"]
        s3.put_object(Bucket=uri.split("/")[2], Key=uri.split("/", 3)[3], Body=content)
        return uri

    uri = train("my-model-first")
    local = sagemaker_toml.parent / "local_test"
    (local / "payload.csv").write_text("5.1,3.5\n")
    (local / "expected.csv").write_text("setosa\n")
    ANSWERS["my-model-main"] = ANSWERS["my-model-live"] = b"setosa\n"
    return SimpleNamespace(digest=digest, train=train, uri=uri, project=sagemaker_toml.parent)


@pytest.fixture
def add(sagemaker_toml: Path) -> Callable[[str], None]:
    """Adds tables to the end of sagemaker.toml."""
    start = sagemaker_toml.read_text()
    return lambda text: sagemaker_toml.write_text(f"{start}\n{text}\n")
