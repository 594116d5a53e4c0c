"""What there is of an endpoint, and waiting until it is what was asked for."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from byoc.tools.aws.account import Account
from byoc.tools.aws.calls import Call, exists
from byoc.tools.aws.console import Console
from byoc.tools.aws.endpoints import tail
from byoc.tools.aws.errors import AwsError
from byoc.tools.aws.owned.names import Names
from byoc.tools.aws.owned.tags import TAG, tags_of

USES = tail.USES | {"sagemaker:DescribeEndpoint", "sagemaker:DescribeEndpointConfig", "sagemaker:ListTags"}
INTERVAL = 10.0  # seconds between two looks
GOOD, FAILED = "InService", "Failed"
BUSY = {"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"}


@dataclass(frozen=True)
class Existing:
    """An endpoint of the project."""

    name: str
    status: str
    config_name: str
    config: dict[str, Any]  # DescribeEndpointConfig of what it runs; empty if that was deleted
    tags: dict[str, str]
    reason: str  # of its last failure, "" for none

    @property
    def variant(self) -> dict[str, Any]:
        return (self.config.get("ProductionVariants") or [{}])[0]

    @property
    def kind(self) -> str:
        """As sagemaker.toml has it, but a multi-model endpoint is a realtime one to AWS."""
        if "ServerlessConfig" in self.variant:
            return "serverless"
        return "async" if self.config.get("AsyncInferenceConfig") else "realtime"


def described(account: Account, endpoint: str) -> dict[str, Any] | None:
    """DescribeEndpoint; None if there is none."""
    return exists(account, Call("sagemaker", "DescribeEndpoint", {"EndpointName": endpoint}))


def look(account: Account, names: Names, name: str) -> Existing | None:
    """[endpoint.NAME] as it is. Raises AwsError if it is somebody else's."""
    endpoint = names.endpoint(name)
    found = described(account, endpoint)
    if found is None:
        return None
    carried = tags_of(account, found["EndpointArn"])
    if carried.get(TAG) != names.config.name:
        raise AwsError(
            f"the endpoint {endpoint} exists, and is not this project's: it has no tag {TAG} = {names.config.name}; "
            "name yours otherwise, in the head of its table in sagemaker.toml"
        )
    config_name = found["EndpointConfigName"]
    config = exists(account, Call("sagemaker", "DescribeEndpointConfig", {"EndpointConfigName": config_name}))
    reason = found.get("FailureReason", "")
    return Existing(endpoint, found["EndpointStatus"], config_name, config or {}, carried, reason)


def settled(account: Account, endpoint: str, console: Console) -> dict[str, Any] | None:
    """Wait until nothing happens to it any more, and tell what does; None if it is gone by then."""
    seen = ""
    while (found := described(account, endpoint)) is not None:
        if found["EndpointStatus"] != seen:
            seen = found["EndpointStatus"]
            console.progress(f"endpoint {endpoint}: {seen}")
        if seen not in BUSY:
            break
        time.sleep(INTERVAL)
    return found


def runs(account: Account, endpoint: str, config_name: str, console: Console) -> Callable[[], None]:
    """A wait until the endpoint runs this config; raises AwsError with what is known if it does not come to that."""

    def wait() -> None:
        found = settled(account, endpoint, console)
        if found is None:
            raise AwsError(f"the endpoint {endpoint} was deleted meanwhile")
        if found["EndpointStatus"] == GOOD and found["EndpointConfigName"] == config_name:
            return
        running = found["EndpointConfigName"]
        ended = f"the endpoint {endpoint} is {found['EndpointStatus']}"
        if running != config_name:
            ended = f"the update of {endpoint} was rolled back: it runs {running}, not {config_name}"
        raise AwsError(f"{ended}: {found.get('FailureReason') or 'AWS gives no reason'}{tail.told(account, endpoint)}")

    return wait


def gone(account: Account, endpoint: str, console: Console) -> Callable[[], None]:
    """A wait until the endpoint is deleted."""

    def wait() -> None:
        found = settled(account, endpoint, console)
        if found is not None:
            raise AwsError(f"the endpoint {endpoint} is {found['EndpointStatus']}, not deleted; run it again")

    return wait
