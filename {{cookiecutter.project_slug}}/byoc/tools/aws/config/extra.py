"""`extra` tables: what AWS has and sagemaker.toml has no name for."""

from typing import Any


def merged(request: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    """A new request with `extra` laid over it: tables go into tables, all else replaces what was there."""
    result = dict(request)
    for name, value in extra.items():
        both = isinstance(value, dict) and isinstance(result.get(name), dict)
        result[name] = merged(result[name], value) if both else value
    return result
