"""Tells why something failed on AWS: the reason, the last log lines, the known cause with the way out."""

from collections.abc import Iterator
from contextlib import contextmanager

from byoc.tools.aws.console import Console
from byoc.tools.aws.errors import AwsError, CallError
from byoc.tools.aws.explanation.causes import likely
from byoc.tools.aws.jobs.log import Log

LINES = 20


def explain(console: Console, reason: str, log: Log) -> dict[str, object]:
    """Print it; the same for programs: reason, stream, log, likely."""
    stream, lines = log.last(LINES)
    console.say()
    if lines:
        console.say(f"the last lines of {stream}:", "strong")
        for line in lines:
            console.say(f"    {line}")
    else:
        console.say(f"there is no log in {log.group}: no container was started, or it printed nothing")
    console.say(f"failure reason: {reason}", "bad")
    cause = likely(reason, "\n".join(lines))
    if cause:
        console.say(f"likely: {cause}", "strong")
    return {"reason": reason, "stream": stream, "log": lines, "likely": cause}


@contextmanager
def explained() -> Iterator[None]:
    """A call that AWS refuses is told with the known cause, in a second line."""
    try:
        yield
    except CallError as error:
        if cause := likely(str(error)):
            raise AwsError(f"{error}\nlikely: {cause}") from None
        raise
