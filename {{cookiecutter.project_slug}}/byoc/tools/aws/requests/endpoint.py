"""Requests that make an endpoint of [endpoint.NAME]: its model, its config, the endpoint itself."""

import re
from dataclasses import dataclass
from typing import Any

from byoc.tools.aws.calls import Call
from byoc.tools.aws.config.endpoints import AnyEndpoint, Async, Capture, MultiModel, OnInstances, Serverless, Update
from byoc.tools.aws.config.extra import merged
from byoc.tools.aws.config.model import Config
from byoc.tools.aws.owned.names import Names
from byoc.tools.aws.owned.tags import tags

VARIANT = "main"
CONTENT, OF, BEFORE = "byoc:artifact", "byoc:endpoint", "byoc:before"  # tags
# Their disks are encrypted by the hardware, and AWS refuses a key for them: CreateEndpointConfig, KmsKeyId.
LOCAL_DISKS = re.compile(r"ml\.([a-z]+[0-9]+[a-z]*d[a-z]*|g[5-9][a-z]*|p[5-9][a-z]*|trn[0-9][a-z]*)\.")
LEAST_TIME, MOST_TIME = 3600, 28800  # seconds that an update may take


@dataclass(frozen=True)
class Artifact:
    """A model in S3. Its ETag is in the model's name, as other content may come to lie at the same place."""

    uri: str
    etag: str = ""


def model(names: Names, name: str, endpoint: AnyEndpoint, image: str, artifact: Artifact) -> Call:
    """`image` is a URI with a digest. For a multi-model endpoint the artifact is a prefix."""
    config = names.config
    container: dict[str, Any] = {"Image": image, "ModelDataUrl": artifact.uri, "Environment": endpoint.environment}
    if isinstance(endpoint, MultiModel):
        caching = {"ModelCacheSetting": "Enabled" if endpoint.cache else "Disabled"}
        container |= {"Mode": "MultiModel", "MultiModelConfig": caching}
    request: dict[str, Any] = {
        "PrimaryContainer": container,
        "ExecutionRoleArn": names.role_arn,
        "Tags": _tags(config, **({CONTENT: artifact.etag} if artifact.etag else {})),
    }
    if config.network:
        request["VpcConfig"] = {
            "Subnets": config.network.subnets,
            "SecurityGroupIds": config.network.security_groups,
        }
    return Call("sagemaker", "CreateModel", {"ModelName": names.model(request), **request})


def endpoint_config(names: Names, name: str, endpoint: AnyEndpoint, model_name: str) -> Call:
    """Its name has a hash of all that is in it."""
    config = names.config
    variant = {"VariantName": VARIANT, "ModelName": model_name, "InitialVariantWeight": 1.0, **_size(endpoint)}
    request: dict[str, Any] = {
        "ProductionVariants": [merged(variant, endpoint.extra)],
        "Tags": _tags(config, **{OF: name}),
    }
    key = {"KmsKeyId": config.kms_key} if config.kms_key else {}
    if isinstance(endpoint, OnInstances) and not LOCAL_DISKS.match(endpoint.instance_type):
        request |= key
    if isinstance(endpoint, Async):
        request["AsyncInferenceConfig"] = _async(names, name, endpoint, key)
    capture = getattr(endpoint, "capture", None)
    if capture:
        request["DataCaptureConfig"] = _capture(names.uri("capture", name), capture, key)
    return Call(
        "sagemaker", "CreateEndpointConfig", {"EndpointConfigName": names.endpoint_config(name, request), **request}
    )


def create(names: Names, name: str, config_name: str) -> Call:
    request = {
        "EndpointName": names.endpoint(name),
        "EndpointConfigName": config_name,
        "Tags": _tags(names.config, **{OF: name}),
    }
    return Call("sagemaker", "CreateEndpoint", request)


def update(names: Names, name: str, endpoint: AnyEndpoint, config_name: str, alarms: list[str]) -> Call:
    """The scaled count stays where scaling owns it; else the count is the file's."""
    request: dict[str, Any] = {"EndpointName": names.endpoint(name), "EndpointConfigName": config_name}
    if isinstance(endpoint, OnInstances):
        if endpoint.scaling:
            request["RetainAllVariantProperties"] = True
            request["ExcludeRetainedVariantProperties"] = [{"VariantPropertyType": "DataCaptureConfig"}]
        request["DeploymentConfig"] = _blue_green(endpoint.update, alarms)
    return Call("sagemaker", "UpdateEndpoint", request)


def _tags(config: Config, **more: str) -> list[dict[str, str]]:
    return [*tags(config), *({"Key": key, "Value": value} for key, value in more.items())]


def _size(endpoint: AnyEndpoint) -> dict[str, Any]:
    if isinstance(endpoint, Serverless):
        serverless = {"MemorySizeInMB": endpoint.memory_mb, "MaxConcurrency": endpoint.max_concurrency}
        if endpoint.provisioned_concurrency:
            serverless["ProvisionedConcurrency"] = endpoint.provisioned_concurrency
        return {"ServerlessConfig": serverless}
    size: dict[str, Any] = {"InstanceType": endpoint.instance_type, "InitialInstanceCount": endpoint.instance_count}
    if endpoint.volume_gb:
        size["VolumeSizeInGB"] = endpoint.volume_gb
    if endpoint.startup:
        size["ContainerStartupHealthCheckTimeoutInSeconds"] = endpoint.startup
    return size


def _async(names: Names, name: str, endpoint: Async, key: dict[str, str]) -> dict[str, Any]:
    output: dict[str, Any] = {
        "S3OutputPath": endpoint.output or names.uri("async", name, "output"),
        "S3FailurePath": endpoint.failures or names.uri("async", name, "failures"),
        **key,
    }
    topics = {"SuccessTopic": endpoint.success_topic, "ErrorTopic": endpoint.error_topic}
    if any(topics.values()):
        output["NotificationConfig"] = {field: topic for field, topic in topics.items() if topic}
    found: dict[str, Any] = {"OutputConfig": output}
    if endpoint.max_concurrent:
        found["ClientConfig"] = {"MaxConcurrentInvocationsPerInstance": endpoint.max_concurrent}
    return found


def _capture(place: str, capture: Capture, key: dict[str, str]) -> dict[str, Any]:
    request = {
        "EnableCapture": True,
        "InitialSamplingPercentage": capture.percent,
        "DestinationS3Uri": capture.destination or place,
        "CaptureOptions": [{"CaptureMode": mode} for mode in capture.of],
        **key,
    }
    return merged(request, capture.extra)


def _blue_green(update: Update, alarms: list[str]) -> dict[str, Any]:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green.html"""
    routing: dict[str, Any] = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
    if update.canary:
        size = {"Type": "CAPACITY_PERCENT", "Value": update.canary}
        routing = {"Type": "CANARY", "WaitIntervalInSeconds": update.canary_wait, "CanarySize": size}
    waits = routing["WaitIntervalInSeconds"] + update.bake
    request: dict[str, Any] = {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": routing,
            "TerminationWaitInSeconds": update.bake,
            "MaximumExecutionTimeoutInSeconds": min(LEAST_TIME + waits, MOST_TIME),
        }
    }
    if alarms:
        request["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": alarm} for alarm in alarms]}
    return merged(request, update.extra)
