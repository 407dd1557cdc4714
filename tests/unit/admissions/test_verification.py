"""An altered past shows, and so does a cut one."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from services.admissions.domain.entry import GENESIS, Document
from services.admissions.domain.verification import Chain, Verdict
from tests.unit.admissions.builders import a_ledger, an_empty_head, hash_for_tests

HEAD, WHOLE = a_ledger(4)


def verdict(documents: list[Document], last_published: int = 0) -> Verdict:
    return Chain().follow(documents, hash_for_tests).judge(HEAD, last_published)


def altered(place: int, **changes: object) -> list[Document]:
    """The ledger with one entry changed in place."""
    return [*WHOLE[:place], WHOLE[place] | changes, *WHOLE[place + 1 :]]


def resealed(place: int, **changes: object) -> list[Document]:
    """The ledger with one entry changed, and its own hash made to fit."""
    documents = altered(place, **changes)
    documents[place]["hash"] = hash_for_tests(documents[place])
    return documents


def test_a_whole_ledger_is_intact() -> None:
    found = verdict(WHOLE, last_published=4)
    assert found == Verdict(4, HEAD, None)
    assert found.intact


def test_an_empty_ledger_is_intact() -> None:
    found = Chain().follow([], hash_for_tests).judge(an_empty_head(), 0)
    assert found == Verdict(0, an_empty_head(), None)


def test_pages_are_followed_as_one_ledger() -> None:
    chain = Chain()
    for document in WHOLE:
        chain = chain.follow([document], hash_for_tests)
    assert chain == Chain(4, HEAD.hash, None)


@pytest.mark.parametrize("place", [0, 1, 3])
def test_an_altered_entry_is_the_first_broken(place: int) -> None:
    found = verdict(altered(place, reason="x"))
    assert (found.first_broken, found.intact, found.entries) == (place + 1, False, 4)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_entry_that_was_hashed_again_breaks_the_next(place: int) -> None:
    assert verdict(resealed(place, reason="x")).first_broken == place + 2


def test_a_last_entry_that_was_hashed_again_differs_from_the_head() -> None:
    assert verdict(resealed(3, reason="x")).first_broken == 4


def test_a_first_entry_follows_on_nothing() -> None:
    assert verdict(resealed(0, previous_hash="1" * 64)).first_broken == 1


def test_a_number_out_of_turn_is_broken() -> None:
    assert verdict(resealed(2, sequence=5)).first_broken == 3


def test_a_missing_entry_is_the_first_broken() -> None:
    found = verdict([*WHOLE[:1], *WHOLE[2:]])
    assert (found.first_broken, found.entries) == (2, 3)


def test_the_first_of_two_faults_is_named() -> None:
    documents = altered(1, reason="x")
    documents[3] = documents[3] | {"reason": "y"}
    assert verdict(documents).first_broken == 2


@pytest.mark.parametrize("kept", [0, 1, 3])
def test_a_cut_tail_shows_by_the_head(kept: int) -> None:
    assert verdict(WHOLE[:kept]).first_broken == kept + 1


def test_an_entry_above_the_head_shows() -> None:
    shorter = replace(HEAD, sequence=3, hash=WHOLE[2]["hash"])
    assert Chain().follow(WHOLE, hash_for_tests).judge(shorter, 0).first_broken == 4


def test_a_head_of_another_ledger_shows() -> None:
    other = replace(HEAD, hash="2" * 64)
    assert Chain().follow(WHOLE, hash_for_tests).judge(other, 0).first_broken == 4


def test_a_forged_head_of_an_empty_ledger_shows() -> None:
    forged = replace(an_empty_head(), hash="2" * 64)
    assert Chain().judge(forged, 0).first_broken == 1


@pytest.mark.parametrize(("published", "broken"), [(3, None), (4, None), (5, 5), (9, 5)])
def test_what_was_published_and_is_gone_shows(published: int, broken: int | None) -> None:
    assert verdict(WHOLE, published).first_broken == broken


def test_what_can_not_be_hashed_at_all_is_broken() -> None:
    def refusing(at: int) -> Callable[[Document], str]:
        def hash_or_refuse(document: Document) -> str:
            if document["sequence"] == at:
                raise ValueError
            return hash_for_tests(document)

        return hash_or_refuse

    assert Chain().follow(WHOLE, refusing(3)).judge(HEAD, 0).first_broken == 3


def test_a_chain_begins_at_nothing() -> None:
    assert Chain() == Chain(0, GENESIS, None)
