"""The benchmark's ledgers are such as admissions writes, and made anew they are the same."""

from benchmarks.ledgers import entries, hash_of
from benchmarks.readers.typed import Event
from benchmarks.world import SMALL, World
from shared.codes import LANDS
from shared.contracts.ledger import entry_event
from shared.contracts.ledger import hash_of as contracts_hash_of
from tests.model.ledger import faults_in

WORLD = World(SMALL, 1)


def test_every_lands_ledger_is_whole_chained_and_possible() -> None:
    written = list(entries(WORLD, 2000))
    for land in LANDS:
        own = [entry for entry in written if entry["land"] == land]
        assert len(own) > 50
        assert faults_in(own) == []
    assert {entry["type"] for entry in written} == {
        "recorded", "corrected", "withdrawn", "transferred",
    }  # fmt: skip


def test_the_quick_hash_is_the_contracts() -> None:
    for entry in entries(WORLD, 200):
        bare = {name: value for name, value in entry.items() if name != "hash"}
        assert hash_of(bare) == contracts_hash_of(entry) == entry["hash"]


def test_the_same_seed_writes_the_same_entries() -> None:
    assert list(entries(WORLD, 50)) == list(entries(WORLD, 50))
    assert list(entries(WORLD, 50)) != list(entries(WORLD, 50, seed=2))


def test_the_strict_models_of_the_benchmark_read_the_real_event() -> None:
    for entry in entries(WORLD, 200):
        event = Event.model_validate_json(entry_event(entry), strict=True)
        assert event.data.hash == entry["hash"]
