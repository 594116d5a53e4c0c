"""Lines of CloudWatch: of all streams of a job, as they come, or the last ones."""

from dataclasses import dataclass, field

from byoc.tools.aws.account import Account
from byoc.tools.aws.calls import Call, exists, pages
from byoc.tools.aws.errors import CallError

USES = frozenset({"logs:DescribeLogStreams", "logs:GetLogEvents"})
TRAINING, TRANSFORM, ENDPOINTS = (f"/aws/sagemaker/{group}" for group in ("TrainingJobs", "TransformJobs", "Endpoints"))
OUR_FAILURE = "Exception during training"  # as byoc/failure.py begins what it says


@dataclass
class Log:
    """The streams of `group` whose names begin with `prefix`; a job has one of each host, JOB/algo-1-TIME."""

    account: Account
    group: str
    prefix: str = ""
    _tokens: dict[str, str] = field(default_factory=dict)

    def streams(self) -> list[str]:
        """Their names; none before the first line was written."""
        request = {"logGroupName": self.group}
        if self.prefix:
            request["logStreamNamePrefix"] = self.prefix
        try:
            found = list(pages(self.account, Call("logs", "DescribeLogStreams", request), "logStreams"))
        except CallError as error:
            if error.is_absence():
                return []
            raise
        return sorted(each["logStreamName"] for each in found)

    def new_lines(self) -> list[str]:
        """Those that came since the last call, by their time; of several streams with the stream's name before."""
        events = []
        streams = self.streams()
        for stream in streams:
            start = f"{self._host(stream)}  " if len(streams) > 1 else ""
            events += [(time, f"{start}{line}") for time, line in self._more(stream)]
        return [line for _, line in sorted(events, key=lambda event: event[0])]

    def last(self, count: int) -> tuple[str, list[str]]:
        """The stream that tells most of a failure, and its last lines; `("", [])` if there is none.

        Of several hosts, one that says itself why it failed; else the one that spoke last.
        """
        ends = {stream: self._end(stream, count) for stream in self.streams()}
        ends = {stream: events for stream, events in ends.items() if events}
        if not ends:
            return "", []
        chosen = max(
            ends, key=lambda stream: (any(OUR_FAILURE in line for _, line in ends[stream]), ends[stream][-1][0])
        )
        return chosen, [line for _, line in ends[chosen]]

    def _more(self, stream: str) -> list[tuple[int, str]]:
        events: list[tuple[int, str]] = []
        while True:
            request = {"logGroupName": self.group, "logStreamName": stream, "startFromHead": True}
            if token := self._tokens.get(stream):
                request["nextToken"] = token
            found = exists(self.account, Call("logs", "GetLogEvents", request)) or {}
            events += _events(found)
            self._tokens[stream] = found.get("nextForwardToken", "")
            if self._tokens[stream] == (token or ""):  # the same again: that was the end
                return events

    def _end(self, stream: str, count: int) -> list[tuple[int, str]]:
        request = {"logGroupName": self.group, "logStreamName": stream, "limit": count, "startFromHead": False}
        return _events(exists(self.account, Call("logs", "GetLogEvents", request)) or {})

    def _host(self, stream: str) -> str:
        """algo-1, of JOB/algo-1-1764489600; of other streams the whole name."""
        name = stream.rpartition("/")[2]
        return "-".join(name.split("-")[:2]) if name.startswith("algo-") else name


def _events(found: dict) -> list[tuple[int, str]]:
    return [(each["timestamp"], each["message"].rstrip("\n")) for each in found.get("events", [])]
