"""The ledger as the relay publishes it: it is its own outbox."""

from collections.abc import Sequence

from services.admissions.store.entries import read_after
from services.admissions.store.lands import load_sequences, set_clock
from shared.clock import now
from shared.codes import Land
from shared.contracts.ledger import entry_event, head_event
from shared.postgres import Connection
from shared.relay import Outgoing


class LedgerSource:
    """Every entry as an event, and the head of a Land, given under its lock."""

    async def load_heads(self, tx: Connection) -> dict[Land, int]:
        return await load_sequences(tx)

    async def read_after(
        self, tx: Connection, land: Land, sequence: int, limit: int
    ) -> Sequence[Outgoing]:
        entries = await read_after(tx, land, sequence, limit)
        return [Outgoing(entry["sequence"], entry_event(entry)) for entry in entries]

    async def announce(self, tx: Connection, land: Land) -> Outgoing | None:
        head = await set_clock(tx, land, now())
        event = head_event(land, head.sequence, head.hash, head.last_instant)
        return Outgoing(head.sequence, event)
