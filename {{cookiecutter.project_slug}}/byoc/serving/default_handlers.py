"""The handlers where the project's predictor.py defines none: from a body to rows, and from scores to a body."""

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from typing import Any

import numpy as np

from byoc.errors import RequestError
from byoc.serving import codecs
from byoc.serving.codecs.records import Record
from byoc.serving.media_types import MediaType, negotiate

# What a classifier can be asked for, by the names of SageMaker's own containers.
OUTPUTS = {
    "predicted_label": lambda scores: scores["predicted_label"].tolist(),
    "probability": lambda scores: scores["probabilities"].max(axis=1).tolist(),
    "probabilities": lambda scores: scores["probabilities"].tolist(),
    "labels": lambda scores: [list(scores["labels"])] * len(scores["predicted_label"]),
}


def reader(model: Any) -> Callable[[bytes, str], np.ndarray]:
    """The `input_fn` for a model: chosen when it is loaded, so that rows of numbers take no detour."""
    if record := getattr(model, "record", None):
        return partial(decode_records, record=record)
    return partial(decode, features=getattr(model, "feature_names", None))


def decode_records(body: bytes, content_type: str, record: Record) -> np.ndarray:
    """The `input_fn` for rows whose columns differ: the array of codecs/records.py."""
    name, charset = media_type(content_type)
    return codecs.decode_records(body, name, record, charset)


def decode(body: bytes, content_type: str, features: list[str] | None) -> np.ndarray:
    """The `input_fn` for rows of numbers: float32, shape (rows, features)."""
    name, charset = media_type(content_type)
    return codecs.decode(body, name, features, charset)


def predict(data: np.ndarray, model: Any) -> Any:
    """The `predict_fn` for anything with a `predict` method."""
    return model.predict(data)


def encode(prediction: Any, accept: str, default_output: str) -> tuple[bytes | Iterator[Any], str]:
    """The `output_fn`: what a classifier was asked for, or else an array's rows, in the type asked for.

    Of a `predict_fn` that yields, the parts are the answer. Raises RequestError 406 where a classifier's outputs are
    asked of an array; `predicted_label` is what SageMaker's own containers call a number, too.
    """
    if isinstance(prediction, Iterator):
        return prediction, accept
    if prediction is None:
        raise TypeError("predict_fn returned None; it must return the prediction")
    content_type, outputs = response_format(accept, default_output)
    if isinstance(prediction, dict):
        columns = {name: OUTPUTS[name](prediction) for name in outputs}
    elif outputs != ("predicted_label",):
        asked = ", ".join(outputs)
        reason = f"there is no output {asked!r}, because this model is no classifier; leave `output` out of Accept"
        raise RequestError(406, f"{reason}, and SAGEMAKER_INFERENCE_OUTPUT unset")
    else:
        columns = {"predictions": np.asarray(prediction).tolist()}
    return codecs.encode(columns, content_type), content_type


# Clients repeat themselves, so each of the few headers they send is taken apart once.
@lru_cache(maxsize=256)
def media_type(content_type: str) -> tuple[str, str]:
    """The media type's name, and the charset if the body has to be turned into UTF-8."""
    parsed = MediaType.parse(content_type)
    charset = parsed.parameters.get("charset", "").lower()
    return parsed.name, "" if charset in ("utf-8", "utf8", "us-ascii") else charset


@lru_cache(maxsize=256)
def response_format(accept: str, default_output: str) -> tuple[str, tuple[str, ...]]:
    """The content type to answer with, and the outputs: `text/csv; output="predicted_label,probabilities"`."""
    chosen = negotiate(accept, tuple(codecs.ENCODERS))
    if chosen is None:
        raise RequestError(406, f"cannot answer in {accept!r}; accept {codecs.one_of(codecs.ENCODERS)}")
    names = tuple(name.strip() for name in chosen.parameters.get("output", default_output).split(","))
    unknown = [name for name in names if name not in OUTPUTS]
    if unknown:
        raise RequestError(406, f"there is no output {unknown[0]!r}; ask for {', '.join(OUTPUTS)}")
    return chosen.name, names
