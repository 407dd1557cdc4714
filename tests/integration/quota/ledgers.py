"""A true ledger, chained as admissions chains it, and a feed that serves it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec
import orjson

from services.quota.handlers.placements import event_of
from shared.codes import Land, instant_text
from shared.contracts.ledger import GENESIS, LedgerEntry, hash_of
from shared.line import Event, FeedUnavailable

LAND = Land("01")
AT = instant_text(datetime(2026, 11, 2, 9, 0, tzinfo=UTC))


def posting(unit: str = "01001", persons: int = 3, programme: str = "asylum") -> dict[str, Any]:
    return {
        "unit": unit, "programme": programme, "effective_on": "2026-11-01", "persons": persons,
    }  # fmt: skip


@dataclass
class LedgerInTest:
    """Entries in order, each following the one before; stands in for the feed's address too."""

    documents: list[dict[str, Any]] = field(default_factory=list)
    land: Land = LAND
    is_down: bool = False
    asked: int = 0

    def record(self, *postings: dict[str, Any], kind: str = "recorded") -> Event[LedgerEntry]:
        previous = self.documents[-1]["hash"] if self.documents else GENESIS
        sequence = len(self.documents) + 1
        document = {
            "land": self.land, "sequence": sequence, "type": kind,
            "placement": f"placement-{sequence}", "recorded_at": AT,
            "corrects": None if kind == "recorded" else 1,
            "reason": None if kind == "recorded" else "typing-error",
            "postings": list(postings or [posting()]), "previous_hash": previous,
        }  # fmt: skip
        self.documents.append({**document, "hash": hash_of(document)})
        return self.event(sequence)

    def event(self, sequence: int) -> Event[LedgerEntry]:
        written = orjson.dumps(self.documents[sequence - 1])
        return event_of(msgspec.json.decode(written, type=LedgerEntry))

    def events(self) -> Sequence[Event[LedgerEntry]]:
        return [self.event(each["sequence"]) for each in self.documents]

    async def read(self, _path: str, after: int, limit: int) -> bytes:
        """One page, as the feed answers it."""
        self.asked += 1
        if self.is_down:
            raise FeedUnavailable("switched off by the test")
        return orjson.dumps({"items": self.documents[after : after + limit], "next": None})
