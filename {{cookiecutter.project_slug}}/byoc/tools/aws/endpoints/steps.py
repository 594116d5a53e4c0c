"""What is to be done for [endpoint.NAME]: what exists against what is asked for."""

from dataclasses import dataclass
from typing import Any

from byoc.tools.aws.calls import Call, exists, perform
from byoc.tools.aws.config.endpoints import AnyEndpoint, OnInstances, Update
from byoc.tools.aws.context import Context
from byoc.tools.aws.endpoints import existing, scaled
from byoc.tools.aws.endpoints.existing import FAILED, Existing
from byoc.tools.aws.errors import AwsError
from byoc.tools.aws.owned.names import Names
from byoc.tools.aws.plan import Step
from byoc.tools.aws.requests import endpoint as requests
from byoc.tools.aws.requests.alarms import alarms

USES = (
    existing.USES
    | scaled.USES
    | {
        "sagemaker:DescribeModel",
        "sagemaker:CreateModel",
        "sagemaker:CreateEndpointConfig",
        "sagemaker:CreateEndpoint",
        "sagemaker:UpdateEndpoint",
        "sagemaker:DeleteEndpoint",
        "sagemaker:AddTags",
        "cloudwatch:DescribeAlarms",
        "cloudwatch:PutMetricAlarm",
    }
)


@dataclass(frozen=True)
class Wanted:
    """What [endpoint.NAME] is to be."""

    name: str
    endpoint: AnyEndpoint
    model: Call
    config: Call

    @property
    def config_name(self) -> str:
        return self.config.parameters["EndpointConfigName"]

    @property
    def variant(self) -> dict[str, Any]:
        return self.config.parameters["ProductionVariants"][0]


def wanted(names: Names, name: str, image: str, artifact: requests.Artifact) -> Wanted:
    endpoint = names.config.endpoint[name]
    model = requests.model(names, name, endpoint, image, artifact)
    return Wanted(name, endpoint, model, requests.endpoint_config(names, name, endpoint, model.parameters["ModelName"]))


def steps(context: Context, want: Wanted, now: Existing | None) -> list[Step]:
    """In the order in which AWS takes them. Raises AwsError where an endpoint cannot become what is asked for."""
    names = context.names
    if now is not None:
        _kind_stays(want, now)
    found = [_made(context, "model", want.model, "ModelName", "DescribeModel")]
    found.append(_made(context, "endpoint config", want.config, "EndpointConfigName", "DescribeEndpointConfig"))
    update = want.endpoint.update if isinstance(want.endpoint, OnInstances) else None
    watched = [_alarm(context, call) for call in alarms(names, want.name, update)] if update else []
    before, after = scaled.steps(context, want.name, want.endpoint, now, want.variant)
    found += [*watched, *before, *endpoint_steps(context, want, now, update), *after]
    return found


def endpoint_steps(context: Context, want: Wanted, now: Existing | None, update: Update | None) -> list[Step]:
    names, account = context.names, context.account
    name = names.endpoint(want.name)
    wait = existing.runs(account, name, want.config_name, context.console)
    create = Step(
        "create", "endpoint", name, want.config_name, (requests.create(names, want.name, want.config_name),), wait
    )
    if now is None:
        return [create]
    if now.status == FAILED:  # AWS: DeleteEndpoint is then the only operation on it
        delete = Call("sagemaker", "DeleteEndpoint", {"EndpointName": name})
        detail = f"it failed ({now.reason or 'no reason given'}), and can only be made anew"
        return [
            Step("delete", "endpoint", name, detail, (delete,), existing.gone(account, name, context.console)),
            create,
        ]
    if now.config_name == want.config_name:
        return [Step("keep", "endpoint", name, want.config_name)]
    return [switch(context, want.name, now, want.config_name)]


def switch(context: Context, name: str, now: Existing, config_name: str, *, watched: bool = True) -> Step:
    """An update to another config, `watched` by alarms or not; then the endpoint's tag says what it ran before."""
    names, account, endpoint = context.names, context.account, context.config.endpoint[name]
    watching = []
    if watched and isinstance(endpoint, OnInstances):
        watching = [each.parameters["AlarmName"] for each in alarms(names, name, endpoint.update)]
        watching += endpoint.update.alarms
    call = requests.update(names, name, endpoint, config_name, watching)
    running = existing.runs(account, now.name, config_name, context.console)

    def wait() -> None:
        running()
        arn = existing.described(account, now.name)["EndpointArn"]
        before = {"Key": requests.BEFORE, "Value": now.config_name}
        perform(account, Call("sagemaker", "AddTags", {"ResourceArn": arn, "Tags": [before]}))

    return Step("update", "endpoint", now.name, f"{now.config_name} → {config_name}", (call,), wait)


def _kind_stays(want: Wanted, now: Existing) -> None:
    """AWS converts no endpoint to each other kind; and to none without an outage of what scales it."""
    kind = want.endpoint.kind.replace("multi-model", "realtime")
    if now.config and now.kind != kind:
        raise AwsError(
            f"the endpoint {now.name} is {now.kind}, and cannot become {want.endpoint.kind}; give it another name in "
            f"sagemaker.toml, or delete it first: deploy/sagemaker clean {want.name}"
        )


def _made(context: Context, kind: str, call: Call, field: str, describe: str) -> Step:
    name = call.parameters[field]
    if exists(context.account, Call("sagemaker", describe, {field: name})):
        return Step("keep", kind, name)
    return Step("create", kind, name, "", (call,))


def _alarm(context: Context, call: Call) -> Step:
    name = call.parameters["AlarmName"]
    found = perform(context.account, Call("cloudwatch", "DescribeAlarms", {"AlarmNames": [name]}))["MetricAlarms"]
    if not found:
        return Step("create", "alarm", name, "", (call,))
    if all(found[0].get(field) == call.parameters[field] for field in ("Threshold", "MetricName", "Dimensions")):
        return Step("keep", "alarm", name)
    return Step("update", "alarm", name, f"above {call.parameters['Threshold']:g}", (call,))
