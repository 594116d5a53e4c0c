"""How a request becomes an answer: SageMaker's handlers, for a classifier and for a generator.

The classifier is ONNX and needs no PyTorch (serving_classifier.py); the generator does (serving_generator.py).
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import serving_requests
from byoc.errors import RequestError
from byoc.serving import codecs
from byoc.serving.codecs.charsets import in_utf8
from byoc.serving.default_handlers import decode_records, encode, media_type
from byoc.serving.media_types import negotiate
from byoc.serving.onnx_model import FILE_NAME
from byoc.settings import Settings
from serving_classifier import RECORD, TextClassifier

PLAIN = "text/plain"


def model_fn(model_dir: Path) -> Any:
    """The model that training left: a classifier is ONNX, and a generator is not."""
    folder = Path(model_dir)
    if (folder / FILE_NAME).exists() or not (folder / "config.json").exists():
        return TextClassifier(folder)
    from serving_generator import TextGenerator  # brings PyTorch, which takes a while and hundreds of megabytes

    return TextGenerator(folder)


def input_fn(request_body: bytes, content_type: str) -> Any:
    """What Hugging Face's clients ask, a plain text, or else texts (rows) in any of the formats of byoc/codecs."""
    name, charset = media_type(content_type)
    if name == PLAIN:
        return _text(request_body, charset or "utf-8")
    if name == codecs.JSON and (asked := serving_requests.parse(request_body)):
        return asked
    return decode_records(request_body, content_type, RECORD)


def predict_fn(data: Any, model: Any) -> Any:
    return model.answer(data)


def output_fn(prediction: Any, accept: str) -> tuple[bytes | Iterator[bytes], str]:
    """A generator's answer has a form for each media type; a classifier's list is JSON, the rest byoc/codecs writes."""
    if hasattr(prediction, "written"):
        return prediction.written(accept)
    if isinstance(prediction, dict):
        return encode(prediction, accept, _default_output())
    if negotiate(accept, (codecs.JSON,)) is None:
        reason = 'a request of {"inputs": …} cannot be answered in'
        raise RequestError(406, f"{reason} {accept!r}; accept {codecs.JSON}")
    return json.dumps(prediction, ensure_ascii=False).encode() + b"\n", codecs.JSON


@cache
def _default_output() -> str:
    return Settings.from_environment().output


def _text(body: bytes, charset: str) -> str:
    text = in_utf8(body, charset).decode()
    if not text.strip():
        raise RequestError(400, codecs.EMPTY)
    return text
