"""What the ledger says: signed changes of people, in entries of one Land numbered without gaps."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from shared.codes import Ags, EntryType, Programme


class Posting(Protocol):
    """A signed change of people of one unit under one programme on one day; never 0."""

    @property
    def unit(self) -> Ags: ...
    @property
    def programme(self) -> Programme: ...
    @property
    def effective_on(self) -> date: ...
    @property
    def persons(self) -> int: ...


class Entry(Protocol):
    """One ledger entry; its postings are net, so that a reader needs no earlier entry.

    What was decoded from the topic, the feed or our own copy is counted as it is.
    """

    @property
    def land(self) -> str: ...
    @property
    def sequence(self) -> int: ...
    @property
    def type(self) -> EntryType: ...
    @property
    def placement(self) -> str: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def postings(self) -> Sequence[Posting]: ...
    @property
    def previous_hash(self) -> str: ...
    @property
    def hash(self) -> str: ...
