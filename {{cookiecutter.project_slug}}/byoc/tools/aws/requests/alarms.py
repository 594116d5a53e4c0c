"""Alarms that roll an update back, for 5XX answers and latency; and one that scales up from zero instances."""

from typing import Any

from byoc.tools.aws.calls import Call
from byoc.tools.aws.config.endpoints import Update
from byoc.tools.aws.owned.names import Names
from byoc.tools.aws.owned.tags import tags
from byoc.tools.aws.requests.endpoint import VARIANT

ENDINGS = ("5xx", "latency", "backlog")


def alarms(names: Names, name: str, update: Update) -> list[Call]:
    """Those that [endpoint.NAME.update] asks for."""
    found = []
    if update.errors_5xx is not None:
        found.append(_alarm(names, name, "5xx", "Invocation5XXErrors", "Sum", float(update.errors_5xx)))
    if update.latency_ms is not None:
        found.append(_alarm(names, name, "latency", "ModelLatency", "Average", update.latency_ms * 1000.0))  # in µs
    return found


def alarm_names(endpoint: str) -> list[str]:
    """All that an endpoint may have, by its name on AWS."""
    return [f"{endpoint}-{ending}" for ending in ENDINGS]


def backlog(names: Names, name: str, policy_arn: str) -> Call:
    """Requests wait, and there is no instance: the policy adds one.

    https://docs.aws.amazon.com/sagemaker/latest/dg/async-inference-autoscale.html
    """
    endpoint = names.endpoint(name)
    request: dict[str, Any] = {
        "AlarmName": f"{endpoint}-backlog",
        "AlarmDescription": f"Scales the endpoint {endpoint} up from zero",
        "Namespace": "AWS/SageMaker",
        "MetricName": "HasBacklogWithoutCapacity",
        "Dimensions": [{"Name": "EndpointName", "Value": endpoint}],
        "Statistic": "Average",
        "Period": 60,
        "EvaluationPeriods": 2,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "missing",
        "AlarmActions": [policy_arn],
        "Tags": tags(names.config),
    }
    return Call("cloudwatch", "PutMetricAlarm", request)


def _alarm(names: Names, name: str, ending: str, metric: str, statistic: str, threshold: float) -> Call:
    endpoint = names.endpoint(name)
    request: dict[str, Any] = {
        "AlarmName": f"{endpoint}-{ending}",
        "AlarmDescription": f"Rolls back an update of the endpoint {endpoint}",
        "Namespace": "AWS/SageMaker",
        "MetricName": metric,
        "Dimensions": [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": VARIANT}],
        "Statistic": statistic,
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": threshold,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",  # nobody asked: no fault
        "Tags": tags(names.config),
    }
    return Call("cloudwatch", "PutMetricAlarm", request)
