"""One Idempotency-Key, one effect: the first answer is kept beside what it did."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from starlette.responses import Response

from shared.http.problems import Problem
from shared.http.route import Call
from shared.postgres import Connection, Database, set_reach, transaction
from shared.store.idempotency import Kept, KeyPlace, insert_kept, load_kept, try_lock_keys

T = TypeVar("T")
KEPT_HEADERS = ("etag", "location", "content-type", "x-request-id")


async def once(
    call: Call,
    database: Database,
    find: Callable[[Connection], Awaitable[T]],
    act: Callable[[Connection, T], Awaitable[Response]],
) -> Response:
    """Find the thing and its authority, replay a first answer, or act: in one transaction."""
    async with transaction(database) as tx:
        if call.key is None:
            await set_reach(tx, call.caller.reach)
            given = await act(tx, await find(tx))
            await call.trail.keep(tx, [(call, given)])
            return given
        place = place_of(call)
        if not all(await try_lock_keys(tx, [place], call.caller.reach)):
            raise Problem("in-flight")
        found = await find(tx)
        [kept] = await load_kept(tx, [place])
        if kept:
            return replay(call, kept)
        given = await act(tx, found)
        await call.trail.keep(tx, [(call, given)])
        await insert_kept(tx, {place: to_keep(call, given)})
    return given


class ShownOnce(Response):
    """An answer of which a replay shows less."""

    body_to_keep: bytes

    @classmethod
    def of(cls, shown: Response, kept: Response) -> "ShownOnce":
        """What is shown this once, and what is kept of it for replays."""
        once_only = cls(shown.body, shown.status_code, dict(shown.headers))
        once_only.body_to_keep = bytes(kept.body)
        return once_only


async def nothing(_tx: Connection) -> None:
    """What a request finds that makes something new."""


def place_of(call: Call) -> KeyPlace:
    """What a call's key is the name of."""
    return KeyPlace(call.caller.client, call.target, call.key or "")


def replay(call: Call, kept: Kept) -> Response:
    """The first answer again, or the problem `idempotency-key-reused` for another body."""
    if not kept.answers(call.body):
        raise Problem("idempotency-key-reused")
    return Response(kept.body, kept.status, {**kept.headers, "Idempotency-Replayed": "true"})


def to_keep(call: Call, given: Response) -> Kept:
    """A first answer as its repeats are given."""
    headers = {name: given.headers[name] for name in KEPT_HEADERS if name in given.headers}
    body = getattr(given, "body_to_keep", given.body)
    return Kept.of(call.body, given.status_code, headers, bytes(body))
