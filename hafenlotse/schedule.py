"""Reconciles by itself, once in so many hours: `python -m hafenlotse.schedule`."""

import asyncio
import logging
import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from shared.logs import start_logging

if TYPE_CHECKING:
    from hafenlotse.report import Report

NAME = "schedule"
LEAST_URGENT = 19
TRY_AGAIN_SECONDS = 300.0
MOST_HOURS = 24.0 * 366
log = logging.getLogger("hafenlotse.schedule")


@click.command(context_settings={"max_content_width": 100})
@click.option(
    "--every-hours",
    envvar="HAFENLOTSE_RECONCILE_HOURS",
    type=click.FloatRange(0, MOST_HOURS, min_open=True),
    default=24.0,
    show_default=True,
    help="From the beginning of a run to that of the next one.",
)
@click.option(
    "--first-minutes",
    envvar="HAFENLOTSE_RECONCILE_FIRST_MINUTES",
    type=click.FloatRange(0, MOST_HOURS * 60),
    default=5.0,
    show_default=True,
    help="From the start to the first run: services that start have the machine to themselves.",
)
def schedule(every_hours: float, first_minutes: float) -> None:
    """Reconcile every Land again and again; findings are logged as errors.

    Nothing is repaired.
    """
    start_logging("reconciliation", "INFO")
    os.nice(LEAST_URGENT)
    asyncio.run(_until_told_to_stop(every_hours * 3600, first_minutes * 60))


async def _until_told_to_stop(every_seconds: float, first_seconds: float) -> None:
    loop, job = asyncio.get_running_loop(), asyncio.current_task()
    assert job is not None  # noqa: S101  # asyncio.run made it
    loop.add_signal_handler(signal.SIGTERM, job.cancel)
    log.info("first run in %g min, then every %g h", first_seconds / 60, every_seconds / 3600)
    with suppress(asyncio.CancelledError):
        await asyncio.sleep(first_seconds)
        while True:
            begun = loop.time()
            pause = every_seconds if await _run() else min(TRY_AGAIN_SECONDS, every_seconds)
            await asyncio.sleep(max(0.0, begun + pause - loop.time()))


async def _run() -> bool:
    """Reconcile all Länder once; whether everything could be reached."""
    # Until its first run the process is small, and costs the start of the others nothing.
    from hafenlotse.audits import altered  # noqa: PLC0415 - see above
    from hafenlotse.installation import find_installation  # noqa: PLC0415 - see above
    from hafenlotse.output import reaching  # noqa: PLC0415 - see above
    from hafenlotse.reconcile import PATIENCE_SECONDS, reconcile_all  # noqa: PLC0415 - see above

    begun = asyncio.get_running_loop().time()
    try:
        async with reaching():
            reports, audits = await reconcile_all(find_installation(), NAME, PATIENCE_SECONDS)
    except click.ClickException as failure:
        log.warning("not reconciled, tried again later: %s", failure.format_message())
        return False
    for service in altered(audits):
        log.error("the audit log of %s is not as it was written", service)
    _tell(reports, asyncio.get_running_loop().time() - begun)
    return True


def _tell(reports: "Sequence[Report]", seconds: float) -> None:
    """One sentence with numbers, then every difference that was kept."""
    from hafenlotse.report import by_check, in_numbers  # noqa: PLC0415 - as in `_run`

    found = by_check(reports)
    kinds = in_numbers(found)
    log.log(
        logging.ERROR if found else logging.INFO,
        "reconciled %d Länder, %d with entries, %d entries in %.1f s: %d differences%s",
        len(reports),
        sum(report.entries > 0 for report in reports),
        sum(report.entries for report in reports),
        seconds,
        sum(found.values()),
        f" ({kinds})" if kinds else "",
    )
    for report in reports:
        for line in report.sentences():
            log.error("%s", line)


if __name__ == "__main__":
    schedule(prog_name="python -m hafenlotse.schedule")
