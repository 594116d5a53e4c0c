"""Print the log of a job or an endpoint.

NAME is that of a training, tuning or transform job, or of an endpoint: on AWS, or in sagemaker.toml. Lines of several
streams have the stream's name before them.
"""

import argparse
import time

from byoc.tools.aws.context import DONE, Context
from byoc.tools.aws.errors import AwsError
from byoc.tools.aws.jobs import log
from byoc.tools.aws.jobs.log import ENDPOINTS, TRAINING, TRANSFORM, Log

WRITES = False
USES = log.USES | {"sts:GetCallerIdentity"}
INTERVAL = 3.0  # seconds between two looks


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--follow", action="store_true", help="go on with new lines, until Ctrl-C")
    parser.add_argument("--lines", type=int, metavar="N", help="only the last N lines")


def run(context: Context) -> int:
    name, console = context.options.name, context.console
    found = _found(context, name)
    lines = found.new_lines()
    lines = lines[-context.options.lines :] if context.options.lines else lines
    while True:
        for line in lines:
            console.say(line)
        if not context.options.follow:
            console.result({"group": found.group, "lines": lines})
            return DONE
        time.sleep(INTERVAL)
        lines = found.new_lines()


def _found(context: Context, name: str) -> Log:
    """The first log that has streams. Raises AwsError if none has."""
    endpoint = context.names.endpoint(name) if name in context.config.endpoint else name
    # The jobs of a tuning job begin with its name.
    logs = [Log(context.account, group, name) for group in (TRAINING, TRANSFORM)]
    for each in [*logs, Log(context.account, f"{ENDPOINTS}/{endpoint}")]:
        if each.streams():
            return each
    raise AwsError(
        f"there is no log of {name} in {context.account.region}: it has printed nothing yet, or there is no job or "
        "endpoint of that name; `deploy/sagemaker status` lists those that there are"
    )
