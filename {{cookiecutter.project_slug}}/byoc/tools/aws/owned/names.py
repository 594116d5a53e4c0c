"""Names of all that the project has on AWS. They come from sagemaker.toml, the account and the content.

A name with a hash of its content says whether what exists is what is asked for: other content has another name.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from byoc.tools.aws.account import Identity
from byoc.tools.aws.config.model import Config

LONGEST, LONGEST_TUNING, LONGEST_ROLE, LONGEST_BUCKET = 63, 32, 64, 63  # AWS's limits, in characters
KEPT = 8  # of the project's name, at least, in any of them


def content_hash(content: Any, length: int = 8) -> str:
    """Of anything that JSON can hold; the order of keys does not matter."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def fitted(name: str, most: int) -> str:
    """The name, or as much of its beginning as fits, with a hash of the whole for its end."""
    return name if len(name) <= most else f"{name[: most - 7].rstrip('-')}-{content_hash(name, 6)}"


@dataclass(frozen=True)
class Names:
    config: Config
    identity: Identity
    region: str

    def of(self, *parts: str, most: int = LONGEST) -> str:
        """PROJECT-PART-PART; where that is too long, the project's name is cut."""
        end = "".join(f"-{part}" for part in parts)
        return f"{fitted(self.config.name, most - len(end))}{end}"

    def endpoint(self, name: str) -> str:
        """Of [endpoint.NAME]."""
        return self.of(name)

    def endpoint_config(self, name: str, content: Any) -> str:
        """Of [endpoint.NAME], with what the request says but for its own name."""
        return self.of(name, content_hash(content))

    def model(self, content: Any) -> str:
        """With what CreateModel says but for the name."""
        return self.of(content_hash(content))

    def job(self, content: Any, now: datetime | None = None, most: int = LONGEST) -> str:
        """Of a training, tuning (`most` = LONGEST_TUNING) or transform job; a name can be used once in an account."""
        return self.of((now or datetime.now(UTC)).strftime("%m%d-%H%M%S"), content_hash(content, 4), most=most)

    @property
    def stack(self) -> str:
        """Of the role and the bucket."""
        return f"sagemaker-{self.config.name}"

    @property
    def role(self) -> str:
        return fitted(f"sagemaker-{self.config.name}-{self.region}", LONGEST_ROLE)

    @property
    def role_arn(self) -> str:
        """The configured one, else the one of the stack."""
        own = f"arn:{self.identity.partition}:iam::{self.identity.account}:role/{self.role}"
        return self.config.role or own

    @property
    def bucket(self) -> str:
        """The configured one, else the one of the stack."""
        own = fitted(f"sagemaker-{self.config.name}-{self.identity.account}-{self.region}", LONGEST_BUCKET)
        return self.config.bucket or own

    def uri(self, *parts: str) -> str:
        """Below the project's prefix in the bucket, to which alone the role has access: s3://BUCKET/PROJECT/PART."""
        return "/".join([f"s3://{self.bucket}", self.config.name, *parts])

    @property
    def repository(self) -> str:
        """In ECR: what `image` names, without its registry, tag and digest."""
        image = (self.config.image or self.config.name).partition("@")[0]
        path = image.split("/", 1)[1] if ".dkr.ecr." in image.partition("/")[0] else image
        return path.partition(":")[0]

    @property
    def image(self) -> tuple[str, str]:
        """The registry's account and the tag or digest: what to ask ECR for, with `repository`."""
        image = self.config.image or self.config.name
        host = image.partition("/")[0]
        account = host.partition(".")[0] if ".dkr.ecr." in host else self.identity.account
        _, at, digest = image.partition("@")
        return account, digest if at else (image.rpartition("/")[2].partition(":")[2] or "latest")
