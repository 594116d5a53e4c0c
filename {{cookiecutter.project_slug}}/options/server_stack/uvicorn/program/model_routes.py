"""The routes of a multi-model endpoint onto byoc/multi_model.py (M-03 to M-13), and nothing else.

What it asks for may take its time, so it is asked in threads.
"""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from inference import Receive, read
from service import inference, models

MODEL = "/models/"


def of(path: str) -> dict[str, Callable[[dict[str, Any], Receive], Awaitable[dict[str, Any]]] | None]:
    """The routes of a path, by method. Names hold any text, slashes included: they are opaque (M-13)."""
    if path == "/models":
        return {"GET": page, "POST": load}
    if not path.startswith(MODEL):
        return {}
    predict = {"POST": None} if path.endswith("/invoke") else {}  # which asgi.py answers
    return {"GET": get, "DELETE": unload, **predict}


async def page(scope: dict[str, Any], receive: Receive) -> dict[str, Any]:
    query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
    asked = query.get("limit", ""), query.get("next_page_token", "")
    return await inference.in_thread(models.page, *asked)


async def load(scope: dict[str, Any], receive: Receive) -> dict[str, Any]:
    return await inference.in_thread(models.load, await read(receive))


async def get(scope: dict[str, Any], receive: Receive) -> dict[str, Any]:
    return await inference.in_thread(models.get, scope["path"].removeprefix(MODEL))


async def unload(scope: dict[str, Any], receive: Receive) -> dict[str, Any]:
    return await inference.in_thread(models.unload, scope["path"].removeprefix(MODEL))
