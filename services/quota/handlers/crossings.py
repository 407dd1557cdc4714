"""Announces crossings: here the relay reads what it publishes."""

from collections.abc import Sequence

from services.quota.store.crossings import list_written_after, load_heads
from shared.codes import Land, instant_text
from shared.contracts.crossings import crossing_document, crossing_event
from shared.postgres import Connection
from shared.relay import Outgoing


class CrossingSource:
    """Where the relay reads a Land's crossings (a Source)."""

    async def load_heads(self, tx: Connection) -> dict[Land, int]:
        """The last crossing of every Land."""
        return await load_heads(tx)

    async def read_after(
        self, tx: Connection, land: Land, sequence: int, limit: int
    ) -> Sequence[Outgoing]:
        """The next crossings as events."""
        return [
            Outgoing(
                facts["sequence"], crossing_event(crossing_document(facts), instant_text(found_at))
            )
            for facts, found_at in await list_written_after(tx, land, sequence, limit)
        ]

    async def announce(self, _tx: Connection, _land: Land, /) -> Outgoing | None:
        """No heads on this topic: a lost tail is found by reading back."""
        return None
