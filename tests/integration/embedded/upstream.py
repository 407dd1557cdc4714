"""A stand-in for a service behind the gateway: tells what reached it, byte by byte."""

import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson
import uvicorn

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


async def tell(scope: Message, receive: Receive, send: Send) -> None:
    """Answer with the raw path, query, headers and the length of the body; or stream."""
    if scope["path"].endswith("/stream"):
        await stream(receive, send)
        return
    length = 0
    while True:
        message = await receive()
        length += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    told = {
        "path": scope["raw_path"].decode(),
        "query": scope["query_string"].decode(),
        "headers": [[name.decode(), value.decode()] for name, value in scope["headers"]],
        "length": length,
    }
    await send({"type": "http.response.start", "status": 200, "headers": [(b"etag", b'"1"')]})
    await send({"type": "http.response.body", "body": orjson.dumps(told)})


async def stream(receive: Receive, send: Send) -> None:
    """One event, and then nothing until the other side goes away."""
    headers = [(b"content-type", b"text/event-stream")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"data: first\n\n", "more_body": True})
    while (await receive())["type"] != "http.disconnect":
        continue


if __name__ == "__main__":
    uvicorn.run(tell, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", lifespan="off")
