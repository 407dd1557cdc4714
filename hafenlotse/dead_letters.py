"""Records that could not be applied: listed, looked at, and sent through the door again."""

from contextlib import nullcontext
from typing import Any

import click

from hafenlotse.acting import acting, actor, trying
from hafenlotse.installation import READERS, Installation
from hafenlotse.output import Answer, Table, answering, code
from hafenlotse.redriving import Door, Outcome, open_door, redrive
from hafenlotse.relay import one_land
from hafenlotse.store.dead_letters import Kept, insert_redrive, list_letters, load_letter
from shared.codes import Land, instant_text
from shared.topics import partition_of

LISTED, SHOWN_BYTES = 100, 2000
REDRIVE = "dead-letters re-drive"
REFUSED = {"refused", "held"}
Named = tuple[str, int]
"""A service and the number of a dead letter there: quota:17."""


class Name(click.ParamType[Named]):
    """SERVICE:NUMBER, as the list shows it."""

    name = "service:number"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Named:
        service, _, number = str(value).partition(":")
        if service not in READERS or not (number.isascii() and number.isdigit()):
            self.fail(f"{value!r} is no dead letter's name, as in quota:17", param, ctx)
        return service, int(number)


NAME = Name()
one_service = click.option("--service", type=click.Choice(READERS), help="This service only.")


@click.group("dead-letters")
def dead_letters() -> None:
    """Records that could not be applied."""


@dead_letters.command("list")
@one_service
@one_land
@click.option("--settled", is_flag=True, help="Those that were re-driven with success, too.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=LISTED, show_default=True)
@answering
async def list_them(
    installation: Installation,
    service: str | None,
    land: Land | None,
    limit: int,
    *,
    settled: bool,
) -> Answer:
    """What waits for somebody to look at it, newest first."""
    found = [
        (name, kept)
        for name in _chosen(service)
        for kept in await _listed(installation, name, land, limit, settled=settled)
    ]
    rows = [
        (f"{name}:{kept.id}", _land(kept), _place(kept), kept.letter.reason,
         instant_text(kept.arrived_at), kept.outcome)
        for name, kept in found
    ]  # fmt: skip
    table = Table(("letter", "land", "place", "reason", "arrived", "re-driven"), rows)
    return Answer({"items": [_document(name, kept) for name, kept in found]}, [table])


@dead_letters.command("show")
@click.argument("letter", type=NAME)
@answering
async def show(installation: Installation, letter: Named) -> Answer:
    """One dead letter with its bytes."""
    service, number = letter
    async with installation.database(service) as database, database.acquire() as tx:
        kept = _or_unknown(await load_letter(tx, number), letter)
    document = _document(service, kept) | {
        "headers": [{"name": name, "hex": value} for name, value in kept.letter.headers],
        "key": _bytes(kept.letter.key),
        "value": _bytes(kept.letter.value),
    }
    plain = {name: value for name, value in document.items() if name not in _BYTES}
    texts = [(name, _text(document[name])) for name in ("key", "value")]
    headers = [(f"header {name}", value) for name, value in kept.letter.headers]
    return Answer(document, [Table(("what", "is"), [*plain.items(), *headers, *texts])])


_BYTES = {"headers", "key", "value"}


@dead_letters.command("re-drive")
@click.argument("letters", type=NAME, nargs=-1)
@one_service
@one_land
@answering
async def redrive_them(
    installation: Installation, letters: tuple[Named, ...], service: str | None, land: Land | None
) -> Answer:
    """Send the named letters, or all of a service or Land, through the door again.

    What was applied before changes nothing, so twice is once. Exits with 1 where one is still
    refused.
    """
    if bool(letters) == bool(service or land):
        raise click.UsageError("Name letters, or --service or --land.")
    outcomes: list[tuple[str, Outcome]] = []
    for name in READERS:
        numbers = [number for owner, number in letters if owner == name]
        if numbers or (not letters and name in _chosen(service)):
            outcomes += await _redrive_of(installation, name, numbers, land)
    items = [
        {"letter": letter, "outcome": each.code, "detail": each.detail} for letter, each in outcomes
    ]
    table = Table(("letter", "outcome", "detail"), [tuple(item.values()) for item in items])
    is_finding = any(each.code in REFUSED for _, each in outcomes)
    return Answer({"items": items}, [table], code(is_finding=is_finding))


async def _redrive_of(
    installation: Installation, service: str, numbers: list[int], land: Land | None
) -> list[tuple[str, Outcome]]:
    """The oldest first, as they arrived."""
    async with open_door(installation, service) as door:
        if numbers:
            async with door.database.acquire() as tx:
                kept = [_or_unknown(await load_letter(tx, one), (service, one)) for one in numbers]
        else:
            kept = await _listed(installation, service, land, 10_000)
        ordered = sorted(kept, key=lambda each: each.id)
        return [(f"{service}:{each.id}", await _redrive(door, service, each)) for each in ordered]


async def _redrive(door: Door, service: str, kept: Kept) -> Outcome:
    if kept.is_settled:
        return Outcome("known", f"settled before: {kept.outcome} by {kept.actor}")
    async with trying(nullcontext(door.database), REDRIVE, f"{service}:{kept.id}"):
        outcome = await redrive(door, kept.letter)
    refused = outcome.code if outcome.code in REFUSED else None
    async with acting(door.database, REDRIVE, f"{service}:{kept.id}", refused) as tx:
        await insert_redrive(tx, kept.id, actor(), outcome.code, outcome.detail)
    return outcome


async def _listed(
    installation: Installation,
    service: str,
    land: Land | None,
    limit: int,
    *,
    settled: bool = False,
) -> list[Kept]:
    partition = None if land is None else partition_of(land)
    async with installation.database(service) as database, database.acquire() as tx:
        return await list_letters(tx, partition, limit, settled=settled)


def _chosen(service: str | None) -> tuple[str, ...]:
    return READERS if service is None else (service,)


def _or_unknown(kept: Kept | None, letter: Named) -> Kept:
    if kept is None:
        raise click.UsageError(f"There is no dead letter {letter[0]}:{letter[1]}.")
    return kept


def _land(kept: Kept) -> str:
    """A partition carries one Land only."""
    return f"{kept.letter.partition + 1:02}"


def _place(kept: Kept) -> str:
    return f"{kept.letter.topic}/{kept.letter.partition}@{kept.letter.log_offset}"


def _document(service: str, kept: Kept) -> dict[str, Any]:
    letter = kept.letter
    return {
        "letter": f"{service}:{kept.id}",
        "land": _land(kept),
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.log_offset,
        "reason": letter.reason,
        "detail": letter.detail,
        "digest": letter.digest,
        "size": len(letter.value or b""),
        "arrived_at": instant_text(kept.arrived_at),
        "outcome": kept.outcome,
        "redriven_at": instant_text(kept.redriven_at) if kept.redriven_at else None,
        "actor": kept.actor,
    }


def _bytes(given: bytes | None) -> dict[str, str | None]:
    """As hex, which loses nothing, and as text where it is one."""
    if given is None:
        return {"hex": None, "text": None}
    try:
        return {"hex": given.hex(), "text": given.decode("utf-8")}
    except UnicodeDecodeError:
        return {"hex": given.hex(), "text": None}


def _text(given: dict[str, str | None]) -> str | None:
    """For a terminal: one line of what can be printed, not endless."""
    shown = given["text"] if given["text"] is not None else given["hex"]
    return None if shown is None else shown.encode("unicode_escape").decode()[:SHOWN_BYTES]
