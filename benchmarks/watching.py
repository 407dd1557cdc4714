"""Looks at the list of alerts again and again, as the coordination does, and notes what is new."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import uvloop

from benchmarks.wire import Wire

LOOKS_PER_SECOND = 40
"""So an alert is seen 25 ms late at most: at 10 the looking was most of what was measured."""
PAGE = 30
QUIET_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Watch:
    """Whose list is looked at, and until when at least (`time.monotonic`)."""

    address: str
    token: str
    begins_at: float
    ends_at: float


@dataclass(frozen=True, slots=True)
class Seen:
    """An alert's first sight: the ledger entry that caused it, and when it was in the list."""

    ledger_sequence: int
    at: float


class NoPage(Exception):
    """The list could not be read."""


def watch(job: Watch) -> Mapping[str, Seen]:
    """Every alert that is new while watching, by its crossing; in a process of its own.

    Goes on after the end until nothing new came for some seconds.
    """
    return uvloop.run(_watch(job))


async def _watch(job: Watch) -> Mapping[str, Seen]:
    wire = Wire(job.address)
    first = await _page(wire, job.token, None)
    known = {alert["crossing"] for alert in first["items"]}
    seen: dict[str, Seen] = {}
    look_at, news_at = job.begins_at, job.ends_at
    while time.monotonic() < news_at + QUIET_SECONDS:
        await asyncio.sleep(look_at - time.monotonic())
        look_at = max(look_at + 1 / LOOKS_PER_SECOND, time.monotonic())
        if fresh := await _look(wire, job.token, known):
            known |= fresh.keys()
            seen |= fresh
            news_at = max(news_at, time.monotonic())
    wire.close()
    return seen


async def _look(wire: Wire, token: str, known: set[str]) -> dict[str, Seen]:
    """What is newer than all that is known; nothing when a page can't be had, until the next look.

    The list is newest first, so the first known alert ends the look.
    """
    fresh: dict[str, Seen] = {}
    cursor = None
    try:
        while True:
            page = await _page(wire, token, cursor)
            at = time.monotonic()
            for alert in page["items"]:
                if alert["crossing"] in known:
                    return fresh
                fresh[alert["crossing"]] = Seen(alert["ledger_sequence"], at)
            if (cursor := page["next"]) is None:
                return fresh
    except NoPage:
        return {}


async def _page(wire: Wire, token: str, cursor: str | None) -> dict[str, Any]:
    place = f"&cursor={cursor}" if cursor else ""
    answer = await wire.get(f"/notifications/v1/alerts?limit={PAGE}{place}", token)
    if answer.status != 200:
        raise NoPage(answer.status)
    page: dict[str, Any] = orjson.loads(answer.body)
    return page
