import re
from collections import Counter
from datetime import date
from fractions import Fraction

import pytest
from msgspec.structs import astuple

from services.quota.domain.crossings import CAUSES_OF_CHANGES, Crossing, cause_of
from services.quota.domain.definitions import Change, Period, PeriodTurned
from services.quota.domain.documents import KINDS
from services.quota.domain.world import World
from shared.codes import FIRST_DAY, Ags, EntryType, Programme
from shared.contracts.ledger import PostingData
from tests.unit.quota.builders import (
    FLENSBURG,
    KIEL,
    LUEBECK,
    a_definition,
    a_key,
    a_period,
    a_posting,
    a_rule,
    a_term,
    a_tolerance,
    an_entry,
    definitions,
    terms,
    world_of,
)
from tests.unit.quota.worked.tables import Row, rows

PAGE = "crossings.md"
STEPS = rows(PAGE, "step", "kind", "what")
EXPECTED = rows(
    PAGE, "step", "unit", "before", "after", "credited", "target", "balance", "cause"
)  # fmt: skip


def postings_of(what: str) -> tuple[PostingData, ...]:
    found = re.findall(r"(\d{5}) ([+-]\d+)", what)
    return tuple(a_posting(Ags(unit), int(persons)) for unit, persons in found)


def change_of(kind: str, what: str) -> Change:
    day = re.search(r"\d{4}-\d{2}-\d{2}", what)
    on = date.fromisoformat(day[0]) if day else FIRST_DAY
    match kind:
        case "key":
            return a_key({Ags(unit): weight for unit, weight in re.findall(r"(\d{5}) (\d)", what)})
        case "member":
            return a_term(Ags(what[:5]), ends=on)
        case "tolerance":
            return a_tolerance(what)
        case "period":
            return a_period(Period.YEAR, on)
    return PeriodTurned(on)


class Told:
    """The page's history, told step by step."""

    def __init__(self) -> None:
        key = a_key({FLENSBURG: 1, KIEL: 1, LUEBECK: 2}, key_id="first")
        self.world: World = world_of(definitions(*terms(), a_rule(), key))
        self.daily: Counter[tuple[Ags, Programme, date]] = Counter()

    def tell(self, kind: str, what: str) -> list[Crossing]:
        position = self.world.position
        if kind in set(EntryType):
            postings = postings_of(what)
            for unit, programme, day, persons in map(astuple, postings):
                self.daily[unit, programme, day] += persons
            entry = an_entry(position.sequence + 1, *postings, entry_type=EntryType(kind))
            return self.world.apply(entry)
        change = change_of(kind, what)
        definition = a_definition(
            position.definition + 1, change, ledger_sequence=position.sequence
        )
        return self.world.define(definition, self.daily)


def test_the_history_makes_exactly_the_crossings_on_the_page() -> None:
    told = Told()
    found = [(row["step"], each) for row in STEPS for each in told.tell(row["kind"], row["what"])]
    assert [
        (step, each.unit, each.before, each.after, *map(str, each[6:9]), each.cause)
        for step, each in found
    ] == [tuple(row.values()) for row in EXPECTED]
    assert [each.sequence for _, each in found] == list(range(1, len(EXPECTED) + 1))


@pytest.mark.parametrize(
    "row", rows(PAGE, "what happened", "for units in the entry", "for all others")
)
def test_an_entry_is_the_cause_that_the_page_says(row: Row) -> None:
    entry = an_entry(1, a_posting(KIEL), entry_type=EntryType(row["what happened"]))
    assert cause_of(entry, KIEL) == row["for units in the entry"]
    assert cause_of(entry, LUEBECK) == row["for all others"]


def test_every_definition_is_the_cause_that_the_page_says() -> None:
    said = rows(PAGE, "what was defined", "cause, the same for every unit")
    causes = {KINDS[kind]: cause.value for kind, cause in CAUSES_OF_CHANGES.items()}
    assert causes == {
        row["what was defined"]: row["cause, the same for every unit"] for row in said
    }


def test_the_balances_after_every_step_sum_to_zero() -> None:
    told = Told()
    for row in STEPS:
        told.tell(row["kind"], row["what"])
        amounts = [
            told.world.amounts(q, u) for q in told.world.rules() for u in (FLENSBURG, KIEL, LUEBECK)
        ]
        assert sum((each.balance for each in amounts if each), Fraction(0)) == 0
