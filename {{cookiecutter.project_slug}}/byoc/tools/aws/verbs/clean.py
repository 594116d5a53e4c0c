"""Delete what carries the project's tag, in the order that works, and stop its jobs; lists it and asks first.

Interrupted, it can be run again. The bucket's content, the ECR repository and the role stay unless they are named.
Jobs that are over stay listed, cost nothing, and cannot be deleted.
"""

import argparse

from byoc.tools.aws.context import DONE, Context
from byoc.tools.aws.endpoints import removal
from byoc.tools.aws.owned import removal as others
from byoc.tools.aws.plan import Plan

WRITES = True
USES = removal.USES | others.USES | {"sts:GetCallerIdentity"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="this endpoint alone; without it, all of the project's")
    parser.add_argument("--bucket", action="store_true", help="all of the project's in the bucket, too: models, output")
    parser.add_argument("--repository", action="store_true", help="the repository in ECR with all images, too")
    parser.add_argument("--role", action="store_true", help="the stack that `deploy/sagemaker role` made, too")


def run(context: Context) -> int:
    options = context.options
    steps = removal.steps(context, options.name)
    if options.name is None:
        steps += others.jobs(context)
    steps += others.bucket(context) if options.bucket else []
    steps += others.repository(context) if options.repository else []
    steps += others.stack(context) if options.role else []
    plan = Plan(steps)
    ended = context.carry_out(plan)
    if not context.options.plan:
        context.console.result({"deleted": [f"{step.kind} {step.name}" for step in steps if ended is None]})
        return DONE
    return ended
