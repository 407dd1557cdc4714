"""A wire to PostgreSQL that breaks at the worst moment: around a COMMIT."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

COMMIT = b"COMMIT;"
OPENING_BYTES = 1000
"""A session says within so many whose it is."""


@dataclass
class Wire:
    """Forwards bytes both ways; `breaks` says at which side of a COMMIT it ends.

    It is the next COMMIT of a session that carried `mark` since its last one, and `user` in its
    opening: others commit, too.
    """

    port: int
    server_port: int
    breaks: str | None = None
    mark: bytes = b""
    user: bytes = b""
    broken: int = 0
    ends: list[asyncio.StreamWriter] = field(default_factory=list)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", self.server_port)
        answers = asyncio.create_task(pour(there, writer))
        self.ends += (writer, back)
        opening = carried = b""
        with suppress(ConnectionError):
            while said := await reader.read(65536):
                opening = (opening + said)[:OPENING_BYTES]
                carried += said
                if COMMIT in said:
                    if self.breaks and self.mark in carried and self.user in opening:
                        # At once: another session may commit while this one ends.
                        side, self.breaks = self.breaks, None
                        await end(answers)
                        if side == "after":
                            back.write(said)
                            await there.read(65536)  # it is committed, and nobody is told
                        self.broken += 1
                        break
                    carried = b""
                back.write(said)
        await end(answers)
        writer.close()
        back.close()


async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Forward whatever comes, until the end."""
    with suppress(ConnectionError):
        while said := await reader.read(65536):
            writer.write(said)
    writer.close()


async def end(task: asyncio.Task[None]) -> None:
    """Cancel a task, and return when it is over."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@asynccontextmanager
async def a_wire(server_port: int) -> AsyncIterator[Wire]:
    """A wire to a server on this machine."""
    wire = Wire(0, server_port)
    async with await asyncio.start_server(wire.carry, "127.0.0.1", 0) as listening:
        wire.port = listening.sockets[0].getsockname()[1]
        yield wire
        for each in wire.ends:
            each.close()
            with suppress(ConnectionError):
                await each.wait_closed()
