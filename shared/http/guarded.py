"""What every answer tells browsers and caches, unless its route says otherwise."""

from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

SAFE = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
ONLY_BY_TLS = {"Strict-Transport-Security": "max-age=31536000"}


def safe_headers(public_address: str) -> list[tuple[bytes, bytes]]:
    """What is told, as it is sent; who is reached by TLS wants to be reached so from now on."""
    said = SAFE | (ONLY_BY_TLS if public_address.startswith("https:") else {})
    return [(name.lower().encode(), value.encode()) for name, value in said.items()]


class GuardedApp(FastAPI):
    """Adds them where all answers leave: a middleware would not see those to failures."""

    safe = safe_headers("")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guard(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}
                more = [header for header in self.safe if header[0] not in own]
                message["headers"] = [*message["headers"], *more]
            await send(message)

        await super().__call__(scope, receive, guard)
