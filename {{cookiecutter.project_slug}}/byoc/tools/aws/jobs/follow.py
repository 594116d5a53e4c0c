"""Follows a job: what AWS says of it, and its log lines, as they come; until it has ended."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from byoc.tools.aws.account import Account
from byoc.tools.aws.calls import Call, perform
from byoc.tools.aws.console import Console
from byoc.tools.aws.errors import AwsError, CallError, CredentialsError
from byoc.tools.aws.jobs.log import USES as LOG_USES
from byoc.tools.aws.jobs.log import Log

USES = LOG_USES
ENDED = {"Completed", "Failed", "Stopped"}
INTERVAL = 5.0  # seconds between two looks
PATIENCE = 5  # looks in a row that may fail for a throttled call or a network that is gone
PASSING = {"ThrottlingException", "Throttling", "TooManyRequestsException", "ServiceUnavailable", "InternalFailure"}


@dataclass(frozen=True)
class Kind:
    """A kind of job: `operation` describes it; FIELDName and FIELDStatus are its members."""

    noun: str
    operation: str
    field: str
    group: str  # of its log
    verb: str  # that follows it again with --attach
    stop: str  # the AWS CLI's command
    detail: Callable[[dict[str, Any]], str] = lambda found: ""  # more than the status; printed when it changes

    def call(self, name: str) -> Call:
        return Call("sagemaker", self.operation, {f"{self.field}Name": name}, f"{self.noun} {name}")

    def status(self, found: dict[str, Any]) -> str:
        return found[f"{self.field}Status"]

    def told(self, found: dict[str, Any]) -> str:
        return f"{self.status(found)}{self.detail(found)}"


def follow(account: Account, console: Console, kind: Kind, name: str) -> dict[str, Any]:
    """What the Describe call says in the end, whether the job succeeded or not.

    Raises CallError if there is no such job. However it ends before the job does, it says how to go on.
    """
    log, told, failures = Log(account, kind.group, f"{name}/"), 0, 0
    status = ""
    with _resumable(account, console, kind, name):
        while True:
            try:
                found = perform(account, kind.call(name))
                lines = log.new_lines()
                failures = 0
            except AwsError as error:
                failures += 1
                if not _passes(error) or failures > PATIENCE:
                    raise
                console.progress(f"asked in vain, and goes on: {error}")
                time.sleep(INTERVAL)
                continue
            changes = found.get("SecondaryStatusTransitions", [])
            for change in changes[told:]:
                console.progress(f"{change['Status']}: {change.get('StatusMessage', '')}".rstrip(": "))
            told = len(changes)
            for line in lines:
                console.say(line)
            if kind.told(found) != status:
                status = kind.told(found)
                console.progress(f"{kind.noun} {name}: {status}")
            time.sleep(INTERVAL)
            if kind.status(found) in ENDED:
                for line in log.new_lines():  # CloudWatch shows a line some seconds after it was written
                    console.say(line)
                return found


def _passes(error: AwsError) -> bool:
    if isinstance(error, CallError):
        return error.code in PASSING
    return not isinstance(error, CredentialsError)


@contextmanager
def _resumable(account: Account, console: Console, kind: Kind, name: str) -> Iterator[None]:
    try:
        yield
    except (AwsError, KeyboardInterrupt) as error:
        if not (isinstance(error, CallError) and error.is_absence()):
            console.say(f"{kind.noun} {name} goes on, and costs, until it ends")
            console.say(f"    follow it again:  deploy/sagemaker {kind.verb} --attach {name}")
            option = f"{kind.stop.removeprefix('stop-')}-name"
            console.say(f"    stop it:          aws sagemaker {kind.stop} --region {account.region} --{option} {name}")
        raise
