"""Types of values in sagemaker.toml, and what all of its sections have in common."""

import json
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class Section(BaseModel):
    """A table of the file. What it does not know is an error, and nothing is taken for what it is not."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Extended(Section):
    """A table that becomes part of an API request."""

    extra: dict[str, Any] = {}  # merged into that part, with AWS's own names: merged() of extra.py


def _seconds(value: Any) -> Any:
    """ "90m" is 5400; a number is seconds already."""
    if isinstance(value, str):
        found = re.fullmatch(r"([0-9]+)([smhd])", value)
        if not found:
            raise ValueError('must be a number with s, m, h or d, such as "90m", or a number of seconds')
        return int(found[1]) * SECONDS[found[2]]
    return value


def _text(value: Any) -> Any:
    """Hyperparameters and variables are strings to SageMaker; JSON where they are more than a number."""
    return value if isinstance(value, str) else json.dumps(value)


def _number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number")
    return value


def _matching(rule: str, told: str) -> AfterValidator:
    def check(value: str) -> str:
        if not re.fullmatch(rule, value):
            raise ValueError(told)
        return value

    return AfterValidator(check)


Number = Annotated[Any, AfterValidator(_number)]  # whole or not, as it was written
Seconds = Annotated[int, BeforeValidator(_seconds)]
Text = Annotated[str, BeforeValidator(_text)]
Texts = Annotated[dict[str, Text], Field(default_factory=dict)]
InstanceType = Annotated[
    str, _matching(r"ml\.[a-z0-9-]+\.[a-z0-9-]+", "must be one of SageMaker's instance types, such as ml.m5.large")
]
S3Uri = Annotated[
    str, _matching(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?", "must be an S3 URI, such as s3://bucket/prefix")
]
Count = Annotated[int, Field(ge=1)]
Name = Annotated[
    str,
    _matching(r"[a-z0-9]+(-[a-z0-9]+)*", "must be lower-case letters, digits and single hyphens, such as my-model"),
    Field(max_length=63),
]
EndpointName = Annotated[
    str, _matching(r"[a-zA-Z0-9]+(-[a-zA-Z0-9]+)*", "must be letters, digits and single hyphens"), Field(max_length=20)
]
