"""sagemaker.toml as a whole."""

from typing import Annotated

from pydantic import Field

from byoc.tools.aws.config.endpoints import AnyEndpoint
from byoc.tools.aws.config.training import Batch, Train, Tune
from byoc.tools.aws.config.types import EndpointName, Name, Section


class Network(Section):
    """[network]: the VPC that containers are in; none where it is left out."""

    subnets: Annotated[list[str], Field(min_length=1)]
    security_groups: Annotated[list[str], Field(min_length=1)]


class Config(Section):
    """The file. What is None here is what `deploy/sagemaker role` makes, or AWS's default."""

    name: Name  # of the project: all names on AWS begin with it
    region: str
    image: str | None = None  # a URI, or REPOSITORY[:TAG] in this account's ECR; None is `name`, tag latest
    role: str | None = None  # an ARN
    bucket: str | None = None
    kms_key: str | None = None  # an ARN
    network: Network | None = None
    tags: dict[str, str] = Field(default_factory=dict)
    train: Train | None = None
    tune: Tune = Tune()
    endpoint: dict[EndpointName, AnyEndpoint] = Field(default_factory=dict)
    batch: Batch | None = None
