"""Make the execution role and the bucket, as a CloudFormation stack.

The role has the rights that jobs and endpoints of this project need, and no more. What sagemaker.toml names itself, a
`role` or a `bucket`, is left alone.
"""

import argparse

from byoc.tools.aws.context import DONE, Context
from byoc.tools.aws.owned.tags import tags
from byoc.tools.aws.plan import Plan, Step
from byoc.tools.aws.stack import apply
from byoc.tools.aws.stack.execution import template

WRITES = True
USES = apply.USES | {"sts:GetCallerIdentity"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """There are none but the common ones."""


def run(context: Context) -> int:
    config, names = context.config, context.names
    wanted = template(config, names)
    kept = [("role", config.role), ("bucket", config.bucket)]
    steps = [Step("keep", kind, name, "sagemaker.toml names it") for kind, name in kept if name]
    if wanted["Resources"]:
        steps.append(apply.step(context.account, names.stack, wanted, tags(config)))
    ended = context.carry_out(Plan(steps))
    if context.options.plan:
        return ended
    if ended is None:
        apply.wait(context.account, names.stack, context.console)
    context.console.say(f"role    {names.role_arn}")
    context.console.say(f"bucket  {names.bucket}")
    context.console.result({"role": names.role_arn, "bucket": names.bucket, "changed": ended is None})
    return DONE
