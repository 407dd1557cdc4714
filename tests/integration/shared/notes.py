"""The smallest service: notes, and jobs that fail on demand; stands on quota's schema."""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from audit.routes import audited
from shared.codes import Role
from shared.http.answers import Listing, answer, etag, from_cursor, page
from shared.http.once import nothing, once
from shared.http.problems import Problem
from shared.http.route import Calling, ContractRoute, allowed
from shared.postgres import Connection, Database, snapshot
from shared.service import Service, Stored
from shared.settings import ServiceSettings

TABLE = """
    CREATE TABLE quota.notes (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, client text NOT NULL, said text NOT NULL
    );
    GRANT SELECT, INSERT, UPDATE ON quota.notes TO quota;
"""
INSERT = "INSERT INTO notes (client, said) VALUES ($1, $2) RETURNING id"
SLOWLY = "SELECT pg_sleep($1)"
COUNT = "SELECT count(*) FROM notes WHERE said = $1"
LOCK = "SELECT said FROM notes WHERE id = $1 FOR UPDATE"
SAY_OTHERWISE = "UPDATE notes SET said = $2 WHERE id = $1"

router = APIRouter(prefix="/quota/v1/notes", route_class=ContractRoute)
fuses: list[asyncio.Event] = []


class Note(BaseModel):
    """What is said, after so many seconds; more than a second is the caller's fault."""

    model_config = ConfigDict(extra="forbid", strict=True)
    said: str
    seconds: float = Field(default=0.0, ge=0, le=2)


class Trial(BaseModel):
    """The query of a note."""

    model_config = ConfigDict(extra="forbid")
    dry_run: bool = False


@router.post("", response_model=None)
@allowed(Role.COORDINATION)
async def write(
    note: Note, call: Calling, database: Stored, query: Annotated[Trial, Query()]
) -> Response:
    """Write a note down, once."""

    async def act(tx: Connection, _found: None) -> Response:
        number = 0 if query.dry_run else await tx.fetchval(INSERT, call.caller.client, note.said)
        await tx.execute(SLOWLY, note.seconds)
        if note.seconds > 1:
            raise Problem("already-withdrawn")
        if note.said == "fail":
            raise ValueError(note.said)
        return answer(201, {"id": number}, ETag=etag(number), Location=f"/quota/v1/notes/{number}")

    return await once(call, database, nothing, act)


@router.post("/{number}/said", response_model=None)
@allowed(Role.COORDINATION)
async def say_otherwise(number: int, note: Note, call: Calling, database: Stored) -> Response:
    """Change a note whose state the caller has seen."""

    async def find(tx: Connection) -> str:
        said = await tx.fetchval(LOCK, number)
        if said is None:
            raise Problem("not-found")
        return str(said)

    async def act(tx: Connection, said: str) -> Response:
        call.expect(etag(said))
        await tx.execute(SAY_OTHERWISE, number, note.said)
        return answer(201, {"said": note.said}, ETag=etag(note.said))

    return await once(call, database, find, act)


@router.get("", response_model=None)
@allowed(Role.COORDINATION)
async def count(_call: Calling, database: Stored, query: Annotated[Listing, Query()]) -> Response:
    """How many notes say what the cursor says."""
    [said] = from_cursor(query.cursor, [str]) if query.cursor else [""]
    async with snapshot(database) as tx:
        return page([{"count": await tx.fetchval(COUNT, said)}], None)


@router.get("/{said}", response_model=None)
@allowed(Role.COORDINATION)
async def count_said(_call: Calling, database: Stored, said: str) -> Response:
    """How many notes say this; a text that is a number is looked for as none, which fails."""
    async with snapshot(database) as tx:
        return answer(200, {"count": await tx.fetchval(COUNT, int(said) if said == "1" else said)})


@router.delete("", response_model=None)
@allowed(Role.COORDINATION)
async def fail(_call: Calling) -> Response:
    """Let a job of the service die."""
    fuses[-1].set()
    return Response(status_code=204)


@asynccontextmanager
async def work(_database: Database) -> AsyncIterator[Sequence[Coroutine[Any, Any, None]]]:
    """One job that waits for ever, and one that dies on demand."""
    fuses.append(asyncio.Event())
    yield wait(), die(fuses[-1])


async def wait() -> None:
    """Do nothing, for ever."""
    await asyncio.Event().wait()


async def die(fuse: asyncio.Event) -> None:
    """End with a failure once somebody asks for it, or by a cancellation that nobody asked for."""
    await fuse.wait()
    if os.environ.get("NOTES_STRAY"):
        raise asyncio.CancelledError
    raise RuntimeError("told to")


def main() -> None:
    """Run it until it is told to stop."""
    settings = ServiceSettings.read()
    service = Service("quota", settings)
    if os.environ.get("NOTES_WAIT"):
        service.conditions["test"] = lambda: "the test lets it wait"
    service.serve(service.app([router, *audited(service)], work))


if __name__ == "__main__":
    main()
