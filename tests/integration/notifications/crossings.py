"""True crossings in order, as quota announces them, and a feed that serves them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import orjson

from services.notifications.domain.alert import Crossing
from services.notifications.handlers.crossings import event_of
from shared.codes import Land
from shared.contracts.crossings import CrossingData, crossing_event
from shared.contracts.exact import exact
from shared.line import Event, FeedUnavailable

LAND = Land("01")
TIME = "2026-11-02T09:00:00.000000Z"
Json = dict[str, Any]


@dataclass
class CrossingsInTest:
    """Crossings of one Land, numbered as they are added; stands in for the feed's pages too."""

    documents: list[Json] = field(default_factory=list)
    is_down: bool = False
    asked: int = 0

    def cross(self, unit: str = "01003", after: str = "over", **changes: Any) -> Event[Crossing]:
        """One more crossing of a unit, from where it last stood."""
        quota = changes.get("quota", "sh-regular")
        standings = {(one["quota"], one["unit"]): one["after"] for one in self.documents}
        balance = {"over": 2, "on-quota": 0, "under": -2}[after]
        document = {
            "land": LAND,
            "sequence": len(self.documents) + 1,
            "quota": quota,
            "unit": unit,
            "before": standings.get((quota, unit), "on-quota"),
            "after": after,
            "credited": exact(9 + balance),
            "target": exact(9),
            "balance": exact(balance),
            "cause": "own-placement",
            "ledger_sequence": 17,
            "definition": 6,
        } | changes
        self.documents.append(document)
        return self.event(document["sequence"])

    def event(self, sequence: int) -> Event[Crossing]:
        return event_from(self.documents[sequence - 1])

    def events(self) -> list[Event[Crossing]]:
        return [event_from(document) for document in self.documents]

    def records(self, documents: Sequence[Json] | None = None) -> list[bytes]:
        """The crossings as they go on the topic."""
        chosen = self.documents if documents is None else documents
        return [crossing_event(document, TIME) for document in chosen]

    async def read(self, _path: str, after: int, limit: int) -> bytes:
        """One page, as the feed answers it."""
        self.asked += 1
        if self.is_down:
            raise FeedUnavailable("switched off by the test")
        return orjson.dumps({"items": self.documents[after : after + limit], "next": None})


def event_from(document: Json) -> Event[Crossing]:
    """The event of any document, also of a false one."""
    return event_of(msgspec.json.decode(orjson.dumps(document), type=CrossingData))
