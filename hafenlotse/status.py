"""Is it all at work? What each service waits for, and how far behind each Land is."""

import asyncio
from dataclasses import asdict
from typing import Any

import click
import httpx

from hafenlotse.heads import load_heads
from hafenlotse.installation import READERS, SERVICES, Installation
from hafenlotse.output import NOT_REACHED, Answer, Table, answering, code
from hafenlotse.report import in_numbers
from hafenlotse.store.dead_letters import count_waiting
from hafenlotse.store.reconciliations import load_last_reconciled
from shared.codes import instant_text
from shared.postgres import UNAVAILABLE

ASK_SECONDS = 3.0
NO_ANSWER = {"ready": False, "waits_for": ["does not answer"]}


@click.command("status")
@answering
async def status(installation: Installation) -> Answer:
    """Is every service at work, and is any Land behind or held?

    Exits with 1 where a service is not ready or a Land is held, with 3 where one does not answer.
    """
    states = dict(zip(SERVICES, await _ask_all(installation), strict=True))
    try:
        document = {"services": states, **await _read(installation)}
    except UNAVAILABLE as failure:
        return Answer({"services": states}, [_services(states), f"{failure!r}"], NOT_REACHED)
    is_ready = all(state["ready"] for state in states.values())
    is_finding = not is_ready or any(land["held"] for land in document["lands"])
    exit_code = code(is_finding=is_finding, is_unreached=NO_ANSWER in states.values())
    return Answer(document, _tables(document), exit_code)


async def _read(installation: Installation) -> dict[str, Any]:
    """What the services keep about how far they are."""
    lands = await load_heads(installation)
    letters = {name: await _count_letters(installation, name) for name in READERS}
    return {
        "lands": [asdict(heads) | {"lag": heads.lag} for heads in lands],
        "dead_letters": letters,
        "reconciled": await _load_reconciled(installation),
    }


async def _ask_all(installation: Installation) -> list[dict[str, Any]]:
    async with httpx.AsyncClient(timeout=ASK_SECONDS, trust_env=False) as client:
        asked = (
            _state_of(client, f"{installation.addresses[name]}/{name}/health/ready")
            for name in SERVICES
        )
        return await asyncio.gather(*asked)


async def _state_of(client: httpx.AsyncClient, address: str) -> dict[str, Any]:
    """Whether a service is ready, and what it waits for all the same."""
    try:
        said = (await client.get(address)).json()
        return {"ready": said["ready"], "waits_for": said["waits_for"]}
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return NO_ANSWER


async def _count_letters(installation: Installation, service: str) -> int:
    async with installation.database(service) as database, database.acquire() as tx:
        return await count_waiting(tx)


async def _load_reconciled(installation: Installation) -> dict[str, Any] | None:
    async with installation.database("quota") as database, database.acquire() as tx:
        last = await load_last_reconciled(tx)
    return asdict(last) | {"begun_at": instant_text(last.begun_at)} if last else None


def _services(states: dict[str, Any]) -> Table:
    rows = [
        (name, "ready" if state["ready"] else "waits", "; ".join(state["waits_for"]))
        for name, state in states.items()
    ]
    return Table(("service", "state", "waits for"), rows)


def _tables(document: dict[str, Any]) -> list[Table]:
    heads = ("recorded", "published", "counted", "crossings", "announced", "alerted", "lag")
    lands = [
        (land["land"], *(land[name] for name in heads), land["held"]) for land in document["lands"]
    ]
    return [
        _services(document["services"]),
        Table(("land", *heads, "held"), lands),
        Table(("dead letters", "waiting"), document["dead_letters"].items()),
        _reconciled(document["reconciled"]),
    ]


def _reconciled(last: dict[str, Any] | None) -> Table:
    heads = ("begun_at", "actor", "seconds", "lands", "entries", "different")
    found = in_numbers(last["by_check"]) if last else ""
    rows = [(*(last[name] for name in heads), found)] if last else []
    return Table(("reconciled", "by", *heads[2:], "found"), rows)
