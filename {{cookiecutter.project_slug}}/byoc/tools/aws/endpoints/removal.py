"""What of the project's endpoints is to be deleted: first what acts on one, then it, then what it was made of."""

from byoc.tools.aws.calls import Call, exists, perform
from byoc.tools.aws.context import Context
from byoc.tools.aws.endpoints import existing, scaled, tail
from byoc.tools.aws.errors import UsageError, suggestion
from byoc.tools.aws.owned.tags import ENDPOINT, ENDPOINT_CONFIG, MODEL, Owned, owned
from byoc.tools.aws.plan import Step
from byoc.tools.aws.requests.alarms import alarm_names
from byoc.tools.aws.requests.endpoint import OF
from byoc.tools.aws.requests.scaling import deregister

USES = (
    {f"sagemaker:{kind.operation}" for kind in (ENDPOINT, ENDPOINT_CONFIG, MODEL)}
    | {f"sagemaker:Delete{kind.field}" for kind in (ENDPOINT, ENDPOINT_CONFIG, MODEL)}
    | {
        "sagemaker:ListTags",
        "sagemaker:DescribeEndpoint",
        "sagemaker:DescribeEndpointConfig",
        "application-autoscaling:DescribeScalableTargets",
        "application-autoscaling:DeregisterScalableTarget",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:DeleteAlarms",
        "logs:DescribeLogGroups",
        "logs:DeleteLogGroup",
    }
)


def steps(context: Context, only: str | None) -> list[Step]:
    """Of all endpoints, or of `only` one, by its name in sagemaker.toml. Raises UsageError if there is no such one."""
    account, config = context.account, context.config
    ends, configs, models = (list(owned(account, config, kind)) for kind in (ENDPOINT, ENDPOINT_CONFIG, MODEL))
    if only is not None:
        known = {*config.endpoint, *(each.tags.get(OF, "") for each in [*ends, *configs])}
        if only not in known:
            raise UsageError(f"the project has no endpoint {only}; {suggestion(only, sorted(known - {''}))}")
        others = [each for each in configs if each.tags.get(OF) != only]
        ends, configs = ([each for each in some if each.tags.get(OF) == only] for some in (ends, configs))
        used = {name for each in configs for name in _models(context, each)}
        used -= {name for each in others for name in _models(context, each)}  # another endpoint has it, too
        models = [each for each in models if each.name in used]
    return [
        *(step for each in ends for step in _endpoint(context, each)),
        *(_deletion(each) for each in [*configs, *models]),
    ]


def _endpoint(context: Context, each: Owned) -> list[Step]:
    account, name = context.account, each.name
    found = []
    if scaled.registered(context, name):
        found.append(Step("delete", "scaling", name, "", (deregister(name),)))
    described = perform(account, Call("cloudwatch", "DescribeAlarms", {"AlarmNames": alarm_names(name)}))
    alarms = [alarm["AlarmName"] for alarm in described["MetricAlarms"]]
    if alarms:
        call = Call("cloudwatch", "DeleteAlarms", {"AlarmNames": alarms})
        found.append(Step("delete", "alarms", ", ".join(alarms), "", (call,)))
    groups = perform(account, Call("logs", "DescribeLogGroups", {"logGroupNamePrefix": tail.group(name)}))
    if any(group["logGroupName"] == tail.group(name) for group in groups["logGroups"]):
        call = Call("logs", "DeleteLogGroup", {"logGroupName": tail.group(name)})
        found.append(Step("delete", "log group", tail.group(name), "", (call,)))
    return [*found, _deletion(each, existing.gone(account, name, context.console))]


def _deletion(each: Owned, wait=None) -> Step:
    call = Call("sagemaker", f"Delete{each.kind.field}", {f"{each.kind.field}Name": each.name})
    return Step("delete", each.kind.name, each.name, "", (call,), wait)


def _models(context: Context, each: Owned) -> list[str]:
    call = Call("sagemaker", "DescribeEndpointConfig", {"EndpointConfigName": each.name})
    config = exists(context.account, call) or {"ProductionVariants": []}
    return [variant["ModelName"] for variant in config["ProductionVariants"]]
