"""Batch transforms: the model that answers, and which of the files were answered."""

from typing import Any

from byoc.tools.aws.account import Account
from byoc.tools.aws.calls import Call, exists, pages, perform
from byoc.tools.aws.config.model import Config
from byoc.tools.aws.context import DONE, Context
from byoc.tools.aws.errors import FAILED, AwsError
from byoc.tools.aws.explanation.explain import explain
from byoc.tools.aws.jobs.follow import Kind
from byoc.tools.aws.jobs.log import TRANSFORM, Log
from byoc.tools.aws.owned.tags import TRAINING_JOB, owned
from byoc.tools.aws.plan import Step

KIND = Kind("transform job", "DescribeTransformJob", "TransformJob", TRANSFORM, "batch", "stop-transform-job")
USES = frozenset(
    {
        "s3:ListObjectsV2",
        "sagemaker:DescribeModel",
        "sagemaker:DescribeTrainingJob",
        "sagemaker:ListTags",
        "sagemaker:ListTrainingJobs",
    }
)
SHOWN = 20  # files that were not answered, at most


def newest_artifact(account: Account, config: Config) -> str:
    """Of the project's newest training job that completed; raises AwsError if there is none."""
    for job in owned(account, config, TRAINING_JOB):
        if job.status == "Completed":
            found = perform(account, Call("sagemaker", "DescribeTrainingJob", {"TrainingJobName": job.name}))
            return found["ModelArtifacts"]["S3ModelArtifacts"]
    raise AwsError(
        f"no training job of {config.name} has completed; run `deploy/sagemaker train`, or name a model: --model s3://…"
    )


def model_step(account: Account, call: Call) -> Step:
    """Kept if a model of that name, and so of that content, is there."""
    name = call.parameters["ModelName"]
    if exists(account, Call("sagemaker", "DescribeModel", {"ModelName": name})):
        return Step("keep", "model", name)
    artifact = call.parameters["PrimaryContainer"]["ModelDataUrl"]
    return Step("create", "model", name, f"of {artifact}", (call,))


def told(context: Context, job: dict[str, Any]) -> int:
    """Print how a job ended, of which DescribeTransformJob said `job`; the exit code, 1 if a file has no answer."""
    console, name, status = context.console, job["TransformJobName"], job["TransformJobStatus"]
    source = job["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"]
    target = job["TransformOutput"]["S3OutputPath"]
    asked, answered = _below(context.account, source), _below(context.account, f"{target}/")
    missing = sorted(each for each in asked if f"{each}.out" not in answered)
    found = {"job": name, "status": status, "output": target, "files": len(asked), "unanswered": missing}
    console.say(f"answered  {len(asked) - len(missing)} of {len(asked)} files")
    console.say(f"output    {target}")
    console.say(f"    fetch it:  aws s3 cp --recursive {target} .")
    for each in missing[:SHOWN]:
        console.say(f"not answered: {each}", "bad")
    if len(missing) > SHOWN:
        console.say(f"and {len(missing) - SHOWN} more; --json lists all", "bad")
    if status == "Failed":
        log = Log(context.account, TRANSFORM, f"{name}/")
        found |= explain(console, job.get("FailureReason") or "SageMaker gives none", log)
    console.result(found)
    return DONE if status == "Completed" and not missing else FAILED


def _below(account: Account, uri: str) -> set[str]:
    """The names of all objects whose URI begins with this one, below its last slash or its folder."""
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    folder = prefix.rpartition("/")[0]
    found = pages(account, Call("s3", "ListObjectsV2", {"Bucket": bucket, "Prefix": prefix}), "Contents")
    return {each["Key"].removeprefix(folder).lstrip("/") for each in found if not each["Key"].endswith("/")}
