"""What several routes ask for: a place in a list, a thing by its id, the Lands of the caller."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import Depends, Request, Response
from pydantic import AfterValidator, BaseModel, ConfigDict

from access.caller import Caller
from access.seal import Seal
from services.notifications.api.audience import Audience
from shared.http.answers import Cursor as OfList
from shared.http.answers import Malformed, from_cursor, page, to_cursor
from shared.http.faults import refusing
from shared.http.problems import Problem
from shared.postgres import Bell

T = TypeVar("T")
NEWEST = 2**63 - 1


class NoWishes(BaseModel):
    """A body that says nothing: it may be left out, and nothing may be in it."""

    model_config = ConfigDict(extra="forbid")


def check_cursor(cursor: str | None) -> str | None:
    """A cursor of ours: the number of the last item that a page showed."""
    if cursor is not None and not 0 <= from_cursor(cursor, [int])[0] <= NEWEST:
        raise Malformed
    return cursor


Cursor = Annotated[OfList | None, AfterValidator(refusing(check_cursor))]


def number_in(cursor: str | None) -> int:
    """The number that a page goes on below."""
    return from_cursor(cursor, [int])[0] if cursor else NEWEST


def page_of(
    found: Sequence[tuple[int, T]], limit: int, show: Callable[[T], dict[str, Any]]
) -> Response:
    """A page of numbered things, of which one more than the limit was asked for."""
    shown = found[:limit]
    more = to_cursor(shown[-1][0]) if len(found) > len(shown) else None
    return page([show(one) for _, one in shown], more)


def id_in(path: str) -> UUID:
    """The id in a path; what is none names nothing."""
    try:
        return UUID(path)
    except ValueError as fault:
        raise Problem("not-found") from fault


def lands_of(caller: Caller) -> list[str]:
    """The Lands that the caller's token reaches."""
    return sorted(caller.lands)


def or_not_found(thing: T | None) -> T:
    """The thing, or `not-found`: a foreign one is simply not there."""
    if thing is None:
        raise Problem("not-found")
    return thing


async def the_bell(request: Request) -> Bell:
    """What wakes the dispatcher."""
    bell: Bell = request.app.state.bell
    return bell


Ringing = Annotated[Bell, Depends(the_bell)]


async def the_audience(request: Request) -> Audience:
    """Who reads the stream of this process."""
    audience: Audience = request.app.state.audience
    return audience


Listening = Annotated[Audience, Depends(the_audience)]


async def the_seal(request: Request) -> Seal:
    """What secrets are kept under."""
    seal: Seal = request.app.state.seal
    return seal


Sealing = Annotated[Seal, Depends(the_seal)]
