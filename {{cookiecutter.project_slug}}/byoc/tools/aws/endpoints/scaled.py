"""How an endpoint is scaled, against what [endpoint.NAME.scaling] asks for."""

from collections.abc import Callable
from typing import Any

from byoc.tools.aws.calls import Call, perform
from byoc.tools.aws.config.endpoints import AnyEndpoint, OnInstances
from byoc.tools.aws.context import Context
from byoc.tools.aws.endpoints.existing import Existing
from byoc.tools.aws.errors import AwsError
from byoc.tools.aws.plan import Step
from byoc.tools.aws.requests import scaling as requests
from byoc.tools.aws.requests.alarms import backlog

USES = frozenset(
    {
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DescribeScalingPolicies",
        "application-autoscaling:RegisterScalableTarget",
        "application-autoscaling:DeregisterScalableTarget",
        "application-autoscaling:PutScalingPolicy",
        "cloudwatch:PutMetricAlarm",  # that calls up the first instance
    }
)


def registered(context: Context, endpoint: str) -> dict[str, Any] | None:
    """The scalable target of an endpoint, by its name on AWS."""
    target = requests.target(endpoint)
    request = {**target, "ResourceIds": [target["ResourceId"]]}
    del request["ResourceId"]
    found = perform(context.account, Call(requests.SERVICE, "DescribeScalableTargets", request))["ScalableTargets"]
    return found[0] if found else None


def steps(
    context: Context, name: str, endpoint: AnyEndpoint, now: Existing | None, variant: dict[str, Any]
) -> tuple[list[Step], list[Step]]:
    """Those before the endpoint is made or updated, and those after.

    A variant that is scaled takes no other instance type, so scaling is taken off for as long as such an update
    takes: https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html
    """
    scaling = endpoint.scaling if isinstance(endpoint, OnInstances) else None
    on_aws = context.names.endpoint(name)
    target = registered(context, on_aws) if now else None
    other_type = bool(now and now.variant.get("InstanceType") != variant.get("InstanceType"))
    before = []
    if target and (other_type or not scaling):
        detail = "off while the instance type changes" if scaling else "off, as there is no table for it any more"
        before = [Step("update", "scaling", on_aws, detail, (requests.deregister(on_aws),))]
        target = None
    if not scaling:
        return before, []
    register = requests.register(context.names, name, scaling)
    policies = [requests.tracking(context.names, name, scaling)]
    wait = None
    if scaling.min == 0:
        policies.append(requests.from_zero(context.names, name, scaling))
        wait = _backlog_alarm(context, name, policies[-1])
    detail = f"{scaling.min} to {scaling.max} instances"
    calls = (register, *policies)
    if target is None:
        return before, [Step("create", "scaling", on_aws, detail, calls, wait)]
    same = (target["MinCapacity"], target["MaxCapacity"]) == (scaling.min, scaling.max)
    if same and all(_as_asked(context, policy) for policy in policies):
        return before, [Step("keep", "scaling", on_aws, detail)]
    return before, [Step("update", "scaling", on_aws, detail, calls, wait)]


def _as_asked(context: Context, policy: Call) -> bool:
    wanted = policy.parameters
    [field] = [name for name in wanted if name.endswith("Configuration")]
    found = _policy(context, policy)
    return found is not None and found.get(field) == wanted[field]


def _backlog_alarm(context: Context, name: str, policy: Call) -> Callable[[], None]:
    """The alarm that calls the policy can be made once AWS has given the policy an ARN."""

    def make() -> None:
        found = _policy(context, policy)
        if found is None:
            raise AwsError(f"the scaling policy {policy.parameters['PolicyName']} is gone again; run it again")
        perform(context.account, backlog(context.names, name, found["PolicyARN"]))

    return make


def _policy(context: Context, policy: Call) -> dict[str, Any] | None:
    wanted = policy.parameters
    request = {
        "ServiceNamespace": wanted["ServiceNamespace"],
        "ResourceId": wanted["ResourceId"],
        "PolicyNames": [wanted["PolicyName"]],
    }
    found = perform(context.account, Call(requests.SERVICE, "DescribeScalingPolicies", request))["ScalingPolicies"]
    return next((each for each in found if each["PolicyName"] == wanted["PolicyName"]), None)
