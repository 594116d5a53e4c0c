"""Train: upload the channels, start the job, follow it to its end.

Channels that are local folders go into the project's bucket; what is there already is not uploaded again. The job
has the project's image by its digest, and what [train] in sagemaker.toml says. Ctrl-C ends the following, not the job.
"""

import argparse

from byoc.tools.aws.context import DONE, Context
from byoc.tools.aws.explanation.explain import explained
from byoc.tools.aws.jobs import follow, training
from byoc.tools.aws.plan import Plan, Step
from byoc.tools.aws.prices import price
from byoc.tools.aws.requests.training import create

WRITES = True
USES = (
    training.USES
    | follow.USES
    | {"sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob", "pricing:GetProducts"}
)


def arguments(parser: argparse.ArgumentParser) -> None:
    going = parser.add_mutually_exclusive_group()
    going.add_argument("--attach", metavar="JOB", help="start nothing; follow a job that was started before")
    going.add_argument("--detach", action="store_true", help="start the job, and do not follow it")


def run(context: Context) -> int:
    options, console = context.options, context.console
    name = options.attach
    if not name:
        plan, name = _planned(context)
        with explained():
            ended = context.carry_out(plan)
        if ended is not None:
            return ended
        if options.detach:
            console.say(f"follow it:  deploy/sagemaker train --attach {name}")
            console.result({"job": name})
            return DONE
    return training.told(context, follow.follow(context.account, console, training.KIND, name))


def _planned(context: Context) -> tuple[Plan, str]:
    """What is to be done, and the job's name."""
    train = training.needed(context)
    with explained():
        inputs = training.inputs(context)
    metrics, notes = training.metrics(context)
    call = create(context.config, context.names, inputs.image, inputs.sources, metrics)
    name = call.parameters["TrainingJobName"]
    detail = f"{train.instance_count} x {train.instance_type}, {'spot, ' * train.spot}at most {train.max_run} s"
    steps = [*inputs.uploads, Step("start", "training job", name, detail, (call,))]
    prices = [price(context.account, train.instance_type, train.instance_count, "Training")]
    if not context.options.plan:
        for note in notes:
            context.console.say(f"note: {note}")
    return Plan(steps, prices, notes), name
