"""Send a file to an endpoint, of any kind, and print its answer.

An asynchronous endpoint is given the file by way of the bucket, and its answer is waited for.
"""

import argparse
import sys

from byoc.tools.aws.config.endpoints import Async, MultiModel
from byoc.tools.aws.context import DONE, Context
from byoc.tools.aws.endpoints import ask
from byoc.tools.aws.endpoints.chosen import chosen
from byoc.tools.aws.errors import UsageError

WRITES = False
USES = ask.USES | {"sts:GetCallerIdentity"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="of [endpoint.NAME]; not needed where there is one")
    parser.add_argument("--payload", default="payload.csv", help="a file here or in local_test/ (default: payload.csv)")
    parser.add_argument("--content-type", help="of the payload; without it, what the name of its file tells")
    parser.add_argument("--accept", default="text/csv", help="the content type of the answer (default: text/csv)")
    parser.add_argument("--target", metavar="MODEL", help="the model of a multi-model endpoint, such as a.tar.gz")
    parser.add_argument("--wait", type=float, default=900, metavar="SECONDS", help="for an asynchronous answer (900)")


def run(context: Context) -> int:
    options = context.options
    name = chosen(context.config, options.name)
    endpoint = context.config.endpoint[name]
    if isinstance(endpoint, MultiModel) != bool(options.target):
        need = "has many models; say which: --target MODEL.tar.gz"
        raise UsageError(f"[endpoint.{name}] {'has one model; leave out --target' if options.target else need}")
    body, told = ask.payload(context, options.payload)
    content_type = options.content_type or told
    if isinstance(endpoint, Async):
        answer = ask.ask_async(context, name, body, content_type, options.accept, options.wait)
    else:
        answer = ask.ask(context, name, body, content_type, options.accept, options.target)
    if context.console.as_json:
        context.console.result({"content_type": answer.content_type, "body": answer.body.decode(errors="replace")})
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(answer.body)
        sys.stdout.flush()
    return DONE
