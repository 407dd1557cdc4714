"""Entries and definitions for examples, valid unless told otherwise."""

from itertools import count
from typing import Any

from tests.model.definitions import Definition
from tests.model.ledger import FIRST_PREVIOUS_HASH, hash_of

FLENSBURG, KIEL, LUEBECK = "01001", "01002", "01003"
POPULATION = {FLENSBURG: "90164", KIEL: "246794", LUEBECK: "216530"}


class Definitions:
    """Makes numbered definitions of one quota, all applied after entry `after`."""

    def __init__(self, quota: str = "sh-alliance") -> None:
        self.quota = quota
        self.numbers = count(1)

    def make(self, kind: str, value: dict[str, Any], after: int = 0) -> Definition:
        return Definition(next(self.numbers), after, self.quota, kind, value)

    def key(self, valid_from: str, weights: dict[str, str], after: int = 0) -> Definition:
        return self.make("key", {"valid_from": valid_from, "weights": weights}, after)

    def member(
        self, unit: str, after: int = 0, since: str = "1990-01-01", to: str | None = None
    ) -> Definition:
        return self.make("member", {"unit": unit, "from": since, "to": to}, after)

    def rule(
        self, programme: str, share: str, since: str = "1990-01-01", to: str | None = None
    ) -> Definition:
        value = {"programme": programme, "share": share, "from": since, "to": to}
        return self.make("rule", value)

    def tolerance(self, persons: str, after: int = 0) -> Definition:
        return self.make("tolerance", {"persons": persons}, after)


def alliance() -> list[Definition]:
    """The three cities by population, all programmes credited whole."""
    make = Definitions()
    key = make.key("2019-12-31", POPULATION)
    members = [make.member(unit) for unit in POPULATION]
    return [key, *members, make.rule("*", "1")]


def posting(unit: str, persons: int, day: str = "2023-05-01", **more: str) -> dict[str, Any]:
    """A signed change of persons."""
    programme = more.get("programme", "safe-harbour")
    return {"unit": unit, "programme": programme, "effective_on": day, "persons": persons}


def ledger(*changes: tuple[str, str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """A good ledger from (type, placement, postings)."""
    entries: list[dict[str, Any]] = []
    for sequence, (entry_type, placement, postings) in enumerate(changes, start=1):
        earlier = [entry["sequence"] for entry in entries if entry["placement"] == placement]
        entry = {
            "land": "01",
            "sequence": sequence,
            "type": entry_type,
            "placement": placement,
            "recorded_at": "2023-05-02T08:15:30Z",
            "corrects": earlier[-1] if earlier else None,
            "reason": None if entry_type == "recorded" else "typing-error",
            "postings": postings,
            "previous_hash": entries[-1]["hash"] if entries else FIRST_PREVIOUS_HASH,
        }
        entries.append(entry | {"hash": hash_of(entry)})
    return entries


def recorded(*postings: dict[str, Any]) -> list[dict[str, Any]]:
    """A ledger of one new placement per posting."""
    return ledger(*(("recorded", f"p{n}", [one]) for n, one in enumerate(postings, start=1)))
