"""Make an endpoint what sagemaker.toml says, of the model that was trained last.

Names carry a hash of their content and the image goes in by its digest, so what exists already is known, and a second
time there is nothing to do. An update is done once the endpoint runs the new config; then it is asked the example.
"""

import argparse
from typing import Any

from byoc.tools.aws.config.endpoints import Async, MultiModel, OnInstances, Serverless
from byoc.tools.aws.context import DONE, Context
from byoc.tools.aws.endpoints import ask, existing, source, steps
from byoc.tools.aws.endpoints.chosen import chosen
from byoc.tools.aws.errors import UsageError
from byoc.tools.aws.plan import Plan
from byoc.tools.aws.prices import price
from byoc.tools.aws.requests.endpoint import Artifact

WRITES = True
USES = source.USES | steps.USES | ask.USES | {"sts:GetCallerIdentity", "pricing:GetProducts"}
LARGEST_SERVERLESS = (
    10 * 1024**3
)  # bytes of an image: https://docs.aws.amazon.com/sagemaker/latest/dg/serverless-endpoints.html
PATIENCE = 900.0  # seconds for an asynchronous answer to the example


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", metavar="NAME", help="of [endpoint.NAME]; not needed where there is one")
    parser.add_argument("--model", metavar="S3_URI", help="a model.tar.gz, instead of the last training job's")
    parser.add_argument("--no-example", action="store_true", help="do not ask the endpoint the example payload")


def run(context: Context) -> int:
    name = chosen(context.config, context.options.name)
    plan = _plan(context, name)
    ended = context.carry_out(plan)
    endpoint = context.names.endpoint(name)
    if context.options.plan:
        return ended
    result: dict[str, Any] = {"endpoint": endpoint, "changed": ended is None}
    if ended is None and not context.options.no_example:
        result["example"] = _example(context, name)
    if ended is None:
        context.console.say(f"endpoint  {endpoint}")
    context.console.result(result)
    return DONE


def _plan(context: Context, name: str) -> Plan:
    endpoint, notes = context.config.endpoint[name], []
    image = source.image(context.account, context.names)
    if isinstance(endpoint, Serverless) and image.size > LARGEST_SERVERLESS:
        raise UsageError(
            f"endpoint.{name}.kind = 'serverless', and the image has {image.size / 1024**3:.1f} GB, compressed; 10 GB "
            'is the most; use kind = "realtime", or a smaller image'
        )
    if isinstance(endpoint, MultiModel):
        place = f"{(endpoint.models or context.names.uri('models', name)).rstrip('/')}/"
        if context.options.model:
            raise UsageError(f"--model is not for [endpoint.{name}], which has many; copy it to {place}")
        artifact = Artifact(place)
    else:
        artifact, origin = source.artifact(context.account, context.config, context.options.model)
        notes.append(f"the model is {artifact.uri} ({origin})")
    want = steps.wanted(context.names, name, image.uri, artifact)
    if not context.options.plan:  # what goes on there comes to its end first
        existing.settled(context.account, context.names.endpoint(name), context.console)
    now = existing.look(context.account, context.names, name)
    found = steps.steps(context, want, now)
    prices = []
    if isinstance(endpoint, OnInstances) and any(step.changes for step in found):
        count = endpoint.scaling.min if endpoint.scaling else endpoint.instance_count
        prices = [price(context.account, endpoint.instance_type, max(count, 1), "Hosting")]
        if any(step.action == "update" and step.kind == "endpoint" for step in found):
            notes.append("until the update is done, the old instances and the new ones run, and both cost")
    return Plan(found, prices, notes)


def _example(context: Context, name: str) -> dict[str, Any]:
    """Ask it the example; another answer than expected is told, for a model of other data has other answers."""
    endpoint = context.config.endpoint[name]
    if isinstance(endpoint, MultiModel):
        return {"asked": False}  # it has no model before one is added
    body, content_type = ask.payload(context, "payload.csv")
    if isinstance(endpoint, Async):
        answer = ask.ask_async(context, name, body, content_type, "text/csv", PATIENCE)
    else:
        answer = ask.ask(context, name, body, content_type, "text/csv")
    expected, _ = ask.payload(context, "expected.csv")
    other = ask.difference(answer.body, expected)
    if other:
        context.console.say(f"the example payload has another answer than local_test/expected.csv: {other}", "bad")
        context.console.say("that is right for a model of other data or hyperparameters, and else it is not")
    else:
        context.console.say("the example payload is answered as local_test/expected.csv says", "good")
    return {"asked": True, "as_expected": not other, "difference": other}
