"""A generator's answer as a stream, in the formats that clients ask for."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from byoc.errors import RequestError
from byoc.serving import codecs
from byoc.serving.media_types import negotiate

PLAIN = "text/plain"
EVENTS = "text/event-stream"
OFFERED = (codecs.JSON, PLAIN, EVENTS, codecs.JSON_LINES)


class Stream(NamedTuple):
    """What was given, if it belongs to the answer; what is generated, as it comes; whether a stream was asked for."""

    given: str
    parts: Iterator[str]
    asked: bool

    def written(self, accept: str) -> tuple[bytes | Iterator[str], str]:
        """The answer and its type: whole as JSON, part after part as text, events or lines.

        Events and lines are those of Hugging Face's text-generation-inference, less what nobody but it knows.
        """
        chosen = negotiate(accept, OFFERED)
        if chosen is None:
            raise RequestError(406, f"cannot answer in {accept!r}; accept {codecs.one_of(OFFERED)}")
        name = EVENTS if self.asked and chosen.name == codecs.JSON else chosen.name
        if name == codecs.JSON:
            return _json([{"generated_text": self.given + "".join(self.parts)}]).encode() + b"\n", name
        if name == PLAIN:
            return self.parts, f"{PLAIN}; charset=utf-8"
        begin, end = ("data:", "\n\n") if name == EVENTS else ("", "\n")
        return (f"{begin}{_json(told)}{end}" for told in self._told()), name

    def _told(self) -> Iterator[dict[str, Any]]:
        whole = self.given
        for part in self.parts:
            whole += part
            yield {"token": {"text": part}, "generated_text": None}
        yield {"token": None, "generated_text": whole}


def without_stops(parts: Iterator[str], stops: Sequence[str]) -> Iterator[str]:
    """The parts up to the first of the `stops`. What may be the beginning of one is held back until that is known."""
    held = ""
    for part in parts:
        held += part
        found = [place for stop in stops if (place := held.find(stop)) >= 0]
        if found:
            held = held[: min(found)]
            break
        kept = max((_overlap(held, stop) for stop in stops), default=0)
        if len(held) > kept:
            yield held[: len(held) - kept]
            held = held[len(held) - kept :]
    if held:
        yield held


def _overlap(text: str, stop: str) -> int:
    """How much of the text's end is the beginning of `stop`."""
    return next(size for size in range(min(len(text), len(stop)), -1, -1) if text.endswith(stop[:size]))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
