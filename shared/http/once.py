"""One Idempotency-Key, one effect: the first answer is kept beside what it did."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from starlette.responses import Response

from shared.http.problems import Problem
from shared.http.route import Call
from shared.postgres import Connection, Database, transaction
from shared.store.idempotency import Kept, insert_kept, load_kept, try_lock_key

T = TypeVar("T")
KEPT_HEADERS = ("etag", "location", "content-type")


async def once(
    call: Call,
    database: Database,
    find: Callable[[Connection], Awaitable[T]],
    act: Callable[[Connection, T], Awaitable[Response]],
) -> Response:
    """Find the thing and its authority, replay a first answer, or act: in one transaction."""
    async with transaction(database) as tx:
        if call.key and not await try_lock_key(tx, call.caller.client, call.target, call.key):
            raise Problem("in-flight")
        found = await find(tx)
        kept = await _load(tx, call)
        if kept:
            return _replay(kept)
        given = await act(tx, found)
        await _keep(tx, call, given)
    return given


async def nothing(_tx: Connection) -> None:
    """What a request finds that makes something new."""


async def _load(tx: Connection, call: Call) -> Kept | None:
    if call.key is None:
        return None
    kept = await load_kept(tx, call.caller.client, call.target, call.key)
    if kept and not kept.answers(call.body):
        raise Problem("idempotency-key-reused")
    return kept


def _replay(kept: Kept) -> Response:
    return Response(kept.body, kept.status, {**kept.headers, "Idempotency-Replayed": "true"})


async def _keep(tx: Connection, call: Call, given: Response) -> None:
    if call.key is None:
        return
    headers = {name: given.headers[name] for name in KEPT_HEADERS if name in given.headers}
    body = getattr(given, "body_to_keep", given.body)
    kept = Kept.of(call.body, given.status_code, headers, bytes(body))
    await insert_kept(tx, call.caller.client, call.target, call.key, kept)
