"""The AWS account that is worked in: its session, its region, and who is asking."""

import os
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config as ClientConfig
from botocore.exceptions import BotoCoreError

from byoc.tools.aws.calls import Call, perform
from byoc.tools.aws.errors import AwsError, UsageError

# Adaptive would slow down all after one throttled call; standard tries again with growing pauses.
CLIENT = ClientConfig(retries={"mode": "standard", "max_attempts": 8}, connect_timeout=10, read_timeout=70)
PRICING_REGION = "us-east-1"  # the Pricing API answers there for all regions


@dataclass(frozen=True)
class Identity:
    """Who AWS says is asking."""

    account: str  # 12 digits
    arn: str

    @property
    def partition(self) -> str:
        """`aws`, or `aws-cn` in China, `aws-us-gov` in GovCloud."""
        return self.arn.split(":")[1]


class Account:
    """Clients of one region. `performed` holds every call that was made, in order."""

    def __init__(self, region: str):
        """`region` is where all happens. Credentials and endpoint URLs come from where boto3 looks for them.

        Raises UsageError for a profile that does not exist.
        """
        try:
            self.session = boto3.Session(region_name=region)
        except BotoCoreError as error:
            raise UsageError(f"the AWS configuration cannot be used: {error}; see `aws configure list`") from None
        self.region = region
        self.performed: list[Call] = []
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """boto3's client, one of a service. AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_SERVICE lead it elsewhere."""
        if service not in self._clients:
            region = PRICING_REGION if service == "pricing" else self.region
            try:
                self._clients[service] = self.session.client(service, region_name=region, config=CLIENT)
            except (BotoCoreError, ValueError) as error:
                raise AwsError(f"no client of {service} in {region}: {error}") from None
        return self._clients[service]

    @cached_property
    def identity(self) -> Identity:
        """Asks once; raises CredentialsError."""
        found = perform(self, Call("sts", "GetCallerIdentity", note="who is asking"))
        return Identity(found["Account"], found["Arn"])


def region_of(option: str | None, configured: str) -> str:
    """The region: `--region`, else the environment, as `make push` goes by it, else sagemaker.toml."""
    return option or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or configured
