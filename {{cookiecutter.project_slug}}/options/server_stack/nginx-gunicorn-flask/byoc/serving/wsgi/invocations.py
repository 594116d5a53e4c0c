"""The invocations as a WSGI application, without Flask. https://peps.python.org/pep-3333/"""

from collections import deque
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from typing import Any

from byoc import log
from byoc.errors import RequestError
from byoc.serving.metrics import INVOCATIONS, MODEL_INVOCATIONS, Metrics
from byoc.serving.response import Response, refusal
from byoc.serving.wsgi.overdue import Watch
from byoc.settings import Settings

STATUS_LINES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}
FULL = refusal(503, "too many requests are waiting already; try again later")
NO_ANSWER = refusal(503, "the model gave no answer: it took too long, or its worker ended; see the log")
LAST_WORDS = (
    f"HTTP/1.1 {STATUS_LINES[503]}\r\nConnection: close\r\nContent-Type: {NO_ANSWER.content_type}\r\n"
    f"Content-Length: {len(NO_ANSWER.body)}\r\n\r\n"
).encode() + NO_ANSWER.body


class Invocations:
    """Answers what `respond(path, body, content_type, accept, encoding)` does, and counts it."""

    def __init__(self, settings: Settings, metrics: Metrics, respond: Callable[..., Response]):
        self._timeout = settings.timeout
        self._metrics = metrics
        self._respond = respond
        # Each request under way takes a place. Where gunicorn listens itself, its threads are the only queue (S-49).
        self._places = places = deque(range(settings.places))
        self._route = MODEL_INVOCATIONS if settings.multi_model else INVOCATIONS
        self._waits_in_time = settings.multi_model  # who waits for a model's process waits no longer than that
        self.tell_alive: Callable[[], object] = lambda: None
        # In a worker with threads only: one without is ended by gunicorn.
        self._watch = Watch(settings.timeout, lambda: settings.places - len(places))

    def __call__(self, environ, start_response):
        began = self._metrics.begin()
        try:
            place = self._places.pop()
        except IndexError:
            place = None
        answer, received = FULL, 0
        if place is not None:
            try:
                answer, received = self._answer(environ)
            except BaseException:  # of a handler's that `respond` lets pass, such as KeyboardInterrupt
                self._end(place, began, 500, 0, 0)
                raise
        end = partial(self._end, place, began, answer.status, received)
        if not isinstance(answer.body, bytes):
            return self._parts(answer, environ, start_response, end)
        end(len(answer.body))
        start(answer, environ, start_response, ("Content-Length", str(len(answer.body))))
        return [answer.body]

    def _end(self, place: int | None, began: float, status: int, received: int, sent: int) -> None:
        if place is not None:
            self._places.append(place)
        self._metrics.end(self._route, began, status, received, sent)

    def _answer(self, environ) -> tuple[Response, int]:
        """The answer, and how many bytes were received."""
        body = b""
        try:
            body = self._read(environ)
            headers = [environ.get(name, "") for name in ("CONTENT_TYPE", "HTTP_ACCEPT", "HTTP_CONTENT_ENCODING")]
            asked = environ["PATH_INFO"], body, *headers
            return self._in_time(environ, LAST_WORDS, self._respond, *asked), len(body)
        except RequestError as error:
            return refusal(error.status, str(error)), 0
        except SystemExit:  # gunicorn ends this worker, which was at it for too long (S-45)
            return NO_ANSWER, len(body)

    def _parts(self, answer, environ, start_response, end) -> Iterator[bytes]:
        """A stream: it ends when all is sent, it breaks off, or the client leaves (X-01 to X-05).

        Each part has to be in time; of one that is not, the client sees that the connection breaks.
        """
        sent = 0
        try:
            start(answer, environ, start_response, ("X-Accel-Buffering", "no"))  # nginx's, for X-02
            while (part := self._in_time(environ, b"", next, answer.body, None)) is not None:
                yield part
                sent += len(part)
                self.tell_alive()
        finally:
            end(sent)

    def _in_time(self, environ, last_words: bytes, work: Callable[..., Any], *arguments: Any) -> Any:
        if self._waits_in_time or not environ["wsgi.multithread"]:
            return work(*arguments)
        with self._watch.over(environ, last_words):
            return work(*arguments)

    def _read(self, environ) -> bytes:
        """The whole body, chunked or not; raises RequestError if it is not all there."""
        if environ["wsgi.multithread"]:  # nginx would have waited for it
            environ["gunicorn.socket"].settimeout(self._timeout)
        try:
            body = environ["wsgi.input"].read()
        except RequestError:  # of a limit of the owner's
            raise
        except TimeoutError:
            raise RequestError(408, f"the body did not come within {self._timeout} s") from None
        except OSError:
            raise RequestError(400, "the body was cut off before the end of its last chunk") from None
        except Exception as error:  # gunicorn has an exception of its own for each way a chunk can be malformed
            raise RequestError(400, f"the body cannot be read: {error}") from None
        length = environ.get("CONTENT_LENGTH")
        if length and int(length) != len(body):
            raise RequestError(400, f"the body has {len(body)} bytes, but its Content-Length is {length}")
        return body


def start(answer: Response, environ, start_response, length: tuple[str, str]) -> None:
    """Status and headers, among which is `length`, and the line for the log."""
    if answer.remark:
        log.request(environ, status=answer.status, remark=answer.remark)
    headers = [("Content-Type", answer.content_type), length]
    attributes = environ.get("HTTP_X_AMZN_SAGEMAKER_CUSTOM_ATTRIBUTES")
    if attributes and len(attributes) <= 1024 and attributes.isascii() and attributes.isprintable():
        headers.append(("X-Amzn-SageMaker-Custom-Attributes", attributes))  # else the client would not see them (S-48)
    start_response(STATUS_LINES[answer.status], headers)
