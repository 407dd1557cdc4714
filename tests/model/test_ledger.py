"""A good ledger passes, and each way of tampering with one is found."""

import copy
import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from tests.model.builders import FLENSBURG, KIEL, ledger, posting
from tests.model.ledger import canonical, faults_in, placements_in

Entries = list[dict[str, Any]]


def a_ledger() -> Entries:
    return ledger(
        ("recorded", "p1", [posting(FLENSBURG, 3)]),
        ("recorded", "p2", [posting(KIEL, 8)]),
        ("corrected", "p1", [posting(FLENSBURG, -3), posting(FLENSBURG, 4, "2023-05-02")]),
        ("withdrawn", "p2", [posting(KIEL, -8)]),
    )


def test_a_good_ledger_has_no_faults() -> None:
    assert faults_in(a_ledger()) == []


def test_a_ledger_replays_to_its_placements() -> None:
    placements = placements_in(a_ledger())
    place = FLENSBURG, "safe-harbour", "2023-05-02"
    assert placements["p1"].legs == {place: 4}
    assert (placements["p1"].status, placements["p1"].sequence) == ("corrected", 3)
    assert (placements["p2"].status, placements["p2"].persons) == ("withdrawn", 0)


def test_canonical_json_sorts_names_and_escapes_as_little_as_it_may() -> None:
    value = {"ö": 1, "b": [None, {"z": -2, "a": 'Ä"\n'}], "a": "\u20ac"}
    assert canonical(value) == '{"a":"€","b":[null,{"a":"Ä\\"\\n","z":-2}],"ö":1}'


def test_the_hash_covers_everything_but_itself() -> None:
    entry = ledger(("recorded", "p", [posting(FLENSBURG, 3)]))[0]
    text = (
        '{"corrects":null,"land":"01","placement":"p","postings":[{"effective_on":"2023-05-01",'
        '"persons":3,"programme":"safe-harbour","unit":"01001"}],"previous_hash":"' + "0" * 64 + '"'
        ',"reason":null,"recorded_at":"2023-05-02T08:15:30Z","sequence":1,"type":"recorded"}'
    )
    assert entry["hash"] == hashlib.sha256(text.encode()).hexdigest()


def earlier(entry: dict[str, Any]) -> None:
    entry["recorded_at"] = "2023-05-02T08:15:29.999999Z"


def nobody(entry: dict[str, Any]) -> None:
    entry["postings"].append(posting(KIEL, 0))


@pytest.mark.parametrize(
    ("tamper", "fault"),
    [
        (lambda entries: entries.pop(1), "stands at place"),
        (lambda entries: entries.pop(0), "does not follow"),
        (lambda entries: entries[1].update(hash="0" * 64), "was altered"),
        (lambda entries: entries[1]["postings"][0].update(persons=9), "was altered"),
        (lambda entries: earlier(entries[2]), "recorded before"),
        (lambda entries: entries[2]["postings"].reverse(), "not sorted"),
        (lambda entries: nobody(entries[2]), "posting of nobody"),
        (lambda entries: entries[2].update(corrects=2), "previous entry"),
        (lambda entries: entries[2].update(corrects=None), "previous entry"),
        (lambda entries: entries[3]["postings"][0].update(persons=-7), "leaves 1 persons"),
        (lambda entries: entries[3].update(reason=None), "no reason"),
        (lambda entries: entries[3].update(type="recorded"), "recorded once"),
        (lambda entries: entries[2].update(placement="p2", type="withdrawn"), "on a withdrawal"),
    ],
)
def test_a_ledger_that_was_tampered_with_is_found_out(
    tamper: Callable[[Entries], object], fault: str
) -> None:
    entries = copy.deepcopy(a_ledger())
    tamper(entries)
    assert any(fault in found for found in faults_in(entries))
