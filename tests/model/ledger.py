"""Whether a ledger feed is whole, in order, chained and replays to placements."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.model.quota import summed

Entry = Mapping[str, Any]
FIRST_PREVIOUS_HASH = "0" * 64
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Placement:
    """A placement as its entries leave it; a withdrawn one has no persons."""

    status: str
    sequence: int
    legs: Mapping[tuple[str, str, str], int]

    @property
    def persons(self) -> int:
        return sum(self.legs.values())


def canonical(value: Any) -> str:
    """RFC 8785 for what an entry holds: objects, lists, text, whole numbers, null."""
    if isinstance(value, Mapping):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(k)}:{canonical(v)}" for k, v in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def hash_of(entry: Entry) -> str:
    """The hash that an entry must carry, over everything else in it."""
    hashed = {name: value for name, value in entry.items() if name != "hash"}
    return hashlib.sha256(canonical(hashed).encode()).hexdigest()


def faults_in(entries: Sequence[Entry]) -> list[str]:
    """Every fault as a sentence; an empty list is a good ledger."""
    found = []
    last_hash, last_recorded_at = FIRST_PREVIOUS_HASH, LONG_AGO
    for number, entry in enumerate(entries, start=1):
        if entry["sequence"] != number:
            found.append(f"entry {entry['sequence']} stands at place {number}")
        if entry["previous_hash"] != last_hash:
            found.append(f"entry {number} does not follow on the one before it")
        if entry["hash"] != hash_of(entry):
            found.append(f"entry {number} was altered")
        recorded_at = datetime.fromisoformat(entry["recorded_at"])
        if recorded_at < last_recorded_at:
            found.append(f"entry {number} was recorded before the one before it")
        last_hash, last_recorded_at = entry["hash"], recorded_at
        found += [f"entry {number}: {fault}" for fault in posting_faults(entry["postings"])]
    return found + list(placement_faults(entries))


def posting_faults(postings: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Postings are net, never zero, sorted by unit, programme and day."""
    places = [(p["unit"], p["programme"], p["effective_on"]) for p in postings]
    if places != sorted(set(places)):
        yield "postings are not sorted, or not net"
    if any(posting["persons"] == 0 for posting in postings):
        yield "a posting of nobody"


def placement_faults(entries: Sequence[Entry]) -> Iterator[str]:
    """Entries of a placement follow on each other and leave a possible placement behind."""
    seen: dict[str, list[Entry]] = {}
    for entry in entries:
        earlier = seen.setdefault(entry["placement"], [])
        for fault in entry_faults(entry, earlier):
            yield f"entry {entry['sequence']}: {fault}"
        earlier.append(entry)


def entry_faults(entry: Entry, earlier: Sequence[Entry]) -> Iterator[str]:
    """What is wrong with an entry after the earlier ones of its placement."""
    if entry["corrects"] != (earlier[-1]["sequence"] if earlier else None):
        yield "does not name the placement's previous entry"
    if (entry["type"] == "recorded") != (not earlier):
        yield "a placement is recorded once, first"
    if (entry["reason"] is None) != (entry["type"] == "recorded"):
        yield "only a first record has no reason"
    if earlier and earlier[-1]["type"] == "withdrawn":
        yield "follows on a withdrawal"
    persons = placement_after([*earlier, entry]).persons
    if persons != 0 if entry["type"] == "withdrawn" else not 1 <= persons <= 10_000:
        yield f"leaves {persons} persons"


def placement_after(entries: Sequence[Entry]) -> Placement:
    """The placement that its entries, in order, leave behind."""
    legs = summed(posting for entry in entries for posting in entry["postings"])
    return Placement(
        status=entries[-1]["type"],
        sequence=entries[-1]["sequence"],
        legs={place: persons for place, persons in legs.items() if persons != 0},
    )


def placements_in(entries: Sequence[Entry]) -> dict[str, Placement]:
    """Placement id → how it stands."""
    by_placement: dict[str, list[Entry]] = {}
    for entry in entries:
        by_placement.setdefault(entry["placement"], []).append(entry)
    return {name: placement_after(own) for name, own in by_placement.items()}
