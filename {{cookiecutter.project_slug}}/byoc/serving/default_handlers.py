"""The handlers where the project's predictor.py defines none: from a body to rows, and from scores to a body."""

from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from inspect import isgeneratorfunction
from typing import Any

import numpy as np

from byoc.errors import RequestError, SettingError
from byoc.serving import codecs, predictions
from byoc.serving.codecs.records import Record
from byoc.serving.media_types import MediaType, negotiate
from byoc.serving.predictions import OUTPUTS
from byoc.settings import Settings
from byoc.variables import nearest


def check(settings: Settings, own: dict[str, Callable[..., Any]]) -> None:
    """Raise SettingError for an answer's type that nobody gives; handlers of the project's own may give any."""
    if own.keys() & {"output_fn", "transform_fn"} or isgeneratorfunction(own.get("predict_fn")):
        return
    try:
        response_format(settings.accept, settings.output)
    except RequestError as error:
        near = nearest(settings.accept, codecs.ENCODERS)
        hint = f"; did you mean {near}?" if near else ", or define output_fn in predictor.py"
        reason = f"SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT={settings.accept!r} cannot be used: {error}{hint}"
        raise SettingError(reason) from None


def check_number(settings: Settings) -> None:
    """Raise SettingError for outputs that only a classifier has, where the model gives a number a row."""
    if not predictions.NUMBER.issuperset(settings.outputs):
        wrong = f"SAGEMAKER_INFERENCE_OUTPUT={settings.output!r} cannot be used: this model is no classifier"
        raise SettingError(f"{wrong}; unset it, or ask for {' or '.join(sorted(predictions.NUMBER))}")


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


def encode(
    prediction: Any,
    accept: str,
    default_output: str,
    rows: int | None = None,
    handler: str = "predict_fn",
    ours: bool = False,
) -> tuple[Any, ...]:
    """The `output_fn`: what a classifier was asked for, or else an array's rows, in the type asked for.

    Of a `predict_fn` that yields, the parts are the answer. A third item is what the log should tell. The last
    three, and what is raised, are as of predictions.columns.
    """
    if isinstance(prediction, Iterator):
        return prediction, accept
    content_type, outputs = response_format(accept, default_output)
    columns, remark = predictions.columns(prediction, outputs, rows, handler, ours)
    body = codecs.encode(columns, content_type)
    return (body, content_type, remark) if remark else (body, content_type)


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
