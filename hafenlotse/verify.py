"""Is the past as it was recorded? The chain of every Land, computed again."""

from typing import Any

import click

from hafenlotse.acting import actor, on_record
from hafenlotse.audits import altered, audit_documents, audit_table, verify_audits
from hafenlotse.heads import load_heads
from hafenlotse.installation import Installation
from hafenlotse.output import Answer, Table, answering, code
from hafenlotse.relay import one_land
from services.admissions.api.ledger import verify as verify_ledger
from services.admissions.store.entries import read_after
from services.quota.domain.counts import Position
from services.quota.store.positions import load_position
from shared.codes import Land
from shared.postgres import Connection, snapshot


@click.command("verify")
@one_land
@answering
@on_record("admissions", "verify")
async def verify(installation: Installation, land: Land | None) -> Answer:
    """Compute every hash of ledger and audit logs again; exits with 1 where the past was altered.

    The end is compared with all that knows it: the Land's own head, what was published, and what
    quota counted last. With a Land the audit logs are left out, for they are of all Länder.
    """
    lands = [heads.land for heads in await load_heads(installation) if land in (None, heads.land)]
    async with installation.database("quota") as database, database.acquire() as tx:
        counted = {each: await load_position(tx, each) for each in lands}
    async with installation.database("admissions") as database, snapshot(database) as tx:
        verdicts = [await _verify(tx, each, counted[each]) for each in lands]
    audits = await verify_audits(installation, actor(), "verify") if land is None else []
    table = Table(
        ("land", "entries", "head", "intact", "first broken", "as counted"),
        [
            (one["land"], one["entries"], one["head"]["hash"][:16],
             _yes(one["intact"]), one["first_broken"], _yes(one["as_counted"]))
            for one in verdicts
        ],
    )  # fmt: skip
    is_altered = any(not (one["intact"] and one["as_counted"]) for one in verdicts)
    return Answer(
        {"lands": verdicts, "audit": audit_documents(audits)},
        [table, *([audit_table(audits)] if audits else [])],
        code(is_finding=is_altered or bool(altered(audits))),
    )


async def _verify(tx: Connection, land: Land, counted: Position) -> dict[str, Any]:
    verdict = await verify_ledger(tx, land)
    return {
        "land": land,
        "entries": verdict.entries,
        "head": {"sequence": verdict.head.sequence, "hash": verdict.head.hash},
        "intact": verdict.intact,
        "first_broken": verdict.first_broken,
        "as_counted": await _is_as_counted(tx, land, counted),
    }


async def _is_as_counted(tx: Connection, land: Land, counted: Position) -> bool:
    """Whether the last entry that quota counted is still there, with the same hash."""
    if counted.sequence == 0:
        return True
    found = await read_after(tx, land, counted.sequence - 1, 1)
    at = [(one["sequence"], one["hash"]) for one in found]
    return at == [(counted.sequence, counted.ledger_hash)]


def _yes(is_so: bool) -> str:  # noqa: FBT001  # it is what the cell says
    return "yes" if is_so else "NO"
