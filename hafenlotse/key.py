"""Imports a distribution key as it was published, from a CSV file."""

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

import click
from pydantic import ValidationError

from hafenlotse.acting import NotDone, acting, actor, trying
from hafenlotse.installation import Installation
from hafenlotse.key_file import KeyFile, RowFault, iso_day, read_key_file, thousands
from hafenlotse.output import FINDING, Answer, Table, answering
from services.quota.api.changes import KeyBody
from services.quota.api.refused import unread_faults
from services.quota.api.trying_keys import key_in, try_key
from services.quota.domain.definitions import KeyVersion, QuotaRules
from services.quota.store.definitions import load_land_of
from services.quota.store.positions import lock_position
from services.quota.store.worlds import apply_changes, load_world
from shared.clock import now
from shared.codes import Land, QuotaCode
from shared.http.faults import faults_of
from shared.http.problems import FAULTS, Fault, Problem
from shared.postgres import Connection, snapshot

MOST_BYTES = 1024 * 1024
OPTIONS = ("kind", "valid_from", "published_on", "source", "accept_sum")


class Refused(NotDone):
    """The file is no key that may be recorded: every reason at once."""

    code = "invalid"

    def __init__(self, faults: list[RowFault]) -> None:
        super().__init__(faults)
        self.faults = faults


@click.command("key")
@click.argument("file", type=click.File("rb"))
@click.option("--quota", help="The quota whose key it is.")
@click.option("--kind", type=click.Choice(["population", "percent"]), help="What the weights are.")
@click.option("--valid-from", help="The first day, 2024-01-01 or 1.1.2024; also a past one.")
@click.option("--published-on", help="The day of its announcement.")
@click.option("--source", help="Where it is stated.")
@click.option("--accept-sum", help="Why percentages that miss 100 are right, in words.")
@click.option("--dry-run", is_flag=True, help="Show what it would change, and record nothing.")
@answering
async def key(
    installation: Installation, /, file: BinaryIO, *, dry_run: bool, **given: str | None
) -> Answer:
    """Import a key from a CSV file with the columns unit and weight; '-' reads it from stdin.

    Rows like 'kind;percent' above the columns say the rest; an option wins over its row. Exits
    with 1 where it is refused, with every reason and its row.
    """
    found = read_key_file(file.read(MOST_BYTES + 1)[:MOST_BYTES])
    quota = given.pop("quota") or found.head.pop("quota", None)
    if quota is None:
        raise click.UsageError("Say whose key it is: --quota, or a row 'quota'.")
    try:
        opened = installation.database("quota")
        async with nullcontext() if dry_run else trying(opened, "key", quota):
            body, faults = body_of(found, given)
            attempt = Attempt(QuotaCode(quota), body, found, faults)
            return await _take(installation, attempt, dry_run=dry_run)
    except Refused as refused:
        faults = sorted(refused.faults, key=lambda each: (each.row is None, each.row))
        items = [asdict(fault) for fault in faults]
        table = Table(("row", "code", "what is wrong"), [tuple(item.values()) for item in items])
        document = {"quota": quota, "recorded": None, "refused": items}
        return Answer(document, ["Refused, nothing was changed.", table], FINDING)


@dataclass(frozen=True)
class Attempt:
    """A key that is to be recorded, the file that it came from, and what is wrong with that."""

    quota: QuotaCode
    body: KeyBody
    found: KeyFile
    faults: list[RowFault]

    def refused(self, faults: Iterable[Fault]) -> Refused:
        """Everything against it."""
        return Refused(self.faults + [row_fault(self.found, fault) for fault in faults])


def body_of(found: KeyFile, given: dict[str, str | None]) -> tuple[KeyBody, list[RowFault]]:
    """The file and the options as the interface takes a key, and what is wrong with the file.

    Raises Refused where that is no key at all.
    """
    named = {name: value for name, value in given.items() if value is not None}
    for name in ("valid_from", "published_on"):
        if name in named:
            named[name] = iso_day(named[name])
    fields: dict[str, Any] = {**found.head, **named, "weights": found.weights}
    fields.pop("quota", None)
    faults = list(found.faults)
    if fields.get("kind") == "population":
        faults += thousands(found)
    try:
        body = KeyBody.model_validate(fields)
    except ValidationError as wrong:
        errors = wrong.errors(include_url=False)
        located = [{**error, "loc": ("body", *error["loc"])} for error in errors]
        wrongs = [*faults_of(located), *unread_faults(fields)]
        raise Refused(faults + [row_fault(found, one) for one in wrongs]) from wrong
    return body, faults


def row_fault(found: KeyFile, fault: Fault) -> RowFault:
    """A fault of the interface at its row in the file."""
    name = (fault.pointer or "").rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    detail = FAULTS[fault.code]["en"].format_map(fault.facts)
    row = found.rows.get(name)
    return RowFault(row, fault.code, detail if row or not name else f"{name}: {detail}")


async def _take(installation: Installation, attempt: Attempt, *, dry_run: bool) -> Answer:
    quota = attempt.quota
    async with installation.database("quota") as database:
        async with snapshot(database) as tx:
            land = await load_land_of(tx, quota)
            if land is None:
                raise click.UsageError(f"There is no quota {quota}.")
            tried = await _try(tx, land, attempt)
        if dry_run:
            return _answer(quota, tried, None)
        async with acting(database, "key", quota) as tx:
            return await _record(tx, land, attempt)


async def _try(tx: Connection, land: Land, attempt: Attempt) -> dict[str, Any]:
    """What it would change, or Refused with every reason against the file and the key."""
    try:
        tried = await try_key(tx, land, attempt.quota, attempt.body)
    except Problem as problem:
        raise attempt.refused(problem.faults) from problem
    if attempt.faults:
        raise attempt.refused(())
    return tried


async def _record(tx: Connection, land: Land, attempt: Attempt) -> Answer:
    """Show what it changes, and change it; the very same key again changes nothing."""
    quota = attempt.quota
    await lock_position(tx, land)
    tried = await _try(tx, land, attempt)
    rules = (await load_world(tx, land)).rules()[quota]
    key_version = key_in(attempt.body, rules)
    known = _known(key_version, rules)
    if known is not None:
        return _answer(quota, tried | {"crossings": []}, {"id": known.id, "before": True})
    await apply_changes(tx, land, [(quota, key_version)], now(), actor())
    return _answer(quota, tried, {"id": key_version.id, "before": False})


def _known(proposed: KeyVersion, rules: QuotaRules) -> KeyVersion | None:
    """The key in force from the same day, if it says the same in the same words."""
    same_day = [each for each in rules.keys if each.valid_from == proposed.valid_from]
    last = same_day[-1] if same_day else None
    names = ("kind", "published_on", "source", "weights", "accepted_sum")
    is_same = last and all(getattr(last, name) == getattr(proposed, name) for name in names)
    return last if is_same else None


def _answer(quota: str, tried: dict[str, Any], recorded: dict[str, Any] | None) -> Answer:
    said = "Nothing was recorded: this was a trial."
    if recorded is not None:
        said = f"{'Was recorded before' if recorded['before'] else 'Recorded'} as {recorded['id']}."
    document = {"quota": quota, "recorded": recorded, **tried}
    return Answer(document, [said, *_tables(tried)])


def _tables(tried: dict[str, Any]) -> list[Table]:
    numbers = ("credited", "target", "balance")
    board = [
        (one["unit"], one["name"], *(one[name]["decimal"] for name in numbers), one["standing"])
        for one in tried["balances"]["units"]
    ]
    crossings = [
        (one["unit"], one["before"], one["after"], one["balance"]["decimal"])
        for one in tried["crossings"]
    ]
    warnings = [(one["fact"], one["sum"]) for one in tried["warnings"]]
    shown = [Table(("unit", "name", *numbers, "standing"), board)]
    if crossings:
        shown.append(Table(("crosses", "before", "after", "balance"), crossings))
    if warnings:
        shown.append(Table(("warning", "sum"), warnings))
    return shown
