"""Bidirectional streaming: a WebSocket onto the handler `converse_fn` (X-10 to X-14).

Pings, fragments and close frames are uvicorn's to deal with; what arrives here are whole messages.
"""

import asyncio
import json
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any

from byoc import log
from byoc.serving.handlers import exited
from byoc.serving.response import ERROR_LENGTH

PATH = "/invocations-bidirectional-stream"
END = None

Message = str | bytes


async def hold(converse: Callable[[Iterator[Message]], Iterator[Message]], receive: Any, send: Any) -> None:
    """Hold one conversation to its end; a fault of the handler is told as SageMaker wants to hear it (X-14).

    It has a thread of its own, which waits for messages most of the time.
    """
    inbox: SimpleQueue[Message | None] = SimpleQueue()
    await receive()
    await send({"type": "websocket.accept"})
    listening = asyncio.ensure_future(listen(receive, inbox))
    pool = ThreadPoolExecutor(1)
    loop = asyncio.get_running_loop()
    try:
        answers = iter(converse(iter(inbox.get, END)))
        while (answer := await loop.run_in_executor(pool, next, answers, END)) is not END:
            if listening.done():
                return
            await say(answer, send)
        await send({"type": "websocket.close"})
    except (Exception, SystemExit) as error:
        if listening.done():
            return
        log.line(request=f"WebSocket {PATH}", remark=traceback.format_exc())
        fault = exited(error) if isinstance(error, SystemExit) else f"{type(error).__name__}: {error}"
        reason = f"the model failed: {fault}"[:ERROR_LENGTH]
        await say(json.dumps({"ModelStreamError": {"ErrorCode": "ModelError", "Message": reason}}), send)
        await send({"type": "websocket.close", "code": 1011})
    finally:
        inbox.put(END)
        listening.cancel()
        pool.shutdown(wait=False)


async def refuse(receive: Any, send: Any) -> None:
    """Turn a WebSocket away before it is one: the client gets 403."""
    await receive()
    await send({"type": "websocket.close"})


async def listen(receive: Any, inbox: SimpleQueue) -> None:
    """Pass on what arrives, until the client leaves."""
    while (message := await receive())["type"] == "websocket.receive":
        text = message.get("text")
        inbox.put(message["bytes"] if text is None else text)
    inbox.put(END)


async def say(message: Message, send: Any) -> None:
    await send({"type": "websocket.send", "bytes" if isinstance(message, bytes) else "text": message})
