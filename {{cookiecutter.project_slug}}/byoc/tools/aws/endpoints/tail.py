"""The last lines that an endpoint's containers logged."""

from byoc.tools.aws.account import Account
from byoc.tools.aws.calls import Call, perform
from byoc.tools.aws.errors import CallError

USES = frozenset({"logs:DescribeLogStreams", "logs:GetLogEvents"})
LINES = 20


def group(endpoint: str) -> str:
    """The log group that SageMaker makes for it."""
    return f"/aws/sagemaker/Endpoints/{endpoint}"


def told(account: Account, endpoint: str) -> str:
    """For the end of an error: the lines of the stream that was written last, or why there are none."""
    streams = {"logGroupName": group(endpoint), "orderBy": "LastEventTime", "descending": True, "limit": 1}
    try:
        found = perform(account, Call("logs", "DescribeLogStreams", streams))["logStreams"]
        if not found:
            return f"\nnothing was logged to {group(endpoint)}"
        stream = found[0]["logStreamName"]
        events = {"logGroupName": group(endpoint), "logStreamName": stream, "limit": LINES, "startFromHead": False}
        lines = [each["message"].rstrip() for each in perform(account, Call("logs", "GetLogEvents", events))["events"]]
    except CallError as error:
        if error.is_absence():
            return f"\nnothing was logged: there is no {group(endpoint)}"
        return f"\nits log cannot be read: {error}"
    return "\n".join([f"\nthe last lines of {group(endpoint)}, {stream}:", *(f"    {line}" for line in lines)])
