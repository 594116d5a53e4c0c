"""The page at `/` to try the model by hand. Off unless BYOC_PLAYGROUND is true."""

import json
from dataclasses import asdict
from pathlib import Path

from byoc.serving import codecs
from byoc.signature import Signature

PAGE = Path(__file__).with_suffix(".html")
PLACE = b">null<"  # of the page's one JSON island


def page(signature: Signature | None) -> bytes:
    """The whole page, HTML in UTF-8: with a form of the signature's features, or without one for a body of any kind."""
    return PAGE.read_bytes().replace(PLACE, b">" + _island(signature) + b"<", 1)


def _island(signature: Signature | None) -> bytes:
    """JSON that a script element can hold: no name ends the element, and NaN, which JSON lacks, becomes a text."""
    known = {"signature": asdict(signature) if signature else None, "content_types": list(codecs.DECODERS)}
    strict = json.dumps(json.loads(json.dumps(known), parse_constant=str))
    return strict.replace("<", r"\u003c").encode()
