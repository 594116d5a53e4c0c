"""What else of the project's is stopped or deleted: jobs that run, the bucket's content, the repository, the stack."""

from collections.abc import Callable

from byoc.tools.aws.calls import Call, exists, pages, perform
from byoc.tools.aws.context import Context
from byoc.tools.aws.errors import AwsError
from byoc.tools.aws.owned.tags import TRAINING_JOB, TRANSFORM_JOB, TUNING_JOB, owned
from byoc.tools.aws.plan import Step

JOBS = (TUNING_JOB, TRAINING_JOB, TRANSFORM_JOB)  # a tuning job would start others
USES = (
    {f"sagemaker:{kind.operation}" for kind in JOBS}
    | {f"sagemaker:Stop{kind.field}" for kind in JOBS}
    | {
        "sagemaker:ListTags",
        "s3:HeadBucket",
        "s3:ListObjectVersions",
        "s3:DeleteObjects",
        "s3:DeleteBucket",
        "ecr:DescribeRepositories",
        "ecr:DeleteRepository",
        "cloudformation:DescribeStacks",
        "cloudformation:DeleteStack",
    }
)
AT_ONCE = 1000  # objects that one call deletes


def jobs(context: Context) -> list[Step]:
    """Those that run are stopped, and what they have by then is kept in the bucket."""
    running = [
        each for kind in JOBS for each in owned(context.account, context.config, kind) if each.status == "InProgress"
    ]
    return [
        Step(
            "delete",
            each.kind.name,
            each.name,
            "it runs, and is stopped",
            (Call("sagemaker", f"Stop{each.kind.field}", {f"{each.kind.field}Name": each.name}),),
        )
        for each in running
    ]


def bucket(context: Context) -> list[Step]:
    """All below the project's prefix; and the bucket itself, if `deploy/sagemaker role` made it."""
    name = context.names.bucket
    if exists(context.account, Call("s3", "HeadBucket", {"Bucket": name})) is None:
        return []
    prefix = f"{context.config.name}/"
    found = [
        Step(
            "delete", "objects", f"s3://{name}/{prefix}", "all of them, in all versions", (), _emptied(context, prefix)
        )
    ]
    if not context.config.bucket:
        found.append(Step("delete", "bucket", name, "", (Call("s3", "DeleteBucket", {"Bucket": name}),)))
    return found


def repository(context: Context) -> list[Step]:
    """With all of its images; not one of another account."""
    registry, _ = context.names.image
    which = {"registryId": registry, "repositoryNames": [context.names.repository]}
    if registry != context.names.identity.account or not exists(
        context.account, Call("ecr", "DescribeRepositories", which)
    ):
        return []
    call = Call("ecr", "DeleteRepository", {"repositoryName": context.names.repository, "force": True})
    return [Step("delete", "repository", context.names.repository, "with all of its images", (call,))]


def stack(context: Context) -> list[Step]:
    """The role goes with it; its bucket stays unless it was named."""
    name = context.names.stack
    found = exists(context.account, Call("cloudformation", "DescribeStacks", {"StackName": name}))
    if not found or not found["Stacks"]:
        return []
    return [Step("delete", "stack", name, "the role", (Call("cloudformation", "DeleteStack", {"StackName": name}),))]


def _emptied(context: Context, prefix: str) -> Callable[[], None]:
    account, name = context.account, context.names.bucket

    def empty() -> None:
        listing = Call("s3", "ListObjectVersions", {"Bucket": name, "Prefix": prefix})
        objects = [*pages(account, listing, "Versions"), *pages(account, listing, "DeleteMarkers")]
        keys = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in objects]
        for start in range(0, len(keys), AT_ONCE):
            some = {"Objects": keys[start : start + AT_ONCE], "Quiet": True}
            done = perform(account, Call("s3", "DeleteObjects", {"Bucket": name, "Delete": some}))
            for fault in done.get("Errors", []):
                raise AwsError(f"s3://{name}/{fault['Key']} cannot be deleted: {fault['Code']}: {fault['Message']}")

    return empty
