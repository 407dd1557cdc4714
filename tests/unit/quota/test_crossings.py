import pytest

from services.quota.domain.crossings import cause_of, cause_of_step
from services.quota.domain.definitions import Change
from shared.codes import EntryType
from tests.unit.quota.builders import (
    FLENSBURG,
    KIEL,
    a_closure,
    a_definition,
    a_key,
    a_posting,
    a_term,
    a_tolerance,
    an_entry,
)


def test_every_unit_of_a_new_placement_did_it_itself() -> None:
    entry = an_entry(1, a_posting(FLENSBURG), a_posting(KIEL))
    assert [cause_of(entry, unit) for unit in (FLENSBURG, KIEL)] == ["own-placement"] * 2


@pytest.mark.parametrize("entry_type", list(EntryType))
def test_an_entry_moves_a_balance_for_the_cause_it_crosses_for(entry_type: EntryType) -> None:
    entry = an_entry(1, a_posting(FLENSBURG), entry_type=entry_type)
    for unit in (FLENSBURG, KIEL):
        assert cause_of_step(entry, unit) == cause_of(entry, unit)


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (a_key(), "new-key"),
        (a_term(), "membership"),
        (a_tolerance(), "new-rule"),
        (a_closure(), "new-rule"),
    ],
)
def test_a_definition_moves_a_balance_for_the_cause_of_its_kind(change: Change, cause: str) -> None:
    assert cause_of_step(a_definition(1, change), KIEL) == cause
