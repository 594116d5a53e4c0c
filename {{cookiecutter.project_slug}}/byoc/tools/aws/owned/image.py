"""The project's image in ECR, by its digest: what is pushed later under the same tag changes no job and no model."""

from byoc.tools.aws.account import Account
from byoc.tools.aws.calls import Call, exists
from byoc.tools.aws.errors import AwsError
from byoc.tools.aws.owned.names import Names

USES = frozenset({"ecr:DescribeImages"})


def image_uri(account: Account, names: Names) -> str:
    """REGISTRY/REPOSITORY@sha256:…; raises AwsError if no such image was pushed."""
    registry, version = names.image
    asked = {"imageDigest": version} if version.startswith("sha256:") else {"imageTag": version}
    request = {"registryId": registry, "repositoryName": names.repository, "imageIds": [asked]}
    found = exists(account, Call("ecr", "DescribeImages", request, "the image's digest"))
    if not found or not found["imageDetails"]:
        sign = "@" if "imageDigest" in asked else ":"
        raise AwsError(
            f"ECR has no image {names.repository}{sign}{version} in {names.region}; push it with `make push`, "
            "or name another in sagemaker.toml: image = …"
        )
    return f"{_host(names, registry)}/{names.repository}@{found['imageDetails'][0]['imageDigest']}"


def _host(names: Names, registry: str) -> str:
    named = (names.config.image or "").partition("/")[0]
    suffix = "amazonaws.com.cn" if names.identity.partition == "aws-cn" else "amazonaws.com"
    return named if ".dkr.ecr." in named else f"{registry}.dkr.ecr.{names.region}.{suffix}"
