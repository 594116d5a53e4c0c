"""Settings read from environment variables, each with a default, a rule and a description."""

import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import field, fields
from typing import Any, Self

from byoc import console
from byoc.errors import SettingError


def setting(
    variable: str, default: Any, meaning: str, least: int = 1, most: float = math.inf, choices: tuple[str, ...] = ()
) -> Any:
    """`default` is a value, or a function of the settings above this one."""
    known = {"variable": variable, "default": default, "meaning": meaning}
    return field(metadata=known | {"least": least, "most": most, "choices": choices})


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
    def markdown_table(cls) -> str:
        """Every setting, as docs/settings.md has them."""
        lines = ["| variable | default | meaning |", "|---|---|---|"]
        for variable, default, choices, meaning in cls._told():
            told = f"{' or '.join(f'`{choice}`' for choice in choices)}: " if choices else ""
            lines.append(f"| `{variable}` | {default and f'`{default}`'} | {told}{meaning} |")
        return "\n".join(lines) + "\n"

    @classmethod
    def as_text(cls) -> str:
        """Every setting, for a terminal."""
        entries = []
        for variable, default, choices, meaning in cls._told():
            told = f"{' or '.join(choices)}: " if choices else ""
            entries.append(console.entry(f"{variable}={default}" if default else variable, told + meaning))
        return "\n".join(entries)

    @classmethod
    def _told(cls) -> Iterator[tuple[str, str, tuple[str, ...], str]]:
        """Of every setting the variable, the default if it is always the same, the choices and the meaning."""
        for each in fields(cls):
            known = each.metadata
            default = "" if callable(known["default"]) else str(known["default"])
            yield known["variable"], default, known["choices"], known["meaning"]


def _read(each: Any, environment: Mapping[str, str], above: dict[str, Any]) -> Any:
    known = each.metadata
    text = environment.get(known["variable"], "").strip()
    if not text:
        return known["default"](above) if callable(known["default"]) else known["default"]
    if each.type is int:
        least, most = known["least"], known["most"]
        if text.isdecimal() and text.isascii() and least <= int(text) <= most:
            return int(text)
        rule = f"a whole number above {least - 1}" if most == math.inf else f"a whole number from {least} to {most}"
    else:
        choices = ("true", "false") if each.type is bool else known["choices"]
        if not choices:
            return text
        for choice in choices:
            if text.lower() == choice.lower():  # SageMaker says true, its local mode True (B-02)
                return choice == "true" if each.type is bool else choice
        rule = " or ".join(choices)
    raise SettingError(f"{known['variable']}={text!r} cannot be used: it must be {rule}, or unset")
