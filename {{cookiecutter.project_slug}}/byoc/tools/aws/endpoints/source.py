"""What an endpoint is made of: the image by its digest, and the artifact of a training job or of one's own."""

from dataclasses import dataclass

from byoc.tools.aws.account import Account
from byoc.tools.aws.calls import Call, exists, perform
from byoc.tools.aws.config.model import Config
from byoc.tools.aws.errors import AwsError, UsageError
from byoc.tools.aws.owned.names import Names
from byoc.tools.aws.owned.tags import TRAINING_JOB, owned
from byoc.tools.aws.requests.endpoint import Artifact

USES = frozenset(
    {
        "ecr:DescribeImages",
        "s3:HeadObject",
        "sagemaker:ListTrainingJobs",
        "sagemaker:ListTags",
        "sagemaker:DescribeTrainingJob",
    }
)


@dataclass(frozen=True)
class Image:
    """An image in ECR."""

    uri: str  # with its digest: what is pushed to the same tag later is another image
    size: int  # of its layers, compressed, in bytes


def image(account: Account, names: Names) -> Image:
    """The image that sagemaker.toml names. Raises AwsError if it was never pushed."""
    registry, reference = names.image
    which = "imageDigest" if reference.startswith("sha256:") else "imageTag"
    request = {
        "registryId": registry,
        "repositoryName": names.repository,
        "imageIds": [{which: reference}],
    }
    found = exists(account, Call("ecr", "DescribeImages", request))
    if not found or not found["imageDetails"]:
        raise AwsError(
            f"ECR has no image {names.repository}:{reference} in {names.region} of account {registry}; push it by "
            "`make push`, or name another: image in sagemaker.toml"
        )
    details = found["imageDetails"][0]
    return Image(f"{_host(names)}/{names.repository}@{details['imageDigest']}", details.get("imageSizeInBytes", 0))


def artifact(account: Account, config: Config, uri: str | None) -> tuple[Artifact, str]:
    """The one at `uri`, else the newest training job's that completed; and where it comes from, in words.

    Raises AwsError if there is none.
    """
    origin = "--model"
    if not uri:
        job = next((job for job in owned(account, config, TRAINING_JOB) if job.status == "Completed"), None)
        if job is None:
            raise AwsError(
                f"no training job of {config.name} has completed; run `deploy/sagemaker train`, or give "
                "--model s3://BUCKET/…/model.tar.gz"
            )
        described = perform(account, Call("sagemaker", "DescribeTrainingJob", {"TrainingJobName": job.name}))
        uri, origin = described["ModelArtifacts"]["S3ModelArtifacts"], f"training job {job.name}"
    bucket, key = split(uri)
    found = exists(account, Call("s3", "HeadObject", {"Bucket": bucket, "Key": key}))
    if found is None:
        raise AwsError(f"there is no model at {uri} ({origin}); give another: --model s3://BUCKET/…/model.tar.gz")
    return Artifact(uri, found["ETag"].strip('"')), origin


def split(uri: str) -> tuple[str, str]:
    """Bucket and key; raises UsageError for what is no S3 URI of an object."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if not uri.startswith("s3://") or not bucket or not key:
        raise UsageError(f"{uri!r} is no S3 URI of an object; write s3://BUCKET/KEY")
    return bucket, key


def _host(names: Names) -> str:
    given = (names.config.image or "").partition("/")[0]
    if ".dkr.ecr." in given:
        return given
    suffix = "amazonaws.com.cn" if names.identity.partition == "aws-cn" else "amazonaws.com"
    return f"{names.identity.account}.dkr.ecr.{names.region}.{suffix}"
