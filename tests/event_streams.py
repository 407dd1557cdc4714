"""Reading server-sent events of alerts, as a client of somebody else would."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from tests.eventually import eventually


@dataclass
class Reader:
    """One reader of a stream: every event as it came, and how it ended."""

    answer: httpx.Response
    events: list[dict[str, Any]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    has_ended: bool = False

    async def read(self) -> None:
        """Read to the end; a stream that is cut off raises."""
        event: dict[str, Any] = {}
        async for line in self.answer.aiter_lines():
            name, _, value = line.partition(": ")
            if line.startswith(":"):
                self.comments.append(value)
            elif line:
                event[name] = value
            elif event:
                self.events.append(event | {"alert": orjson.loads(event["data"])})
                event = {}
        self.has_ended = True

    @property
    def numbers(self) -> list[int]:
        return [int(event["id"]) for event in self.events]

    @property
    def told(self) -> list[tuple[str, str, str]]:
        """Event, crossing, and how the alert then stood."""
        return [
            (one["event"], one["alert"]["crossing"], one["alert"]["state"]) for one in self.events
        ]

    async def reads(self, count: int, within: float = 10) -> None:
        await eventually(
            lambda: len(self.events) >= count, within=within, because=f"{count} events come"
        )


@asynccontextmanager
async def reading(
    client: httpx.AsyncClient, address: str, headers: Mapping[str, str]
) -> AsyncIterator[Reader]:
    """A reader that has got its answer, which must be 200; it goes away after the block."""
    async with client.stream("GET", address, headers=headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        reader = Reader(answer)
        task = asyncio.create_task(reader.read())
        try:
            yield reader
        finally:
            task.cancel()
            await asyncio.wait([task])
