"""Announces crossings: here the relay reads what it publishes."""

from collections.abc import Mapping

from services.quota.store.crossings import Written, list_written_after_each
from shared.codes import Land, instant_text
from shared.contracts.crossings import crossing_document, crossing_event
from shared.postgres import Connection
from shared.relay import Outgoing, Rows


def outgoing(written: Written) -> Outgoing:
    """A crossing as its event."""
    facts, found_at = written
    event = crossing_event(crossing_document(facts), instant_text(found_at))
    return Outgoing(facts["land"], facts["sequence"], event)


class CrossingSource:
    """Where the relay reads a Land's crossings (a Source)."""

    async def read_after(self, tx: Connection, seen: Mapping[Land, int], limit: int) -> Rows:
        """The next crossings of each Land as events."""
        return list(map(outgoing, await list_written_after_each(tx, seen, limit)))

    async def announce(self, _tx: Connection, _land: Land, /) -> Outgoing | None:
        """No heads on this topic: a lost tail is found by reading back."""
        return None
