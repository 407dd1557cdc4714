"""One thing that somebody did, tried in vain, or was refused; before it has a number."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.codes import instant_text


class Outcome(StrEnum):
    """What became of an act."""

    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Record:
    """Who (`actor`, null if unknown) did what (`act`) on which thing, and what became of it.

    `reason` is the problem's slug, or of what was done the code that the person gave for it.
    Nothing in it tells more of a person than the actor's id; no body, query or secret is in it.
    """

    at: datetime
    actor: str | None
    roles: tuple[str, ...]
    act: str
    thing: str | None
    outcome: Outcome
    reason: str | None = None
    request: str | None = None

    def document(self) -> dict[str, Any]:
        """As the table's columns."""
        columns = {name: getattr(self, name) for name in self.__slots__}
        return columns | {"at": instant_text(self.at)}
