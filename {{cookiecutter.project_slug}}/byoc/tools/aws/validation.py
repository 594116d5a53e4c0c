"""A request against AWS's own model of the API, in full, before it is sent.

botocore itself checks names, types, required members and minima; it checks no enum, no pattern and no maximum.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, OperationModel, Shape, StringShape, StructureShape

from byoc.errors import shown
from byoc.tools.aws.errors import AwsError, suggestion
from byoc.tools.aws.patterns import compiled


class InvalidRequest(AwsError):
    """AWS would refuse the request. Nothing was sent."""


@cache
def _service(service: str):
    return botocore.session.get_session().get_service_model(service)


def operation_model(service: str, operation: str) -> OperationModel:
    """What AWS says of an operation; raises botocore's OperationNotFoundError for one that there is not."""
    return _service(service).operation_model(operation)


def validate(service: str, operation: str, parameters: dict[str, Any]) -> None:
    """Raise InvalidRequest, with every fault a line: the member's path, its value, the rule."""
    shape = operation_model(service, operation).input_shape
    found = list(_structure(shape, parameters, "")) if shape else [f"takes no {name}" for name in parameters]
    if found:
        raise InvalidRequest("\n".join(f"{service}:{operation} {fault}" for fault in found))


def _faults(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if getattr(shape, "is_document_type", False):
        return
    check = CHECKS.get(shape.type_name)
    if check is None:
        raise NotImplementedError(f"no check of {shape.type_name}")
    yield from check(shape, value, path)


def _structure(shape: StructureShape, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _wrong(path, value, "must be a table")
        return
    members = shape.members
    for name in value:
        if name not in members:
            yield f"{_below(path, name)} = {shown(value[name])} is no member; {suggestion(name, list(members))}"
    for name in shape.required_members:
        # botocore makes up an idempotency token that nobody gives.
        if name not in value and not members[name].metadata.get("idempotencyToken"):
            yield f"{_below(path, name)} is missing; it is required"
    if getattr(shape, "is_tagged_union", False) and len(value) != 1:
        yield _wrong(path, value, f"must have exactly one of: {', '.join(members)}")
    for name, member in members.items():
        if name in value:
            yield from _faults(member, value[name], _below(path, name))


def _list(shape: ListShape, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, list | tuple):
        yield _wrong(path, value, "must be a list")
        return
    yield from _range(shape, len(value), path, "has {} items")
    for place, item in enumerate(value):
        yield from _faults(shape.member, item, f"{path}[{place}]")


def _map(shape: MapShape, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield _wrong(path, value, "must be a table")
        return
    yield from _range(shape, len(value), path, "has {} entries")
    for key, item in value.items():
        yield from _faults(shape.key, key, f"{path} (the name {shown(key)})")
        yield from _faults(shape.value, item, _below(path, str(key)))


def _string(shape: StringShape, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, str):
        yield _wrong(path, value, "must be a string")
        return
    yield from _range(shape, len(value), path, "has {} characters")
    if shape.enum and value not in shape.enum:
        near = suggestion(value, list(shape.enum))
        yield _wrong(path, value, f"is none of AWS's values; {near}")
    pattern = shape.metadata.get("pattern")
    if pattern and not compiled(pattern).fullmatch(value):
        yield _wrong(path, value, f"must match {pattern}")


def _number(*types: type) -> Callable[[Shape, Any, str], Iterator[str]]:
    def check(shape: Shape, value: Any, path: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, types):
            yield _wrong(path, value, "must be a whole number" if types == (int,) else "must be a number")
        else:
            yield from _range(shape, value, path, "is {}")

    return check


def _boolean(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, bool):
        yield _wrong(path, value, "must be true or false")


def _timestamp(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, datetime | int | float | str):
        yield _wrong(path, value, "must be a time")


def _blob(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if isinstance(value, str | bytes | bytearray):
        yield from _range(shape, len(value), path, "has {} bytes")
    elif not hasattr(value, "read"):
        yield _wrong(path, type(value).__name__, "must be bytes, or a file")


def _range(shape: Shape, size: float, path: str, is_or_has: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    told = f"{path} {is_or_has.format(size)}"
    if least is not None and size < least:
        yield f"{told}, and the least is {least}"
    if most is not None and size > most:
        yield f"{told}, and the most is {most}"


def _wrong(path: str, value: Any, rule: str) -> str:
    return f"{path or 'request'} = {shown(value)} {rule}"


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


CHECKS: dict[str, Callable[[Any, Any, str], Iterator[str]]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
    "string": _string,
    "character": _string,
    "integer": _number(int),
    "long": _number(int),
    "float": _number(int, float),
    "double": _number(int, float),
    "boolean": _boolean,
    "timestamp": _timestamp,
    "blob": _blob,
}
