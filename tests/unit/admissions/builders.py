"""Placements, stamps and ledgers, valid unless told otherwise."""

import hashlib
from datetime import UTC, date, datetime
from typing import Any

from services.admissions.domain.entry import GENESIS, Document, Head, Stamp, seal
from services.admissions.domain.placement import Placement, Proposal, record
from shared.codes import Ags, Land, Programme

FLENSBURG, KIEL, HAMBURG = Ags("01001"), Ags("01002"), Ags("02000")
SAFE_HARBOUR, ASYLUM = Programme("safe-harbour"), Programme("asylum")
MAY_DAY = date(2023, 5, 1)
SH = Land("01")
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def a_proposal(**changes: Any) -> Proposal:
    given: dict[str, Any] = {
        "unit": FLENSBURG,
        "programme": SAFE_HARBOUR,
        "persons": 3,
        "effective_on": MAY_DAY,
        "reference": "FL-1",
    }
    return Proposal(**(given | changes))


def a_stamp(sequence: int = 1, at: datetime = NOON) -> Stamp:
    return Stamp(SH, sequence, at)


def a_placement(sequence: int = 1, **changes: Any) -> Placement:
    """A placement just recorded."""
    return record(a_stamp(sequence), "p1", a_proposal(**changes)).placement


def an_empty_head(at: datetime = NOON) -> Head:
    return Head(SH, 0, GENESIS, at)


def hash_for_tests(document: Document) -> str:
    """A stand-in that covers every member: what is hashed, and how, is the contract's."""
    covered = sorted((name, str(value)) for name, value in document.items() if name != "hash")
    return hashlib.sha256(repr(covered).encode()).hexdigest()


def a_ledger(count: int = 4) -> tuple[Head, list[Document]]:
    """A chained ledger of new placements, with its end."""
    head = an_empty_head()
    stamps = head.stamps(NOON)
    entries = [record(next(stamps), f"p{n}", a_proposal()).entry for n in range(count)]
    return seal(head, entries, hash_for_tests)
