"""JSON, and JSON Lines: a JSON value a line, each a row.

A row is a list, an object keyed by feature name, or what SageMaker's built-in algorithms take and Clarify sends:
`{"features": [values]}`, in full `{"data": {"features": {"values": [values]}}}`.
https://docs.aws.amazon.com/sagemaker/latest/dg/cdf-inference.html
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from byoc.errors import RequestError, RowError
from byoc.serving.codecs import json_names, table
from byoc.serving.codecs.records import Record

# Outputs that are answered without their name if they are alone.
BARE = {"predictions", "predicted_label", "probability", "probabilities", "labels"}


def decode(body: bytes, features: Sequence[str] | None) -> np.ndarray:
    return _table(_rows(body), features)


def decode_lines(body: bytes, features: Sequence[str] | None) -> np.ndarray:
    return _table(_lines(body), features)


def decode_records(body: bytes, record: Record) -> np.ndarray:
    """null is a missing value."""
    return _records(_rows(body), record)


def decode_record_lines(body: bytes, record: Record) -> np.ndarray:
    return _records(_lines(body), record)


def _rows(body: bytes) -> list[Any]:
    try:
        content = json_names.loads(body)
    except json_names.TwiceError as error:
        raise RequestError(400, f"the body {error}") from None
    except (ValueError, RecursionError) as error:
        raise RequestError(400, f"the body is not JSON: {error}") from None
    if isinstance(content, dict):
        _refuse_unread(content)
        content = content["instances"] if "instances" in content else [content] if _is_row(content) else content
    if not isinstance(content, list) or not content:
        raise RequestError(400, 'send a list of rows, or {"instances": [rows]}; a row is a list or an object')
    return content


def _refuse_unread(content: dict[str, Any]) -> None:
    """Raise RequestError for what would be passed over beside the rows and is meant to change the answer.

    Such as the `configuration` of SageMaker's DeepAR and the `parameters` of KServe and MLflow. A text or a number, as
    TensorFlow Serving's `signature_name`, does no harm.
    """
    for name, value in content.items() if "instances" in content and len(content) > 1 else ():
        if value and isinstance(value, dict | list) and name != "instances":
            given = json.dumps(value)[:40]
            raise RequestError(400, f"{name[:80]!r} beside 'instances' has no effect here: {given}; leave it out")


def _lines(body: bytes) -> list[Any]:
    rows = []
    for line in body.rstrip(b"\r\n").splitlines():
        try:
            rows.append(json_names.loads_line(line))
        except json_names.TwiceError as error:
            raise RowError(len(rows) + 1, str(error)) from None
        except (ValueError, RecursionError) as error:
            raise RowError(len(rows) + 1, f"is not JSON: {error}") from None
    if not rows:  # a byte order mark alone
        raise RequestError(400, table.EMPTY)
    return rows


def _table(rows: list[Any], features: Sequence[str] | None) -> np.ndarray:
    return table.from_cells([_in_order(row, number, features) for number, row in enumerate(rows, 1)], features, _number)


def _records(rows: list[Any], record: Record) -> np.ndarray:
    cells = [_in_order(row, number, record.names) for number, row in enumerate(rows, 1)]
    return record.from_cells(cells, _number, absent=None)


def _in_order(row: Any, number: int, features: Sequence[str] | None) -> list[Any]:
    if isinstance(row, list):
        return row
    if isinstance(row, dict) and _holds_values(row):
        return _values(row, number)
    if not isinstance(row, dict):
        raise RowError(number, f"is neither a list nor an object, but {json.dumps(row)[:40]}; a row is [values]")
    if features is None:
        raise RowError(number, "is an object, but the model does not name its features; send a list")
    fault = table.check_fields(row, features)
    if fault:
        raise RowError(number, fault)
    return [row[name] for name in features]


def _is_row(content: dict[str, Any]) -> bool:
    """Whether an object is one row, and does not hold rows under a name that is not known."""
    return _holds_values(content) or (
        bool(content) and not any(isinstance(one, list | dict) for one in content.values())
    )


def _holds_values(row: dict[str, Any]) -> bool:
    """Whether it is a row in SageMaker's own form, and no object of a feature by that name."""
    return isinstance(row.get("features"), list | dict) or (isinstance(row.get("data"), dict) and len(row) == 1)


def _values(row: dict[str, Any], number: int) -> list[Any]:
    fields = row if "features" in row else row["data"]
    values = fields.get("features")
    if isinstance(values, dict):
        values = None if "keys" in values else values.get("values")
    if not isinstance(values, list) or len(fields) > 1:
        shown = json.dumps(row)[:80]
        raise RowError(number, f'is {shown}; send {{"features": [values]}}, each value in its place and nothing else')
    return values


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError
    return float(value)


def encode(columns: dict[str, Any]) -> bytes:
    if len(columns) == 1 and not BARE.isdisjoint(columns):
        (predictions,) = columns.values()
    else:
        predictions = _objects(columns)
    return json.dumps({"predictions": predictions}, ensure_ascii=False).encode() + b"\n"


def encode_lines(columns: dict[str, Any]) -> bytes:
    return "".join([json.dumps(row, ensure_ascii=False) + "\n" for row in _objects(columns)]).encode()


def bad_record(reason: str) -> bytes:
    return json.dumps({"error": reason}).encode() + b"\n"


def _objects(columns: dict[str, Any]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
