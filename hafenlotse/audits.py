"""Are the audit logs of the three services as they were written?"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from audit.record import Record
from audit.store.records import insert_records
from audit.store.witnesses import WITNESS, load_witnessed, witness
from audit.verification import Verdict, verify_on_record
from hafenlotse.acting import a_record, number_all
from hafenlotse.books import Pools, open_pools
from hafenlotse.installation import SERVICES, Installation
from hafenlotse.output import Table
from shared.postgres import ACQUIRE_SECONDS, transaction

KEEPERS = dict(zip(SERVICES, (*SERVICES[1:], SERVICES[0]), strict=True))
"""The service whose audit log knows where another one's ended."""
Audits = Sequence[tuple[str, Verdict]]


async def verify_audits(installation: Installation, by: str, act: str) -> Audits:
    """Compute every hash again, in each service; that somebody did is on record there.

    Each log is compared with the end that the next service's log knows of it, and its end of now
    is written there: whoever cuts one has to cut all.
    """
    async with open_pools(installation) as pools:
        for service in SERVICES:
            await number_all(pools[service])
        return [(name, await _verify(pools, name, a_record(by, act, "audit"))) for name in SERVICES]


async def _verify(pools: Pools, service: str, reading: Record) -> Verdict:
    keeper = pools[KEEPERS[service]]
    async with keeper.acquire(timeout=ACQUIRE_SECONDS) as tx:
        seen = await load_witnessed(tx, service)
    verdict = await verify_on_record(pools[service], reading, seen)
    if verdict.first_broken is None:
        said = replace(reading, act=WITNESS, thing=witness(service, verdict.head))
        async with transaction(keeper) as tx:
            await insert_records(tx, [said])
    return verdict


def altered(audits: Audits) -> list[str]:
    """The services whose log is not as it was written."""
    return [service for service, verdict in audits if verdict.first_broken is not None]


def audit_documents(audits: Audits) -> list[dict[str, Any]]:
    """For programs."""
    return [{"service": service, **verdict.document()} for service, verdict in audits]


def audit_table(audits: Audits) -> Table:
    """For people."""
    rows = [
        (service, one.entries, one.head.hash[:16], _yes(one), one.first_broken)
        for service, one in audits
    ]
    return Table(("audit log", "entries", "head", "intact", "first broken"), rows)


def _yes(verdict: Verdict) -> str:
    return "NO" if verdict.first_broken else "yes"
