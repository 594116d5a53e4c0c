"""The predictor: from a request's bytes to a response's bytes. It knows no web framework."""

import traceback
from collections import Counter
from collections.abc import Iterator
from functools import partial
from inspect import isgeneratorfunction
from pathlib import Path
from types import ModuleType
from typing import Any

from byoc.errors import RequestError, RowError
from byoc.paths import Paths
from byoc.serving import batch, codecs, handlers
from byoc.serving.codecs import content_encoding
from byoc.serving.default_handlers import check, check_number, encode, media_type, predict, reader, response_format
from byoc.serving.micro_batches import MicroBatches
from byoc.serving.predictions import MUST
from byoc.serving.response import Response, answered, as_bytes, check_json, in_parts, refusal
from byoc.settings import Settings
from byoc.signature import Signature

# Characters of Content-Type and of Accept, as of SageMaker's own API.
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
HEADER = 1024
TOO_LONG = f"Content-Type or Accept is longer than {HEADER} characters; name one media type, or a few"


class Predictor:
    """One loaded model and the handlers that turn requests into responses."""

    def __init__(self, model_dir: Path, settings: Settings, module: ModuleType | None = None):
        """Load the model, for the handlers that `module`, the project's predictor.py, defines, and else for ours.

        Raises ModelError if there is no model that can be served, SettingError for an answer that is never given.
        """
        own = handlers.of(module)
        check(settings, own)
        self.settings = settings
        self.has_handlers = bool(own)  # whose pace nobody knows
        self._model = handlers.model_fn(module)(model_dir)
        if not (own or settings.multi_model or self._model.classifies):
            check_number(settings)
        self._record = getattr(self._model, "record", None)
        self._input_fn = own.get("input_fn", reader(self._model))
        self._predict_fn = own.get("predict_fn", predict)
        self._output_fn = own.get("output_fn")
        self._reads = "input_fn" not in own  # so that it is known how many rows there are
        self._predicts = "predict_fn" if "predict_fn" in own else "the model's predict"
        self._ours = not own.keys() & {"model_fn", "predict_fn"}
        self._answers = next((name for name in ("transform_fn", "output_fn") if name in own), "")
        self._marks = settings.bad_records == "mark"
        own_answer = isgeneratorfunction(self._predict_fn) or own.keys() & {"output_fn", "transform_fn"}
        if settings.micro_batch_ms:
            limits = settings.micro_batch_ms / 1000, settings.micro_batch_rows, settings.timeout
            self._predict_fn = MicroBatches(self._predict_fn, *limits)
        ours = not (own_answer or "input_fn" in own)
        # Handlers of the project's own may promise it, too: a line of a request has one of the answer.
        self._line_by_line = getattr(self._model, "line_by_line", ours)
        signature = getattr(self._model, "signature", None)
        self.signature = signature if isinstance(signature, Signature) and self._line_by_line else None
        self._transform_fn = own.get("transform_fn", self._transform)
        self.converse = partial(own["converse_fn"], self._model) if "converse_fn" in own else None

    @classmethod
    def from_environment(cls, module: ModuleType) -> "Predictor":
        return cls(Paths.from_environment().model, Settings.from_environment(), module)

    def respond(self, body: bytes, content_type: str, accept: str, encoding: str = "") -> Response:
        """Answer one `/invocations` request; the header values are as sent, "" where there is none.

        `encoding` is Content-Encoding.

        Never raises: what is wrong with the request is a 4xx with one sentence (S-43, S-44); a fault of the model
        is a 500, and its traceback is for the log.
        """
        content_type = content_type or codecs.CSV
        if len(content_type) > HEADER or len(accept) > HEADER:
            return refusal(431, TOO_LONG)
        if accept in ("", "*/*"):
            same = media_type(content_type)[0] in codecs.ENCODERS
            accept = self.settings.accept or (content_type if same else codecs.JSON)
        try:
            if encoding:
                body = content_encoding.decoded(body, encoding, self.settings.max_payload)
            answer = self._transform_fn(self._model, body, content_type, accept)
            own = self._answers == "transform_fn"
            body, content_type, *remark = answered(answer, accept, "transform_fn") if own else answer
            if not isinstance(body, bytes):
                handler = self._answers or "predict_fn"
                body = in_parts(body, handler) if isinstance(body, Iterator) else as_bytes(body, handler)
            if self._answers and isinstance(body, bytes):
                check_json(body, content_type, self._answers)
            return Response(200, body, content_type, *map(str, remark))
        except RequestError as error:
            return refusal(error.status, str(error))
        except MemoryError:
            return refusal(507, "there is not enough memory for this request", traceback.format_exc())  # M-12
        except SystemExit as end:
            if not (told := handlers.exited(end)):
                raise
            return refusal(500, f"the model failed on this request: {told}", traceback.format_exc())
        except Exception as error:
            reason = f"the model failed on this request: {handlers.told(error)}"
            return refusal(500, reason, traceback.format_exc())

    def _transform(self, model: Any, body: bytes, content_type: str, accept: str) -> Any:
        if (len(body) > batch.PIECE or self._marks) and self._line_by_line:
            return self._transform_lines(body, content_type, accept)
        return self._transform_whole(body, content_type, accept)

    def _transform_whole(self, body: bytes, content_type: str, accept: str) -> Any:
        data = self._input_fn(body, content_type)
        prediction = self._predict_fn(data, self._model)
        if self._output_fn:
            return answered(self._output_fn(prediction, accept), accept, "output_fn")
        rows = len(data) if self._reads else None
        return encode(prediction, accept, self.settings.output, rows, self._predicts, self._ours)

    def _transform_lines(self, body: bytes, content_type: str, accept: str) -> Any:
        """Line by line, if both request and answer have a line a row (B-09, B-11)."""

        def answer(piece: bytes) -> bytes:
            lines, _, *remark = self._transform_whole(header + piece, sent, accept)
            if not isinstance(lines, bytes):
                raise TypeError(f"{self._predicts} returned {type(lines).__name__}; {MUST}")
            remarks.extend(one.below(rows.total()) for one in remark)
            rows["answered"] += batch.count(piece)
            return lines

        def mark(reason: str) -> bytes:
            reasons.append(reason)
            rows["marked"] += 1
            return codecs.BAD_RECORDS[given](reason)

        reasons: list[str] = []
        remarks: list[RowError] = []
        rows: Counter[str] = Counter()
        sent, charset = media_type(content_type)
        given, _ = response_format(accept, self.settings.output)
        if not {sent, given} <= codecs.BAD_RECORDS.keys():
            return self._transform_whole(body, content_type, accept)
        body = codecs.text(body, sent, charset)
        header = codecs.header(body, sent, self._record) if self._record else b""
        lines = batch.by_lines(body[len(header) :], answer, mark if self._marks else None)
        marked = [f"marked {len(reasons)} bad records, the first: {reasons[0]}"] if reasons else []
        return lines, given, "; ".join([*marked, *map(str, remarks[:1])])
