"""Do ledger, balances, crossings, alerts and deliveries agree, to the last person?"""

import click

from hafenlotse.heads import Heads, load_heads, wait_until_caught_up
from hafenlotse.installation import Installation
from hafenlotse.output import Answer, Table, answering, code
from hafenlotse.reconciliation import open_books, reconcile_land
from hafenlotse.relay import one_land
from hafenlotse.report import Report
from shared.codes import Land

PATIENCE_SECONDS = 10.0
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
@answering
async def reconcile(
    installation: Installation, land: Land | None, patience_seconds: float
) -> Answer:
    """Count everything again from the ledger and compare; exits with 1 on any difference.

    Nothing is repaired. What takes longer than the wait to be counted or alerted is a difference.
    """
    behind = await wait_until_caught_up(installation, patience_seconds)
    begun = [heads for heads in await load_heads(installation) if land in (None, heads.land)]
    async with open_books(installation) as books:
        reports = [await reconcile_land(books, heads.land) for heads in begun]
    for report, heads in zip(reports, begun, strict=True):
        _add_progress(report, heads, [one for one in behind if one.land == heads.land])
    different = sum(report.different for report in reports)
    document = {"different": different, "lands": [report.document() for report in reports]}
    return Answer(document, _shown(reports), code(is_finding=different > 0))


def _add_progress(report: Report, heads: Heads, behind: list[Heads]) -> None:
    """A Land that stands still, or does not keep up."""
    check = report["heads"]
    check.compare("held", None, heads.held)
    check.compared += 1
    for late in behind:
        check.differ("behind", f"{late.recorded} entries counted", f"{late.counted}")
        check.differ("behind", f"{late.crossings} crossings alerted", f"{late.alerted}")


def _shown(reports: list[Report]) -> list[Table | str]:
    checks = [
        (report.land, name, check.compared, check.different)
        for report in reports
        for name, check in report.checks.items()
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
