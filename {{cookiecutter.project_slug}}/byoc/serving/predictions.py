"""What predict_fn returned, as columns: for each output a list of values, one for each row."""

from math import isfinite
from typing import Any

import numpy as np

from byoc.errors import RequestError, RowError

# What a classifier can be asked for, by the names of SageMaker's own containers. `score` is what its built-in
# algorithms call so: of two labels the probability of the second, of more that of each, of a regression the number.
OUTPUTS = {
    "predicted_label": lambda scores: scores["predicted_label"],
    "probability": lambda scores: np.asarray(scores["probabilities"]).max(axis=1),
    "probabilities": lambda scores: scores["probabilities"],
    "labels": lambda scores: [list(scores["labels"])] * len(scores["predicted_label"]),
    "score": lambda scores: _score(np.asarray(scores["probabilities"])),
}
NUMBER = {"predicted_label", "score"}  # what a regression can be asked for
DEFAULT = ("predicted_label",)
MUST = "it must return one prediction for each row: an array, a list, a Series, a DataFrame, or a dict of lists"
SCORES = {"probabilities", "labels"}  # of a classifier that leaves the choice to us
OWN = (list, tuple, str, bytes, bytearray, memoryview, dict)
NO_FLOATS = {str, bool, int, type(None)}
PLAIN = NO_FLOATS | {float}


def columns(
    prediction: Any, outputs: tuple[str, ...], rows: int | None, handler: str, ours: bool = False
) -> tuple[dict[str, list[Any]], RowError | None]:
    """The columns, and what the log should tell about the first that is no number.

    `rows` is how many were asked about, if that is known; `ours` tells that our own OnnxModel has predicted. NaN and
    infinity, which JSON cannot hold, become None.
    Raises TypeError for what is no prediction for each row, naming the `handler` that returned it; RequestError 406
    where a classifier's outputs are asked of another model.
    """
    if ours and outputs == DEFAULT and isinstance(prediction, dict):  # of most requests: labels of the signature
        return {"predicted_label": prediction["predicted_label"].tolist()}, None
    found, remark = {}, None
    for name, values in _chosen(prediction, outputs, handler).items():
        listed, finite = _listed(values, name, handler)
        expected = rows if rows is not None else len(next(iter(found.values()), listed))
        if len(listed) != expected:
            raise TypeError(f"{handler} returned {len(listed)} predictions for {expected} rows; {MUST}")
        if not finite:
            place = next(place for place, value in enumerate(listed) if not _is_finite(value))
            remark = remark or RowError(
                place + 1, f"has {name} = {listed[place]}; NaN and infinity are answered as null"
            )
            listed = [_without_nan(value) for value in listed]
        found[name] = listed
    return found, remark


def most_probable(scores: dict[str, Any]) -> dict[str, Any]:
    """A classifier's `probabilities` and `labels` with the `predicted_label` of each row before them."""
    places = np.asarray(scores["probabilities"]).argmax(axis=1)
    return {"predicted_label": np.asarray(scores["labels"])[places], **scores}


def _chosen(prediction: Any, outputs: tuple[str, ...], handler: str) -> dict[str, Any]:
    """Which outputs are to be answered: as they are, or made of a classifier's."""
    named = _named(prediction)
    if named is None:
        if not NUMBER.issuperset(outputs):
            asked = ", ".join(outputs)
            reason = f"there is no output {asked!r}, because this model is no classifier; leave `output` out of Accept"
            raise RequestError(406, f"{reason}, and SAGEMAKER_INFERENCE_OUTPUT unset")
        return {"predictions": prediction} if outputs == DEFAULT else dict.fromkeys(outputs, prediction)
    if not len(named):
        raise TypeError(f"{handler} returned an empty dict or table; {MUST}")
    if named.keys() == SCORES and np.shape(named["probabilities"])[1:] == (len(named["labels"]),):
        named = most_probable(named)
    if outputs == DEFAULT and "predicted_label" not in named:  # names of the owner's own
        return {str(name): values for name, values in named.items()}
    chosen = {}
    for name in outputs:
        try:
            chosen[name] = OUTPUTS[name](named) if name == "labels" or name not in named else named[name]
        except KeyError:
            there = ", ".join(map(str, named))
            raise RequestError(406, f"there is no output {name!r}; {handler} returned {there[:200]}") from None
    return chosen


def _named(prediction: Any) -> dict[str, Any] | None:
    """The columns of a dict, of a DataFrame, or of a list of dicts that have the same keys."""
    if isinstance(prediction, dict):
        return prediction
    if hasattr(prediction, "columns") and hasattr(prediction, "to_dict"):  # of pandas or polars
        return {str(name): prediction[name] for name in prediction.columns}
    if isinstance(prediction, list) and prediction and isinstance(prediction[0], dict) and prediction[0]:
        keys = prediction[0].keys()
        if all(isinstance(row, dict) and row.keys() == keys for row in prediction):
            return {str(name): [row[name] for row in prediction] for name in keys}
    return None


def _score(probabilities: np.ndarray) -> np.ndarray:
    return probabilities[:, 1] if probabilities.shape[1] == 2 else probabilities


def _listed(values: Any, name: str, handler: str) -> tuple[list[Any], bool]:
    """Values of an array, or of whatever is like one, as Python's own, and whether all numbers are finite."""
    array = values if isinstance(values, np.ndarray) else _array(values)
    if array is not None and array.ndim:
        kind, values = array.dtype.kind, array.tolist()
        if kind in "biuU":
            return values, True
        if kind == "f" and array.dtype.itemsize <= 8:  # among bytes, as `all()` takes three times as long for a row
            return values, 0 not in np.isfinite(array).tobytes()
    elif not isinstance(values, list | tuple):
        if values is None:
            raise TypeError(f"{handler} returned None; it must return the prediction")
        what = "" if name == "predictions" else f" as {name!r}"
        raise TypeError(f"{handler} returned {type(values).__name__}{what}; {MUST}")
    types = set(map(type, values))
    if types <= NO_FLOATS:
        return list(values), True
    values = list(values) if types <= PLAIN else [_plain(value, handler) for value in values]
    return values, all(map(_is_finite, values))


def _array(values: Any) -> np.ndarray | None:
    """The array of what is like one, and is not Python's own."""
    return None if values is None or isinstance(values, OWN) else np.asarray(values)


def _plain(value: Any, handler: str) -> Any:
    if isinstance(value, np.longdouble):  # of which tolist() makes no float
        return float(value)
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, list | tuple):
        return [_plain(one, handler) for one in value]
    if isinstance(value, dict):
        return {str(name): _plain(one, handler) for name, one in value.items()}
    if type(value).__name__ in ("NAType", "NaTType"):  # pandas' missing values
        return None
    if hasattr(value, "isoformat"):
        return value.isoformat()
    if hasattr(value, "__array__"):  # a tensor
        return _plain(np.asarray(value), handler)
    raise TypeError(f"{handler} returned {type(value).__name__} in a row, which must be numbers or texts")


def _is_finite(value: Any) -> bool:
    if isinstance(value, list | dict):
        return all(map(_is_finite, value.values() if isinstance(value, dict) else value))
    return not isinstance(value, float) or isfinite(value)


def _without_nan(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_nan(one) for one in value]
    if isinstance(value, dict):
        return {name: _without_nan(one) for name, one in value.items()}
    return value if _is_finite(value) else None
