"""Tune hyperparameters: start a tuning job, follow it, tell the best job.

What [tune] in sagemaker.toml leaves out, `program/train --describe` says: the metrics and the ranges. Before anything
is started, the objective must be found in the log of a training: of one here, or in --log FILE.
"""

import argparse

from byoc.tools.aws.context import DONE, Context
from byoc.tools.aws.errors import UsageError
from byoc.tools.aws.explanation.explain import explained
from byoc.tools.aws.jobs import follow, training, tuning
from byoc.tools.aws.jobs.describe import described
from byoc.tools.aws.plan import Plan, Step
from byoc.tools.aws.prices import price
from byoc.tools.aws.requests import training as request
from byoc.tools.aws.requests.tuning import create, ranges_of

WRITES = True
USES = (
    training.USES
    | follow.USES
    | {"sagemaker:CreateHyperParameterTuningJob", "sagemaker:DescribeHyperParameterTuningJob", "pricing:GetProducts"}
)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--log", metavar="FILE", help="a training's log, to find the metrics in, instead of one here")
    going = parser.add_mutually_exclusive_group()
    going.add_argument("--attach", metavar="JOB", help="start nothing; follow a job that was started before")
    going.add_argument("--detach", action="store_true", help="start the job, and do not follow it")


def run(context: Context) -> int:
    options, console = context.options, context.console
    name = options.attach
    if not name:
        with explained():
            plan, name = _planned(context)
            ended = context.carry_out(plan)
        if ended is not None:
            return ended
        if options.detach:
            console.say(f"follow it:  deploy/sagemaker tune --attach {name}")
            console.result({"job": name})
            return DONE
    return tuning.told(context, follow.follow(context.account, console, tuning.KIND, name))


def _planned(context: Context) -> tuple[Plan, str]:
    """What is to be done, and the job's name; the objective's metric is proved."""
    config, tune = context.config, context.config.tune
    train = training.needed(context)
    metrics = training.metrics(context, required=True)[0]
    objective, goal = tuning.objective(config, metrics)
    notes = []
    ranges = ranges_of(tune)
    if not ranges:
        ranges, fixed = tuning.free(described(context.project.root)["ParameterRanges"], config)
        notes += [f"not tuned, as train.hyperparameters fixes it: {name}" for name in fixed]
    if not ranges:
        raise UsageError("nothing is left to tune; write tune.ranges, or remove some of train.hyperparameters")
    found, missing = tuning.prove(metrics, objective, tuning.log_of(context, context.options.log))
    context.console.table(("metric", "in the log"), found)
    notes += [f"{name} is not in the log of that training" for name in missing]
    inputs = training.inputs(context)
    job = request.job(config, context.names, inputs.image, inputs.sources, metrics)
    call = create(config, context.names, job, ranges, objective, goal)
    name = call.parameters["HyperParameterTuningJobName"]
    tuned = ", ".join(each["Name"] for items in ranges.values() for each in items)
    detail = f"{goal} {objective} over {tuned}; {tune.jobs} jobs, {tune.parallel} at a time"
    prices = [price(context.account, train.instance_type, train.instance_count * tune.parallel, "Training")]
    if not context.options.plan:
        for note in notes:
            context.console.say(f"note: {note}")
    return Plan([*inputs.uploads, Step("start", "tuning job", name, detail, (call,))], prices, notes), name
