"""Asks an endpoint, of any kind, and compares its answer with the one that is expected."""

import time
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from typing import Any

from byoc.errors import shown
from byoc.tools.aws.calls import Call, CallError, exists, perform
from byoc.tools.aws.context import Context
from byoc.tools.aws.endpoints.source import split
from byoc.tools.aws.errors import AwsError, UsageError
from byoc.tools.aws.owned.names import content_hash
from byoc.tools.local.predict import type_of

USES = frozenset(
    {
        "sagemaker-runtime:InvokeEndpoint",
        "sagemaker-runtime:InvokeEndpointAsync",
        "s3:PutObject",
        "s3:GetObject",
    }
)
INTERVAL = 2.0  # seconds between two looks for an asynchronous answer
TOLERANCE = 1e-4  # relative, as float32 rounds otherwise on another processor


@dataclass(frozen=True)
class Answer:
    body: bytes
    content_type: str


def payload(context: Context, name: str) -> tuple[bytes, str]:
    """A file here or in local_test/, and its content type. Raises UsageError if there is none."""
    for file in (Path(name), context.project.root / "local_test" / name):
        if file.is_file():
            return file.read_bytes(), type_of(name)
    raise UsageError(f"there is no file {name!r} to send, neither here nor in {context.project.root / 'local_test'}")


def ask(context: Context, name: str, body: bytes, content_type: str, accept: str, target: str | None = None) -> Answer:
    """Of [endpoint.NAME]; `target` is a model of a multi-model endpoint. Raises AwsError with the container's words."""
    request: dict[str, Any] = {
        "EndpointName": context.names.endpoint(name),
        "ContentType": content_type,
        "Accept": accept,
        "Body": body,
    }
    if target:
        request["TargetModel"] = target
    found = perform(context.account, Call("sagemaker-runtime", "InvokeEndpoint", request))
    return Answer(found["Body"].read(), found.get("ContentType", ""))


def ask_async(context: Context, name: str, body: bytes, content_type: str, accept: str, patience: float) -> Answer:
    """Of an async endpoint: lays the request into the bucket, and waits `patience` seconds for the answer there.

    Raises AwsError with what the failure object says, and where to look later if it takes longer.
    """
    place = context.names.uri("async", name, "input", content_hash([body.hex(), time.time_ns()], 16))
    bucket, key = split(place)
    stored = {"Bucket": bucket, "Key": key, "Body": body, "ContentType": content_type}
    perform(context.account, Call("s3", "PutObject", stored))
    request = {
        "EndpointName": context.names.endpoint(name),
        "InputLocation": place,
        "ContentType": content_type,
        "Accept": accept,
    }
    begun = perform(context.account, Call("sagemaker-runtime", "InvokeEndpointAsync", request))
    output, failure = begun["OutputLocation"], begun.get("FailureLocation")
    end = time.monotonic() + patience
    while True:
        if found := _object(context, output):
            return found
        if failure and (failed := _object(context, failure)):
            raise AwsError(f"the endpoint refused it: {failed.body.decode(errors='replace').strip()} ({failure})")
        if time.monotonic() >= end:
            raise AwsError(f"no answer within {patience:g} seconds; it will be at {output}; --wait waits longer")
        time.sleep(INTERVAL)


def difference(answer: bytes, expected: bytes) -> str:
    """ "" if the answer is the expected CSV, numbers to float32's accuracy; else the first difference in words."""
    got, wanted = answer.decode(errors="replace").splitlines(), expected.decode().splitlines()
    if len(got) != len(wanted):
        return f"{len(got)} rows, and {len(wanted)} are expected"
    for number, (row, right) in enumerate(zip(got, wanted, strict=True), 1):
        cells, others = row.split(","), right.split(",")
        if len(cells) != len(others) or not all(map(_alike, cells, others)):
            return f"row {number} is {shown(row)}, and {shown(right)} is expected"
    return ""


def _alike(one: str, other: str) -> bool:
    try:
        return isclose(float(one), float(other), rel_tol=TOLERANCE, abs_tol=1e-6)
    except ValueError:
        return one.strip() == other.strip()


def _object(context: Context, uri: str) -> Answer | None:
    bucket, key = split(uri)
    try:
        found = exists(context.account, Call("s3", "GetObject", {"Bucket": bucket, "Key": key}))
    except CallError as error:
        if error.code != "NoSuchKey":
            raise
        return None
    return Answer(found["Body"].read(), found.get("ContentType", "")) if found else None
