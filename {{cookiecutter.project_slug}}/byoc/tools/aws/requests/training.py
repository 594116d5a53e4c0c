"""What a training job, and each job of a tuning job, is made of."""

from typing import Any

from byoc.tools.aws.calls import Call
from byoc.tools.aws.config.extra import merged
from byoc.tools.aws.config.model import Config
from byoc.tools.aws.config.training import Channel, Train
from byoc.tools.aws.owned.names import Names
from byoc.tools.aws.owned.tags import tags

Metrics = list[dict[str, str]]  # MetricDefinitions


def create(config: Config, names: Names, image: str, sources: dict[str, str], metrics: Metrics) -> Call:
    """CreateTrainingJob, by a name that was not used before, with [train]'s `extra`. `sources` is as for `job`."""
    train = config.train
    content = job(config, names, image, sources, metrics)
    if train.hyperparameters:
        content["HyperParameters"] = train.hyperparameters
    content["Tags"] = tags(config)
    name = names.job(content)
    if train.keeps_checkpoints:  # of this job alone: it finds its own after an interruption, and no other's
        content["CheckpointConfig"] = {"S3Uri": names.uri("checkpoints", name)}
    return Call("sagemaker", "CreateTrainingJob", merged({"TrainingJobName": name, **content}, train.extra))


def job(config: Config, names: Names, image: str, sources: dict[str, str], metrics: Metrics) -> dict[str, Any]:
    """What CreateTrainingJob and TrainingJobDefinition have in common.

    `image` is its URI, `sources` has the S3 URI of each channel.
    """
    train = config.train
    algorithm: dict[str, Any] = {"TrainingImage": image, "TrainingInputMode": "File"}
    if metrics:
        algorithm["MetricDefinitions"] = metrics
    content: dict[str, Any] = {
        "AlgorithmSpecification": algorithm,
        "RoleArn": names.role_arn,
        "OutputDataConfig": {"S3OutputPath": names.uri("jobs")},
        "ResourceConfig": _resources(config, train),
        "StoppingCondition": {"MaxRuntimeInSeconds": train.max_run},
    }
    if train.channels:  # a job may have none
        content["InputDataConfig"] = [
            _channel(name, channel, sources[name]) for name, channel in train.channels.items()
        ]
    if train.environment:
        content["Environment"] = train.environment
    if config.kms_key:
        content["OutputDataConfig"]["KmsKeyId"] = config.kms_key
    if config.network:
        content["VpcConfig"] = {
            "Subnets": config.network.subnets,
            "SecurityGroupIds": config.network.security_groups,
        }
    if train.spot:
        content["EnableManagedSpotTraining"] = True
        content["StoppingCondition"]["MaxWaitTimeInSeconds"] = train.waits
    return content


def _resources(config: Config, train: Train) -> dict[str, Any]:
    found: dict[str, Any] = {
        "InstanceType": train.instance_type,
        "InstanceCount": train.instance_count,
        "VolumeSizeInGB": train.volume_gb,
    }
    if config.kms_key:
        found["VolumeKmsKeyId"] = config.kms_key
    if train.keep_alive:
        found["KeepAlivePeriodInSeconds"] = train.keep_alive
    return found


def _channel(name: str, channel: Channel, uri: str) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, "S3DataDistributionType": channel.distribution}
    found: dict[str, Any] = {
        "ChannelName": name,
        "DataSource": {"S3DataSource": source},
        "InputMode": channel.input_mode,
    }
    if channel.content_type:
        found["ContentType"] = channel.content_type
    return merged(found, channel.extra)
