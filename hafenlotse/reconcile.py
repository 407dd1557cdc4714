"""Do ledger, balances, crossings, alerts and deliveries agree, to the last person?"""

import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import click

from audit.store.records import insert_records
from hafenlotse.acting import a_record, actor, on_record
from hafenlotse.audits import Audits, altered, audit_documents, audit_table, verify_audits
from hafenlotse.books import Pools, open_pools
from hafenlotse.heads import Heads, wait_until_caught_up
from hafenlotse.installation import Installation
from hafenlotse.output import Answer, Table, answering, code
from hafenlotse.reconciliation import reconcile_land
from hafenlotse.relay import one_land
from hafenlotse.repair import Outcome, repair_land
from hafenlotse.report import Report, by_check, in_numbers
from hafenlotse.store.reconciliations import Reconciled, insert_reconciled
from shared.clock import now
from shared.codes import LANDS, Land
from shared.postgres import transaction

PATIENCE_SECONDS = 10.0
LEFT = """What still differs does not follow from the ledger: nothing of it was changed. Entries,
definitions, crossings and alerts are what others were told; people must judge them."""
wait_option = click.option(
    "--wait",
    "patience_seconds",
    type=click.FloatRange(0, 3600),
    default=PATIENCE_SECONDS,
    show_default=True,
    help="Seconds to wait for what is not counted or alerted yet.",
)


@click.command("reconcile")
@one_land
@wait_option
@click.option("--repair", is_flag=True, help="Rebuild what follows from the ledger alone.")
@answering
@on_record("quota", "reconcile")
async def reconcile(
    installation: Installation, land: Land | None, patience_seconds: float, *, repair: bool
) -> Answer:
    """Count everything again from the ledger and compare; exits with 1 on any difference.

    What takes longer than the wait to be counted or alerted is a difference. With --repair what
    quota derived is rebuilt where it differs, a held Land too, and all is compared again; ledger,
    definitions, crossings and alerts are never changed.
    """
    done = await _repair(installation, LANDS if land is None else [land]) if repair else []
    if land is None:
        reports, audits = await reconcile_all(installation, actor(), patience_seconds)
    else:
        reports, audits = await reconcile_lands(installation, [land], patience_seconds), ()
    different = sum(report.different for report in reports) + len(altered(audits))
    document = {
        "different": different,
        "lands": [report.document() for report in reports],
        "audit": audit_documents(audits),
    }
    if repair:
        document["repairs"] = [asdict(one) for one in done]
    tables = [*_repaired(done), *shown(reports), *([audit_table(audits)] if audits else [])]
    tables += [LEFT] if repair and different else []
    return Answer(document, tables, code(is_finding=different > 0))


async def _repair(installation: Installation, lands: Sequence[Land]) -> list[Outcome]:
    """Rebuild every Land in which something differs; what was done, or why nothing was."""
    reports = await reconcile_lands(installation, lands, patience_seconds=0)
    async with open_pools(installation) as pools:
        return [await repair_land(pools, one.land) for one in reports if one.different]


def _repaired(done: Sequence[Outcome]) -> list[Table]:
    heads = ("land", "repaired", "was held", "crossings raised", "not repaired, because")
    rows = [
        (one.land, in_numbers(one.repaired), one.released, one.corrections, one.refused)
        for one in done
    ]
    return [Table(heads, rows)] if rows else []


async def reconcile_all(
    installation: Installation, by: str, patience_seconds: float
) -> tuple[list[Report], Audits]:
    """Every Land and audit log, and keep what was found in numbers."""
    begun_at, begun = now(), time.monotonic()
    reports = await reconcile_lands(installation, LANDS, patience_seconds)
    audits = await verify_audits(installation, by, "reconcile")
    found = by_check(reports) | ({"audit": len(wrong)} if (wrong := altered(audits)) else {})
    done = reconciled(reports, begun_at, time.monotonic() - begun, by, found)
    async with installation.database("quota") as database, transaction(database) as tx:
        await insert_reconciled(tx, done)
        reason = "different" if found else None
        await insert_records(tx, [a_record(by, "reconcile", "all Länder", reason)])
    return reports, audits


async def reconcile_lands(
    installation: Installation, lands: Sequence[Land], patience_seconds: float
) -> list[Report]:
    """Wait for what is on its way, then count Land by Land."""
    behind = {
        late.land: late for late in await wait_until_caught_up(installation, patience_seconds)
    }
    async with open_pools(installation) as pools:
        return [await _reconcile(pools, land, behind.get(land)) for land in lands]


async def _reconcile(pools: Pools, land: Land, late: Heads | None) -> Report:
    report = await reconcile_land(pools, land)
    if late is not None:
        check = report["heads"]
        check.differ("behind", f"{late.recorded} entries counted", f"{late.counted}")
        check.differ("behind", f"{late.crossings} crossings alerted", f"{late.alerted}")
    return report


def reconciled(
    reports: Sequence[Report], begun_at: datetime, seconds: float, by: str, found: dict[str, int]
) -> Reconciled:
    """What was found, in numbers."""
    return Reconciled(
        begun_at=begun_at,
        seconds=round(seconds, 3),
        actor=by,
        lands=len(reports),
        entries=sum(report.entries for report in reports),
        different=sum(found.values()),
        by_check=found,
    )


def shown(reports: Sequence[Report]) -> list[Table | str]:
    """How much was compared, and every difference; an empty Land is one row."""
    checks = [
        (report.land, name, check.compared, check.different)
        for report in reports
        for name, check in report.checks.items()
        if report.entries or report.different or name == "chain"
    ]
    found = [
        (report.land, name, each.place, each.expected, each.found)
        for report in reports
        for name, check in report.checks.items()
        for each in check.differences
    ]
    tables: list[Table | str] = [Table(("land", "check", "compared", "different"), checks)]
    if found:
        tables.append(Table(("land", "check", "where", "expected", "found"), found))
    return tables
