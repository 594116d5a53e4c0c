"""Bring an endpoint back to the config that it ran before its last update.

The endpoint's tag byoc:before has the config's name. Done twice, it is where it was.
"""

import argparse

from byoc.tools.aws.calls import Call, exists
from byoc.tools.aws.context import DONE, Context
from byoc.tools.aws.endpoints import existing, scaled
from byoc.tools.aws.endpoints.chosen import chosen
from byoc.tools.aws.endpoints.steps import switch
from byoc.tools.aws.errors import AwsError
from byoc.tools.aws.plan import Plan
from byoc.tools.aws.requests.endpoint import BEFORE

WRITES = True
USES = existing.USES | scaled.USES | {"sagemaker:UpdateEndpoint", "sagemaker:AddTags", "sts:GetCallerIdentity"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="of [endpoint.NAME]; not needed where there is one")


def run(context: Context) -> int:
    account, name = context.account, chosen(context.config, context.options.name)
    endpoint = context.names.endpoint(name)
    if not context.options.plan:
        existing.settled(account, endpoint, context.console)
    now = existing.look(account, context.names, name)
    if now is None:
        raise AwsError(f"there is no endpoint {endpoint}; make it: deploy/sagemaker deploy {name}")
    before = now.tags.get(BEFORE)
    if before is None:
        raise AwsError(f"the endpoint {endpoint} was never updated, so there is no config before {now.config_name}")
    config = exists(account, Call("sagemaker", "DescribeEndpointConfig", {"EndpointConfigName": before}))
    if config is None:
        raise AwsError(f"{before}, which {endpoint} ran before, was deleted; run deploy/sagemaker deploy {name}")
    variant = config["ProductionVariants"][0]
    off, on = scaled.steps(context, name, context.config.endpoint[name], now, variant)
    # Not watched: an alarm that what runs now has set off would stop it.
    steps = [*off, switch(context, name, now, before, watched=False), *on]
    note = "sagemaker.toml stays as it is: the next deploy makes what it says"
    ended = context.carry_out(Plan(steps, notes=[note]))
    if context.options.plan:
        return ended
    context.console.say(f"endpoint  {endpoint} runs {before}; {note}")
    context.console.result({"endpoint": endpoint, "config": before, "changed": ended is None})
    return DONE
