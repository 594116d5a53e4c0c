"""What a batch transform is made of: a model and the job."""

from typing import Any

from byoc.tools.aws.calls import Call
from byoc.tools.aws.config.extra import merged
from byoc.tools.aws.config.model import Config
from byoc.tools.aws.config.training import Batch
from byoc.tools.aws.owned.names import Names
from byoc.tools.aws.owned.tags import tags


def model(config: Config, names: Names, image: str, artifact: str) -> Call:
    """CreateModel, by a name that says what is in it. `image` and `artifact` are URIs."""
    content: dict[str, Any] = {
        "PrimaryContainer": {"Image": image, "ModelDataUrl": artifact},
        "ExecutionRoleArn": names.role_arn,
        "Tags": tags(config),
    }
    if config.network:
        content["VpcConfig"] = {
            "Subnets": config.network.subnets,
            "SecurityGroupIds": config.network.security_groups,
        }
    return Call("sagemaker", "CreateModel", {"ModelName": names.model(content), **content})


def transform(config: Config, names: Names, batch: Batch, model_name: str, source: str) -> Call:
    """CreateTransformJob over all objects whose URIs begin with `source`, with [batch]'s `extra`."""
    data = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": source}}
    output = {"S3OutputPath": "", "Accept": batch.accept}
    resources: dict[str, Any] = {"InstanceType": batch.instance_type, "InstanceCount": batch.instance_count}
    if batch.split != "None":  # the answers are lines again
        output["AssembleWith"] = "Line"
    if config.kms_key:
        output["KmsKeyId"] = resources["VolumeKmsKeyId"] = config.kms_key
    content: dict[str, Any] = {
        "ModelName": model_name,
        "TransformInput": {"DataSource": data, "ContentType": batch.content_type, "SplitType": batch.split},
        "TransformOutput": output,
        "TransformResources": resources,
        "MaxPayloadInMB": batch.max_payload_mb,
        "Tags": tags(config),
    }
    if batch.split != "None":
        content["BatchStrategy"] = batch.strategy
    if batch.max_concurrent:
        content["MaxConcurrentTransforms"] = batch.max_concurrent
    if batch.environment:
        content["Environment"] = batch.environment
    name = names.job(content)
    output["S3OutputPath"] = names.uri("batch", "output", name)
    return Call("sagemaker", "CreateTransformJob", merged({"TransformJobName": name, **content}, batch.extra))
