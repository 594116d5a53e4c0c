"""List what the project has on AWS, since when, what it costs an hour, and whether anyone used it this week."""

import argparse
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from byoc.tools.aws.calls import Call, exists, perform
from byoc.tools.aws.context import DONE, Context
from byoc.tools.aws.endpoints.existing import described
from byoc.tools.aws.owned.tags import ENDPOINT, KINDS, Owned, owned
from byoc.tools.aws.prices import UNKNOWN, price
from byoc.tools.aws.requests.endpoint import VARIANT

WRITES = False
USES = frozenset(
    {
        *(f"sagemaker:{kind.operation}" for kind in KINDS),
        "sagemaker:ListTags",
        "sagemaker:DescribeEndpoint",
        "sagemaker:DescribeEndpointConfig",
        "cloudwatch:GetMetricStatistics",
        "pricing:GetProducts",
    }
)
WEEK = timedelta(days=7)
ENDED = {"Completed", "Failed", "Stopped"}  # jobs that are over cost nothing, and stay listed for ever


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--all", action="store_true", help="jobs that are over, too")


def run(context: Context) -> int:
    found = [each for kind in KINDS for each in owned(context.account, context.config, kind)]
    rows = [_row(context, each) for each in found if context.options.all or each.status not in ENDED]
    if rows:
        context.console.table(
            ["kind", "name", "since", "status", "an hour", "used this week"],
            [[row[field] or "-" for field in ("kind", "name", "since", "status", "cost", "used")] for row in rows],
        )
    else:
        context.console.say(f"nothing in {context.account.region} carries the tag of {context.config.name}")
    idle = [row["name"] for row in rows if row["used"] == "no" and row["cost"] not in ("", "0 USD")]
    for name in idle:
        context.console.say(
            f"{name} costs money, and nobody used it this week: deploy/sagemaker clean NAME deletes it", "bad"
        )
    context.console.result(rows)
    return DONE


def _row(context: Context, each: Owned) -> dict[str, Any]:
    cost, used = _endpoint(context, each.name) if each.kind is ENDPOINT else ("", "")
    since = each.created.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    return {
        "kind": each.kind.name,
        "name": each.name,
        "since": since,
        "status": each.status,
        "cost": cost,
        "used": used,
    }


def _endpoint(context: Context, name: str) -> tuple[str, str]:
    """What its instances cost an hour in US dollars, and how many requests it had this week."""
    found = described(context.account, name)
    if found is None:  # deleted since it was listed
        return "", ""
    describe = Call("sagemaker", "DescribeEndpointConfig", {"EndpointConfigName": found["EndpointConfigName"]})
    [variant] = (exists(context.account, describe) or {"ProductionVariants": [{}]})["ProductionVariants"]
    return _cost(context, variant, found), _used(context, name)


def _cost(context: Context, variant: dict[str, Any], endpoint: dict[str, Any]) -> str:
    if "ServerlessConfig" in variant:
        kept = "ProvisionedConcurrency" in variant["ServerlessConfig"]
        return UNKNOWN if kept else "0 USD"  # by request
    [running] = endpoint.get("ProductionVariants") or [{}]
    count = running.get("CurrentInstanceCount", variant.get("InitialInstanceCount", 0))
    if "InstanceType" not in variant:
        return UNKNOWN
    hourly = Decimal(0) if count == 0 else price(context.account, variant["InstanceType"], count, "Hosting").hourly
    return f"{count} x {variant['InstanceType']}: {UNKNOWN if hourly is None else f'{hourly.normalize():f} USD'}"


def _used(context: Context, name: str) -> str:
    now = datetime.now(UTC)
    request = {
        "Namespace": "AWS/SageMaker",
        "MetricName": "Invocations",
        "Dimensions": [{"Name": "EndpointName", "Value": name}, {"Name": "VariantName", "Value": VARIANT}],
        "StartTime": now - WEEK,
        "EndTime": now,
        "Period": int(WEEK.total_seconds()),
        "Statistics": ["Sum"],
    }
    points = perform(context.account, Call("cloudwatch", "GetMetricStatistics", request))["Datapoints"]
    requests = sum(point["Sum"] for point in points)
    return f"{requests:.0f} requests" if requests else "no"
