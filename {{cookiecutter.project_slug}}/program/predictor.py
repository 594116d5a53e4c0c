"""The scoring service: a request's bytes in, a response's bytes out. It knows no web framework."""

import traceback
from collections.abc import Callable, Iterator
from functools import lru_cache, partial
from inspect import isgeneratorfunction
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from byoc import batch, codecs, handlers
from byoc.codecs.records import Record
from byoc.errors import RequestError
from byoc.media_types import MediaType, negotiate
from byoc.micro_batches import MicroBatches
from byoc.onnx_model import OnnxModel
from byoc.paths import Paths
from byoc.settings import Settings
from byoc.signature import Signature

ALGORITHM = Path(__file__).with_name("algorithm.py")

# SageMaker passes this many characters of an error's body on to the client (S-44).
ERROR_LENGTH = 2048

# What a classifier can be asked for, by the names of SageMaker's own containers.
OUTPUTS = {
    "predicted_label": lambda scores: scores["predicted_label"].tolist(),
    "probability": lambda scores: scores["probabilities"].max(axis=1).tolist(),
    "probabilities": lambda scores: scores["probabilities"].tolist(),
    "labels": lambda scores: [list(scores["labels"])] * len(scores["predicted_label"]),
}


class Response(NamedTuple):
    """What goes to the client, and `remark`, what the log should tell about it.

    A body in parts leaves part by part, as they are made (X-01).
    """

    status: int
    body: bytes | Iterator[bytes]
    content_type: str
    remark: str = ""


class Predictor:
    """One loaded model and the handlers that turn requests into responses."""

    def __init__(self, model_dir: Path, settings: Settings, algorithm: Path = ALGORITHM):
        """Load the model; raises ModelError if there is none that can be served."""
        own = handlers.find(algorithm)
        self.settings = settings
        self.has_handlers = bool(own)  # whose pace nobody knows
        self._model = own.get("model_fn", OnnxModel)(model_dir)
        self._record = getattr(self._model, "record", None)
        self._input_fn = own.get("input_fn", reader(self._model))
        self._predict_fn = own.get("predict_fn", predict)
        self._output_fn = own.get("output_fn", partial(encode, default_output=settings.output))
        self._marks = settings.bad_records == "mark"
        own_answer = isgeneratorfunction(self._predict_fn) or own.keys() & {"output_fn", "transform_fn"}
        if settings.micro_batch_ms:
            limits = settings.micro_batch_ms / 1000, settings.micro_batch_rows, settings.timeout
            self._predict_fn = MicroBatches(self._predict_fn, *limits)
        ours = not (own_answer or "input_fn" in own)
        # Handlers of an algorithm's own may promise it, too: a line of a request has one of the answer.
        self._line_by_line = getattr(self._model, "line_by_line", ours)
        signature = getattr(self._model, "signature", None)
        self.signature = signature if isinstance(signature, Signature) and self._line_by_line else None
        self._transform_fn = own.get("transform_fn", self._transform)
        self.converse = partial(own["converse_fn"], self._model) if "converse_fn" in own else None

    @classmethod
    def from_environment(cls) -> "Predictor":
        return cls(Paths.from_environment().model, Settings.from_environment())

    def respond(self, body: bytes, content_type: str, accept: str) -> Response:
        """Answer one `/invocations` request; the header values are as sent, "" where there is none.

        Never raises: what is wrong with the request is a 4xx with one sentence (S-43, S-44); a fault of the model
        is a 500, and its traceback is for the log.
        """
        content_type = content_type or codecs.CSV
        if accept in ("", "*/*"):
            same = media_type(content_type)[0] in codecs.ENCODERS
            accept = self.settings.accept or (content_type if same else codecs.JSON)
        try:
            answer = self._transform_fn(self._model, body, content_type, accept)
            body, content_type, *remark = answer if isinstance(answer, tuple) else (answer, accept)
            if not isinstance(body, bytes):
                body = in_parts(body) if isinstance(body, Iterator) else as_bytes(body)
            return Response(200, body, content_type, *remark)
        except RequestError as error:
            return refusal(error.status, str(error))
        except MemoryError:
            return refusal(507, "there is not enough memory for this request", traceback.format_exc())  # M-12
        except Exception as error:
            reason = f"the model failed on this request: {type(error).__name__}: {error}"
            return refusal(500, reason, traceback.format_exc())

    def _transform(self, model: Any, body: bytes, content_type: str, accept: str) -> Any:
        if (len(body) > batch.PIECE or self._marks) and self._line_by_line:
            return self._transform_lines(model, body, content_type, accept)
        return self._output_fn(self._predict_fn(self._input_fn(body, content_type), model), accept)

    def _transform_lines(self, model: Any, body: bytes, content_type: str, accept: str) -> Any:
        """Line by line, if both request and answer have a line a row (B-09, B-11)."""

        def answer(piece: bytes) -> bytes:
            return self._output_fn(self._predict_fn(self._input_fn(header + piece, sent), model), accept)[0]

        def mark(reason: str) -> bytes:
            reasons.append(reason)
            return codecs.BAD_RECORDS[given](reason)

        reasons: list[str] = []
        sent, charset = media_type(content_type)
        given, _ = response_format(accept, self.settings.output)
        if not {sent, given} <= codecs.BAD_RECORDS.keys():
            return self._output_fn(self._predict_fn(self._input_fn(body, content_type), model), accept)
        body = codecs.in_utf8(body, charset) if charset else body
        header = codecs.header(body, sent, self._record) if self._record else b""
        lines = batch.by_lines(body[len(header) :], answer, mark if self._marks else None)
        remark = f"marked {len(reasons)} bad records, the first: {reasons[0]}" if reasons else ""
        return lines, given, remark


def as_bytes(part: Any) -> bytes:
    return part if isinstance(part, bytes) else str(part).encode()


def in_parts(body: Iterator[Any]) -> Iterator[bytes]:
    """The first part is made at once: what fails before it can still be refused in full (X-04)."""
    return map(as_bytes, chain([next(body, b"")], body))


def refusal(status: int, reason: str, remark: str = "") -> Response:
    """An error's response: plain text, short enough to reach the client whole (S-44)."""
    body = f"{reason[: ERROR_LENGTH - 1]}\n".encode(errors="replace")  # JSON can hold what UTF-8 cannot
    return Response(status, body, "text/plain; charset=utf-8", remark or reason)


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
