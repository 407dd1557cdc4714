"""From the accepted placement to the mail in the coordination's inbox, at a steady rate."""

import asyncio
import logging

import pytest

from tests.chaos.arrivals import arrivals
from tests.chaos.steady import Rate, send_steadily
from tests.end_to_end.quotas import level
from tests.end_to_end.system import System
from tests.sizes import sized

pytestmark = pytest.mark.asyncio(loop_scope="session")

log = logging.getLogger(__name__)
RATE = sized(Rate(20, 3), Rate(200, 60))
LIMIT_SECONDS = sized(float("inf"), 2.0)
"""The promise's; a machine that is busy with other tests is only asked for the mails."""


@pytest.mark.promise(21)
async def test_every_crossings_mail_arrives_in_time(system: System) -> None:
    await level(system)
    sent = await asyncio.to_thread(send_steadily, system.access_file, RATE)
    assert [one for one in sent if not one.sequences] == []
    figures = await arrivals(system, sent, within=60)
    log.info("%s: %s", RATE, figures)
    assert 0 < figures["crossings"] == figures["mails"]
    assert 0 < figures["mail_p50_seconds"] <= figures["mail_p99_seconds"] <= LIMIT_SECONDS
