"""Answer a file, a folder or an S3 prefix of requests with a batch transform.

INPUT is local, and then is uploaded, or s3://BUCKET/PREFIX. [batch] in sagemaker.toml says on which instances, and how
files are split: by line, unless it says otherwise. The model is that of the newest training job, or --model. Ctrl-C
ends the following, not the job.
"""

import argparse
from pathlib import Path

from byoc.tools.aws.context import DONE, Context
from byoc.tools.aws.errors import UsageError
from byoc.tools.aws.explanation.explain import explained
from byoc.tools.aws.jobs import follow, transform, upload
from byoc.tools.aws.jobs.upload import Upload
from byoc.tools.aws.owned import image
from byoc.tools.aws.plan import Plan, Step
from byoc.tools.aws.prices import price
from byoc.tools.aws.requests import transform as requests

WRITES = True
USES = (
    transform.USES
    | upload.USES
    | image.USES
    | follow.USES
    | {
        "pricing:GetProducts",
        "sagemaker:CreateModel",
        "sagemaker:CreateTransformJob",
        "sagemaker:DescribeTransformJob",
        "sts:GetCallerIdentity",
    }
)


def arguments(parser: argparse.ArgumentParser) -> None:
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("input", metavar="INPUT", nargs="?", help="a local file or folder, or s3://BUCKET/PREFIX")
    what.add_argument("--attach", metavar="JOB", help="start nothing; follow a job that was started before")
    parser.add_argument("--model", metavar="URI", help="the model's s3://…/model.tar.gz")
    parser.add_argument("--detach", action="store_true", help="start the job, and do not follow it")


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
            console.say(f"follow it:  deploy/sagemaker batch --attach {name}")
            console.result({"job": name})
            return DONE
    return transform.told(context, follow.follow(context.account, console, transform.KIND, name))


def _planned(context: Context) -> tuple[Plan, str]:
    """What is to be done, and the job's name."""
    config, names, account, options = context.config, context.names, context.account, context.options
    batch = config.batch
    if not batch:
        raise UsageError('sagemaker.toml has no [batch]; write the table, with instance_type = "ml.m5.large"')
    steps, source = [], options.input
    if not source.startswith("s3://"):
        if not Path(source).exists():
            raise UsageError(f"there is no file or folder {source}; correct the path, or give an s3:// URI")
        local = Upload.of(names, "batch/input", source, Path.cwd())
        steps, source = [local.step(account)], local.uri
    artifact = options.model or transform.newest_artifact(account, config)
    model = requests.model(config, names, image.image_uri(account, names), artifact)
    job = requests.transform(config, names, batch, model.parameters["ModelName"], source)
    name, count = job.parameters["TransformJobName"], batch.instance_count
    detail = f"over {source}, on {count} x {batch.instance_type}"
    steps += [transform.model_step(account, model), Step("start", "transform job", name, detail, (job,))]
    return Plan(steps, [price(account, batch.instance_type, count, "Batch Transform")]), name
