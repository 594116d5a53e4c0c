"""Requests to application autoscaling: how many instances an endpoint has."""

from typing import Any

from byoc.tools.aws.calls import Call
from byoc.tools.aws.config.endpoints import Scaling
from byoc.tools.aws.config.extra import merged
from byoc.tools.aws.owned.names import Names
from byoc.tools.aws.requests.endpoint import VARIANT

SERVICE = "application-autoscaling"
DIMENSION = "sagemaker:variant:DesiredInstanceCount"


def target(endpoint: str) -> dict[str, str]:
    """What is scaled, as all requests name it. `endpoint` is its name on AWS."""
    return {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{endpoint}/variant/{VARIANT}",
        "ScalableDimension": DIMENSION,
    }


def register(names: Names, name: str, scaling: Scaling) -> Call:
    request = {**target(names.endpoint(name)), "MinCapacity": scaling.min, "MaxCapacity": scaling.max}
    return Call(SERVICE, "RegisterScalableTarget", request)


def deregister(endpoint: str) -> Call:
    """Its policies go with it."""
    return Call(SERVICE, "DeregisterScalableTarget", target(endpoint))


def tracking(names: Names, name: str, scaling: Scaling) -> Call:
    """The policy that keeps invocations, or of an async endpoint the backlog, of each instance at a target."""
    endpoint = names.endpoint(name)
    configuration: dict[str, Any] = {
        "TargetValue": float(scaling.backlog or scaling.invocations or 0),
        "ScaleInCooldown": scaling.scale_in,
        "ScaleOutCooldown": scaling.scale_out,
    }
    if scaling.backlog:
        # https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html
        configuration["CustomizedMetricSpecification"] = {
            "Namespace": "AWS/SageMaker",
            "MetricName": "ApproximateBacklogSizePerInstance",
            "Dimensions": [{"Name": "EndpointName", "Value": endpoint}],
            "Statistic": "Average",
        }
    else:
        metric = {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}
        configuration["PredefinedMetricSpecification"] = metric
    request = {
        "PolicyName": names.of(name, "tracking"),
        **target(endpoint),
        "PolicyType": "TargetTrackingScaling",
        "TargetTrackingScalingPolicyConfiguration": merged(configuration, scaling.extra),
    }
    return Call(SERVICE, "PutScalingPolicy", request)


def from_zero(names: Names, name: str, scaling: Scaling) -> Call:
    """The policy that adds the first instance; an alarm calls it, as tracking knows no backlog of no instance."""
    request = {
        "PolicyName": names.of(name, "from-zero"),
        **target(names.endpoint(name)),
        "PolicyType": "StepScaling",
        "StepScalingPolicyConfiguration": {
            "AdjustmentType": "ChangeInCapacity",
            "StepAdjustments": [{"MetricIntervalLowerBound": 0.0, "ScalingAdjustment": 1}],
            "Cooldown": scaling.scale_out,
            "MetricAggregationType": "Average",
        },
    }
    return Call(SERVICE, "PutScalingPolicy", request)
