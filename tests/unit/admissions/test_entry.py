"""How entries are numbered, written and chained."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from services.admissions.domain.entry import (
    GENESIS,
    Count,
    Head,
    Posting,
    postings_between,
    seal,
)
from services.admissions.domain.placement import Correction, correct, record
from tests.unit.admissions.builders import (
    ASYLUM,
    FLENSBURG,
    KIEL,
    MAY_DAY,
    NOON,
    SAFE_HARBOUR,
    SH,
    a_placement,
    a_proposal,
    a_stamp,
    an_empty_head,
    hash_for_tests,
)

SECOND = timedelta(seconds=1)


def test_numbers_go_on_after_the_head_without_gaps() -> None:
    stamps = Head(SH, 41, GENESIS, NOON).stamps(NOON)
    assert [(next(stamps).land, next(stamps).sequence) for _ in range(2)] == [(SH, 43), (SH, 45)]


@pytest.mark.parametrize(
    ("clock", "instant"),
    [(NOON + SECOND, NOON + SECOND), (NOON, NOON), (NOON - SECOND, NOON)],
)
def test_time_never_runs_backwards_in_a_ledger(clock: datetime, instant: datetime) -> None:
    assert next(an_empty_head(NOON).stamps(clock)).recorded_at == instant


def test_an_entry_is_written_as_the_contract_says() -> None:
    entry = correct(a_stamp(2), a_placement(1), Correction("typing-error", unit=KIEL)).entry
    assert entry.document("ab" * 32) == {
        "land": "01",
        "sequence": 2,
        "type": "corrected",
        "placement": "p1",
        "recorded_at": "2026-11-02T12:00:00.000000Z",
        "corrects": 1,
        "reason": "typing-error",
        "postings": [
            {
                "unit": "01001",
                "programme": "safe-harbour",
                "effective_on": "2023-05-01",
                "persons": -3,
            },
            {
                "unit": "01002",
                "programme": "safe-harbour",
                "effective_on": "2023-05-01",
                "persons": 3,
            },
        ],
        "previous_hash": "ab" * 32,
    }


def test_the_type_of_an_entry_is_plain_text() -> None:
    assert type(record(a_stamp(), "p1", a_proposal()).entry.document("")["type"]) is str


def test_postings_are_net_never_zero_and_sorted() -> None:
    flensburg: Count = (FLENSBURG, SAFE_HARBOUR, MAY_DAY)
    asylum: Count = (FLENSBURG, ASYLUM, MAY_DAY)
    kiel: Count = (KIEL, ASYLUM, MAY_DAY)
    before, after = Counter({kiel: 5, flensburg: 3}), Counter({kiel: 4, flensburg: 3, asylum: -1})
    assert postings_between(before, after) == (Posting(*asylum, -1), Posting(*kiel, -1))
    assert postings_between(before, before) == ()


def test_each_entry_is_chained_to_the_one_before() -> None:
    head = Head(SH, 6, "cd" * 32, NOON)
    stamps = head.stamps(NOON + SECOND)
    entries = [record(next(stamps), name, a_proposal()).entry for name in ("p7", "p8")]
    end, (first, second) = seal(head, entries, hash_for_tests)
    assert first["previous_hash"] == "cd" * 32
    assert first["hash"] == hash_for_tests(entries[0].document("cd" * 32))
    assert second["previous_hash"] == first["hash"]
    assert end == Head(SH, 8, second["hash"], NOON + SECOND)


def test_nothing_sealed_leaves_the_head_where_it_was() -> None:
    assert seal(an_empty_head(), [], hash_for_tests) == (an_empty_head(), [])
