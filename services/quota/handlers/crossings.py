"""Announces crossings: here the relay reads what it publishes."""

from collections.abc import Mapping

from services.quota.store.crossings import list_written_after_each
from shared.codes import Land, instant_text
from shared.contracts.crossings import crossing_document, crossing_event
from shared.postgres import Connection
from shared.relay import Outgoing, Rows


class CrossingSource:
    """Where the relay reads a Land's crossings (a Source)."""

    async def read_after(self, tx: Connection, seen: Mapping[Land, int], limit: int) -> Rows:
        """The next crossings of each Land as events."""
        return [
            Outgoing(
                facts["land"],
                facts["sequence"],
                crossing_event(crossing_document(facts), instant_text(found_at)),
            )
            for facts, found_at in await list_written_after_each(tx, seen, limit)
        ]

    async def announce(self, _tx: Connection, _land: Land, /) -> Outgoing | None:
        """No heads on this topic: a lost tail is found by reading back."""
        return None
