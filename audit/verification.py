"""Is the audit log as it was written? Every hash is computed again."""

from dataclasses import dataclass
from typing import Any

from audit.record import Record
from audit.store.records import Document, Head, insert_records, load_head, read_all
from shared.contracts.ledger import GENESIS, hash_of
from shared.postgres import ACQUIRE_SECONDS, Connection, Database

NOTHING = Head(0, GENESIS)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many entries there are, where the log says it ends, and the first wrong place."""

    entries: int
    head: Head
    first_broken: int | None

    def document(self) -> dict[str, Any]:
        """As the contract writes it."""
        return {
            "entries": self.entries,
            "head": {"number": self.head.number, "hash": self.head.hash},
            "intact": self.first_broken is None,
            "first_broken": self.first_broken,
        }


async def verify_on_record(database: Database, reading: Record, seen: Head = NOTHING) -> Verdict:
    """Verify what there is in one moment, and write down in it that somebody did."""
    async with (
        database.acquire(timeout=ACQUIRE_SECONDS) as tx,
        tx.transaction(isolation="repeatable_read"),
    ):
        verdict = await verify(tx, seen)
        await insert_records(tx, [reading])
    return verdict


async def verify(tx: Connection, seen: Head = NOTHING) -> Verdict:
    """Whether log, head, and an end that somebody remembers (`seen`) agree; in one snapshot."""
    at, first_broken, entries = NOTHING, None, 0
    async for page in read_all(tx):
        entries += len(page)
        for document in page:
            number = at.number + 1
            is_wrong = not _follows(document, at) or not _keeps(document, seen)
            if first_broken is None and is_wrong:
                first_broken = number
            at = Head(number, document["hash"])
    head = await load_head(tx)
    return Verdict(entries, head, first_broken or _wrong_end(at, head, seen))


def _follows(document: Document, last: Head) -> bool:
    """Whether an entry is the one after the last, and says what was said when it was chained."""
    linked = (document["number"], document["previous_hash"]) == (last.number + 1, last.hash)
    return linked and document["hash"] == _hash_or_none(document)


def _hash_or_none(document: Document) -> str | None:
    try:
        return hash_of(document)
    except ValueError:  # what was put in has no canonical form at all
        return None


def _keeps(document: Document, seen: Head) -> bool:
    at = Head(document["number"], document["hash"])
    return at.number != seen.number or at == seen


def _wrong_end(at: Head, head: Head, seen: Head) -> int | None:
    if at.number != head.number:
        return min(at.number, head.number) + 1
    if at.hash != head.hash:
        return max(at.number, 1)
    return at.number + 1 if seen.number > at.number else None
