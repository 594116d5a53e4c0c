"""What moto lacks of SageMaker: UpdateEndpoint, also one that is rolled back, Stop calls, names that are taken."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from moto.core.utils import utcnow
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.models import FakeEndpoint, SageMakerModelBackend
from moto.sagemaker.responses import SageMakerResponse
from moto.sagemakerruntime.responses import SageMakerRuntimeResponse

# Operation, where moto keeps the jobs, what their fields begin with, and their status there.
STOPPED = (
    ("stop_training_job", "training_jobs", "TrainingJob", "training_job_status"),
    ("stop_transform_job", "transform_jobs", "TransformJob", "transform_job_status"),
    (
        "stop_hyper_parameter_tuning_job",
        "hyper_parameter_tuning_jobs",
        "HyperParameterTuningJob",
        "hyper_parameter_tuning_job_status",
    ),
)


@contextmanager
def like_aws() -> Iterator[pytest.MonkeyPatch]:
    """moto refuses what AWS refuses, and answers UpdateEndpoint."""
    with pytest.MonkeyPatch.context() as patch:
        for create, kept, argument in (
            ("create_model", "_models", "model_name"),
            ("create_endpoint_config", "endpoint_configs", "endpoint_config_name"),
            ("create_endpoint", "endpoints", "endpoint_name"),
        ):
            patch.setattr(SageMakerModelBackend, create, _once(getattr(SageMakerModelBackend, create), kept, argument))
        patch.setattr(SageMakerResponse, "update_endpoint", _update_endpoint, raising=False)
        for operation, kept, field, status in STOPPED:
            patch.setattr(SageMakerResponse, operation, _stop(kept, field, status), raising=False)
        patch.setattr(SageMakerRuntimeResponse, "invoke_endpoint", _invoke)
        yield patch


def _once(make, kept: str, argument: str):
    """AWS takes a name once."""

    def refusing(backend, *arguments, **named):
        name = named[argument] if argument in named else arguments[0]
        if name in getattr(backend, kept):
            raise ValidationError(message=f'Cannot create already existing "{name}".')
        return make(backend, *arguments, **named)

    return refusing


def _update_endpoint(response: SageMakerResponse) -> str:
    """As AWS does it, but at once. An endpoint whose `fails` is set stays at its config, and is InService."""
    asked = json.loads(response.body)
    endpoint: FakeEndpoint = response.sagemaker_backend.endpoints.get(asked["EndpointName"])
    if endpoint is None:
        raise ValidationError(message=f'Could not find endpoint "{asked["EndpointName"]}".')
    config = response.sagemaker_backend.endpoint_configs.get(asked["EndpointConfigName"])
    if config is None:
        raise ValidationError(message="Could not find endpoint configuration.")
    counts = [variant.get("CurrentInstanceCount") for variant in endpoint.production_variants]
    endpoint.failure_reason = getattr(endpoint, "fails", None)
    if not endpoint.failure_reason:
        endpoint.endpoint_config_name = asked["EndpointConfigName"]
        endpoint.production_variants = endpoint._process_production_variants(config.production_variants)
        if asked.get("RetainAllVariantProperties"):
            endpoint.production_variants[0]["CurrentInstanceCount"] = counts[0]
    endpoint.last_modified_time = utcnow()
    endpoint.asked = asked
    return json.dumps({"EndpointArn": endpoint.arn})


ANSWERS: dict[str, bytes] = {}  # of an endpoint, by its name
ASKED: dict[str, tuple[str, str, str | None]] = {}  # content type, body and target of the last request, likewise


def _invoke(response: SageMakerRuntimeResponse):
    """What ANSWERS has for the endpoint."""
    name, headers = response.path.split("/")[2], response.headers
    ASKED[name] = (headers["Content-Type"], response.body, headers.get("X-Amzn-SageMaker-Target-Model"))
    return 200, {"Content-Type": "text/csv"}, ANSWERS.get(name, b"")


def _stop(kept: str, field: str, status: str):
    """StopTrainingJob and its like; AWS refuses it for a job that is over."""

    def stop(response: SageMakerResponse) -> str:
        name = json.loads(response.body)[f"{field}Name"]
        job = getattr(response.sagemaker_backend, kept).get(name)
        if job is None or getattr(job, status) != "InProgress":
            raise ValidationError(message=f"The request was rejected because {name} does not run.")
        setattr(job, status, "Stopped")
        return "{}"

    return stop


def taking(aws, kind: str, name: str, backend) -> None:
    """A job of the project's, "training", "tuning" or "transform", that runs on; moto's end at once."""
    tags = [{"Key": "byoc:project", "Value": "my-model"}]
    role = "arn:aws:iam::123456789012:role/x"
    client = aws.client("sagemaker")
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 1}
    training = {
        "AlgorithmSpecification": {"TrainingImage": "x", "TrainingInputMode": "File"},
        "RoleArn": role,
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/output"},
        "ResourceConfig": {**resources, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }
    match kind:
        case "training":
            client.create_training_job(TrainingJobName=name, Tags=tags, **training)
            backend.training_jobs[name].training_job_status = "InProgress"
        case "tuning":
            limits = {"MaxNumberOfTrainingJobs": 1, "MaxParallelTrainingJobs": 1}
            client.create_hyper_parameter_tuning_job(
                HyperParameterTuningJobName=name,
                HyperParameterTuningJobConfig={"Strategy": "Random", "ResourceLimits": limits},
                TrainingJobDefinition=training,
                Tags=tags,
            )
            backend.hyper_parameter_tuning_jobs[name].hyper_parameter_tuning_job_status = "InProgress"
        case "transform":
            client.create_transform_job(
                TransformJobName=name,
                ModelName="x",
                TransformInput={"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/in"}}},
                TransformOutput={"S3OutputPath": "s3://bucket/out"},
                TransformResources=resources,
                Tags=tags,
            )
            backend.transform_jobs[name].transform_job_status = "InProgress"
