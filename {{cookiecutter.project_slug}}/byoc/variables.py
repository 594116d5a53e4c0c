"""Settings read from environment variables, each with a default, a rule and a description."""

import difflib
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, fields
from typing import Any, Self

from byoc import console
from byoc.errors import SettingError


def setting(
    variable: str,
    default: Any,
    meaning: str,
    least: int = 1,
    most: float = math.inf,
    choices: tuple[str, ...] = (),
    several: bool = False,
) -> Any:
    """`default` is a value, or a function of the settings above this one; `several` choices stand between commas."""
    known = {"variable": variable, "default": default, "meaning": meaning}
    return field(metadata=known | {"least": least, "most": most, "choices": choices, "several": several})


def nearest(name: str, known: Iterable[str], cutoff: float = 0.7) -> str:
    """The known name that is most like this one, or "": of `max-depth`, `maxDepth` and `max_dept` it is `max_depth`."""
    by_name = {_plain(each): each for each in known}
    close = difflib.get_close_matches(_plain(name), by_name, 1, cutoff)
    return by_name[close[0]] if close else ""


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()


class Variables:
    """What a dataclass of settings has in common."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """Read every setting; raises SettingError for a value that breaks its rule."""
        values: dict[str, Any] = {}
        for each in fields(cls):
            values[each.name] = _read(each, environment, values)
        return cls(**values)

    @classmethod
    def misspelt(cls, environment: Mapping[str, str] = os.environ) -> list[tuple[str, str]]:
        """The variables that are none of these settings, each with the one whose name it is like."""
        known = [each.metadata["variable"] for each in fields(cls)]
        others = [name for name in environment if name.startswith(("BYOC_", "SAGEMAKER_")) and name not in known]
        return [(name, near) for name in others if (near := nearest(name, known, cutoff=0.85))]

    @classmethod
    def markdown_table(cls) -> str:
        """Every setting, as docs/settings.md has them."""
        lines = ["| variable | default | meaning |", "|---|---|---|"]
        for variable, default, word, choices, meaning in cls._told():
            told = f"{word.join(f'`{choice}`' for choice in choices)}: " if choices else ""
            lines.append(f"| `{variable}` | {default and f'`{default}`'} | {told}{meaning} |")
        return "\n".join(lines) + "\n"

    @classmethod
    def as_text(cls) -> str:
        """Every setting, for a terminal."""
        entries = []
        for variable, default, word, choices, meaning in cls._told():
            told = f"{word.join(choices)}: " if choices else ""
            entries.append(console.entry(f"{variable}={default}" if default else variable, told + meaning))
        return "\n".join(entries)

    @classmethod
    def _told(cls) -> Iterator[tuple[str, str, str, tuple[str, ...], str]]:
        """Of every setting: variable, default if it is always the same, the word between choices, choices, meaning."""
        for each in fields(cls):
            known = each.metadata
            default = "" if callable(known["default"]) else str(known["default"])
            word = ", " if known["several"] else " or "
            yield known["variable"], default, word, known["choices"], known["meaning"]


def _read(each: Any, environment: Mapping[str, str], above: dict[str, Any]) -> Any:
    known = each.metadata
    text = environment.get(known["variable"], "").strip()
    if not text:
        return known["default"](above) if callable(known["default"]) else known["default"]
    if each.type is int:
        least, most, choices = known["least"], known["most"], ()
        if text.isdecimal() and text.isascii() and least <= int(text) <= most:
            return int(text)
        rule = f"a whole number above {least - 1}" if most == math.inf else f"a whole number from {least} to {most}"
    else:
        choices = ("true", "false") if each.type is bool else known["choices"]
        if not choices:
            return text
        if known["several"]:
            return ",".join(_chosen(known["variable"], text, choices))
        for choice in choices:
            if text.lower() == choice.lower():  # SageMaker says true, its local mode True (B-02)
                return choice == "true" if each.type is bool else choice
        rule = " or ".join(choices)
    must = f"it must be {rule}, or unset{_hint(text, choices)}"
    raise SettingError(f"{known['variable']}={text!r} cannot be used: {must}")


def _chosen(variable: str, text: str, choices: tuple[str, ...]) -> list[str]:
    """Each of the names between commas, as it is known."""
    by_name = {choice.lower(): choice for choice in choices}
    chosen = []
    for name in map(str.strip, text.split(",")):
        if name.lower() not in by_name:
            rule = f"{name!r} is none of {', '.join(choices)}"
            raise SettingError(f"{variable}={text!r} cannot be used: {rule}{_hint(name, choices)}")
        chosen.append(by_name[name.lower()])
    return chosen


def _hint(name: str, choices: Iterable[str]) -> str:
    near = nearest(name, choices)
    return f"; did you mean {near}?" if near else ""
