"""The benchmarks' reference finds the model's crossings, whatever the ledger."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.comparing import Crossing
from benchmarks.ledgers import entries
from benchmarks.reference import crossings_of
from benchmarks.world import SMALL, World
from tests.model.crossings import Model
from tests.model.definitions import Definition

Entry = Mapping[str, Any]


def modelled(world: World, land: str, ledger: Sequence[Entry]) -> list[Crossing]:
    model = Model()
    for number, (quota, kind, change) in enumerate(world.definitions(land), 1):
        if kind != "quota":
            model.define(Definition(number, 0, quota, kind, change))
    for entry in ledger:
        model.apply_entry(entry)
    return [
        (land, c.ledger_sequence, c.quota, c.unit, c.before, c.after, str(c.balance))
        for c in model.crossings
    ]


@settings(max_examples=5, deadline=None)
@given(
    st.integers(1, 10**6), st.integers(1, 250), st.sampled_from([1, 2, 5]), st.sampled_from([0, 20])
)
def test_the_reference_finds_the_crossings_of_the_model(
    seed: int, count: int, tolerance: int, late_percent: int
) -> None:
    world = World(SMALL, tolerance, late_percent)
    ledger = list(entries(world, count, seed))
    found = list(crossings_of(world, ledger))
    for land in {entry["land"] for entry in ledger}:
        own = [entry for entry in ledger if entry["land"] == land]
        assert [each for each in found if each[0] == land] == modelled(world, land, own)


@pytest.mark.parametrize("late_percent", [0, 20])
def test_a_ledger_of_many_entries_crosses_often_enough_to_compare(late_percent: int) -> None:
    world = World(SMALL, 1, late_percent)
    ledger = [each for each in entries(world, 1500) if each["land"] == "01"]
    found = list(crossings_of(world, ledger))
    assert len(found) > 20
    assert found == modelled(world, "01", ledger)
