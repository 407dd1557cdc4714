"""What the ledger says: signed changes of people, in entries of one Land numbered without gaps."""

from datetime import date, datetime
from typing import NamedTuple

from shared.codes import Ags, EntryType, Land, Programme


class Posting(NamedTuple):
    """A signed change of people of one unit under one programme on one day; never 0."""

    unit: Ags
    programme: Programme
    effective_on: date
    persons: int


class Entry(NamedTuple):
    """One ledger entry; its postings are net, so that a reader needs no earlier entry."""

    land: Land
    sequence: int
    type: EntryType
    placement: str
    recorded_at: datetime
    postings: tuple[Posting, ...]
    previous_hash: str
    hash: str
