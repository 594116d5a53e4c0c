"""Makes a CloudFormation stack what its template says, and waits for it."""

import json
import time
from typing import Any

from byoc.tools.aws.account import Account
from byoc.tools.aws.calls import Call, exists, perform
from byoc.tools.aws.console import Console
from byoc.tools.aws.errors import AwsError
from byoc.tools.aws.plan import Step

USES = frozenset(
    f"cloudformation:{operation}"
    for operation in ("DescribeStacks", "GetTemplate", "CreateStack", "UpdateStack", "DescribeStackEvents")
)
INTERVAL = 3.0  # seconds between two looks
NEVER_MADE = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"}


def step(account: Account, name: str, template: dict[str, Any], tags: list[dict[str, str]]) -> Step:
    """What is to be done about the stack. Raises AwsError if it is in a state from which nothing leads on."""
    stack = described(account, name)
    request = {
        "StackName": name,
        "TemplateBody": json.dumps(template, indent=1),
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
        "Tags": tags,
    }
    made = f"of {', '.join(template['Resources'])}"
    if stack is None or stack["StackStatus"] == "DELETE_COMPLETE":
        return Step("create", "stack", name, made, (Call("cloudformation", "CreateStack", request),))
    if stack["StackStatus"] in NEVER_MADE:
        raise AwsError(
            f"stack {name} is in {stack['StackStatus']}, and cannot be updated; see why in the console; then: "
            f"aws cloudformation delete-stack --region {account.region} --stack-name {name}"
        )
    existing = perform(account, Call("cloudformation", "GetTemplate", {"StackName": name}))["TemplateBody"]
    existing = json.loads(existing) if isinstance(existing, str) else existing
    if existing == template and _pairs(stack.get("Tags", [])) == _pairs(tags):
        return Step("keep", "stack", name)
    changed = _changed(existing.get("Resources", {}), template["Resources"])
    detail = f"changes {', '.join(changed)}" if changed else "changes its tags"
    return Step("update", "stack", name, detail, (Call("cloudformation", "UpdateStack", request),))


def wait(account: Account, name: str, console: Console) -> None:
    """Until the stack is done. Raises AwsError with the first reason of a failure."""
    seen = ""
    while True:
        stack = described(account, name)
        status = stack["StackStatus"] if stack else "DELETE_COMPLETE"
        if status != seen:
            console.progress(f"stack {name}: {status}")
            seen = status
        if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return
        if not status.endswith("_IN_PROGRESS"):
            raise AwsError(f"stack {name} ended in {status}: {_reason(account, name)}")
        time.sleep(INTERVAL)


def described(account: Account, name: str) -> dict[str, Any] | None:
    """The stack, None if there is none."""
    found = exists(account, Call("cloudformation", "DescribeStacks", {"StackName": name}))
    return found["Stacks"][0] if found and found["Stacks"] else None


def _changed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [name for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name)]


def _pairs(tags: list[dict[str, str]]) -> set[tuple[str, str]]:
    return {(tag["Key"], tag["Value"]) for tag in tags}


def _reason(account: Account, name: str) -> str:
    """The first failure, for what comes later is cancelled because of it; CloudFormation lists the newest first."""
    events = perform(account, Call("cloudformation", "DescribeStackEvents", {"StackName": name}))["StackEvents"]
    failed = [each for each in events if each["ResourceStatus"].endswith("_FAILED")]
    if not failed:
        return "CloudFormation gives no reason"
    first = failed[-1]
    return f"{first['LogicalResourceId']}: {first.get('ResourceStatusReason', 'no reason given')}"
