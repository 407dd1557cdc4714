"""The ledger as the relay publishes it: it is its own outbox."""

from collections.abc import Mapping

from services.admissions.domain.entry import Document
from services.admissions.store.entries import read_after_each
from services.admissions.store.lands import set_clock
from shared.clock import now
from shared.codes import Land
from shared.contracts.ledger import entry_event, head_event
from shared.postgres import Connection
from shared.relay import Outgoing, Rows


def outgoing(entry: Document) -> Outgoing:
    """An entry as its event."""
    return Outgoing(entry["land"], entry["sequence"], entry_event(entry))


class LedgerSource:
    """Every entry as an event, and the head of a Land, given under its lock."""

    async def read_after(self, tx: Connection, seen: Mapping[Land, int], limit: int) -> Rows:
        return list(map(outgoing, await read_after_each(tx, seen, limit)))

    async def announce(self, tx: Connection, land: Land) -> Outgoing | None:
        head = await set_clock(tx, land, now())
        event = head_event(land, head.sequence, head.hash, head.last_instant)
        return Outgoing(land, head.sequence, event)
