"""Training jobs: what one needs before it begins, and how its end is told."""

from dataclasses import dataclass
from typing import Any

from byoc.tools.aws.config.training import Train
from byoc.tools.aws.context import DONE, Context
from byoc.tools.aws.errors import FAILED, AwsError, UsageError
from byoc.tools.aws.explanation.explain import explain
from byoc.tools.aws.jobs import upload
from byoc.tools.aws.jobs.describe import described
from byoc.tools.aws.jobs.follow import Kind
from byoc.tools.aws.jobs.log import TRAINING, Log
from byoc.tools.aws.jobs.upload import Upload
from byoc.tools.aws.owned import image
from byoc.tools.aws.plan import Step
from byoc.tools.aws.requests.training import Metrics

KIND = Kind("training job", "DescribeTrainingJob", "TrainingJob", TRAINING, "train", "stop-training-job")
USES = image.USES | upload.USES | {"sts:GetCallerIdentity"}


@dataclass(frozen=True)
class Inputs:
    """The image's URI, each channel's S3 URI, and the uploads that make them so."""

    image: str
    sources: dict[str, str]
    uploads: list[Step]


def needed(context: Context) -> Train:
    """[train]; raises UsageError if sagemaker.toml has none."""
    if not context.config.train:
        raise UsageError('sagemaker.toml has no [train]; write the table, with instance_type = "ml.m5.large"')
    return context.config.train


def inputs(context: Context) -> Inputs:
    """Raises AwsError for an image that was not pushed, UsageError for data that cannot be uploaded."""
    train, names = needed(context), context.names
    uri = image.image_uri(context.account, names)
    local = {
        name: Upload.of(names, f"data/{name}", channel.source, context.project.root)
        for name, channel in train.channels.items()
        if channel.is_local
    }
    sources = {name: local[name].uri if name in local else each.source for name, each in train.channels.items()}
    return Inputs(uri, sources, [each.step(context.account) for each in local.values()])


def metrics(context: Context, required: bool = False) -> tuple[Metrics, list[str]]:
    """MetricDefinitions: those of sagemaker.toml, else of `train --describe`; and what to note if there are none.

    Raises AwsError if none can be had and they are required.
    """
    configured = needed(context).metrics
    if configured is not None:
        return [{"Name": name, "Regex": regex} for name, regex in configured.items()], []
    try:
        return described(context.project.root)["MetricDefinitions"], []
    except AwsError as error:
        if required:
            raise
        return [], [f"SageMaker will show no metrics of the job: {error}; or write train.metrics into sagemaker.toml"]


def told(context: Context, job: dict[str, Any]) -> int:
    """Print how a job ended, of which DescribeTrainingJob said `job`; the exit code."""
    console, name, status = context.console, job["TrainingJobName"], job["TrainingJobStatus"]
    values = {each["MetricName"]: each["Value"] for each in job.get("FinalMetricDataList", [])}
    seconds, billed = job.get("TrainingTimeInSeconds"), job.get("BillableTimeInSeconds")
    found = {"job": name, "status": status, "seconds": seconds, "billable_seconds": billed, "metrics": values}
    if values:
        console.table(("metric", "last value"), [(metric, f"{value:g}") for metric, value in values.items()])
    if billed is not None:
        console.say(f"billable  {billed} s of each instance{_saved(job, found)}")
    # A job that was stopped may have left a model, too.
    if status != "Failed":
        found["artifact"] = job["ModelArtifacts"]["S3ModelArtifacts"]
        console.say(f"artifact  {found['artifact']}")
    if status == "Failed":
        log = Log(context.account, TRAINING, f"{name}/")
        found |= explain(console, job.get("FailureReason", "SageMaker gives none"), log)
    elif status == "Stopped":
        console.say(f"the job was stopped ({job['SecondaryStatus']})", "bad")
    console.result(found)
    return DONE if status == "Completed" else FAILED


def _saved(job: dict[str, Any], found: dict[str, Any]) -> str:
    seconds, billed = job.get("TrainingTimeInSeconds"), job["BillableTimeInSeconds"]
    if not job.get("EnableManagedSpotTraining") or not seconds:
        return ""
    found["saved_percent"] = round(100 * (1 - billed / seconds), 1)
    return f", of {seconds} s: spot saved {found['saved_percent']:g} %"
