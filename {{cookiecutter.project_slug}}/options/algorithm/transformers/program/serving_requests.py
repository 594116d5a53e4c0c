"""What Hugging Face's clients send, as JSON: `{"inputs": …, "parameters": {…}}`, with every value checked."""

import json
from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from byoc.errors import RequestError, RowError


class Parameters(BaseModel):
    """The names are those of pipelines; each is for one of the tasks, and refused by none."""

    model_config = ConfigDict(extra="forbid", strict=True)

    # text-classification
    top_k: int | None = Field(1, ge=1, description="how many labels; null gives all")
    truncation: bool = Field(True, description="long texts are cut off in any case")
    # text-generation
    max_new_tokens: int = Field(64, ge=1, le=4096)
    do_sample: bool = False
    temperature: float = Field(1.0, gt=0, le=100)
    top_p: float = Field(1.0, gt=0, le=1)
    seed: int | None = Field(None, ge=0, lt=2**63)
    stop: list[Annotated[str, Field(min_length=1)]] = Field([], max_length=16)
    return_full_text: bool = True


class Asked(BaseModel):
    """One request."""

    model_config = ConfigDict(extra="forbid", strict=True)

    inputs: str | Annotated[list[str], Field(min_length=1)]
    parameters: Parameters = Parameters()
    stream: bool = False


def parse(body: bytes) -> Asked | None:
    """The request, or None if it is not of this kind; raises RequestError 400 if it is, but cannot be used."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or "inputs" not in content:
        return None
    try:
        return Asked.model_validate(content)
    except ValidationError as error:
        raise RequestError(400, "; ".join(dict.fromkeys(map(_describe, error.errors())))) from None


def refuse_halves(texts: Iterable[str]) -> None:
    """JSON can hold half of a character (a lone surrogate), which no tokenizer takes: raises RequestError 400."""
    for row, text in enumerate(texts, 1):
        try:
            text.encode()
        except UnicodeEncodeError:
            raise RowError(row, "holds half of a character (a lone surrogate)") from None


def _describe(item: dict[str, Any]) -> str:
    if item["loc"][0] == "inputs":  # of which each kind has a message of its own
        return "inputs must be a text, or a list of at least one text"
    return f"{'.'.join(map(str, item['loc']))}: {item['msg']}"
