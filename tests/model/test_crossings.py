"""Crossings and alerts by hand: who crosses, why, in which order, and what ends an alert."""

from fractions import Fraction

import pytest

from tests.model.alerts import alerts_for
from tests.model.builders import Definitions, ledger, posting, recorded
from tests.model.crossings import Crossing, Model, go_on, replay
from tests.model.definitions import Definition, definitions_in

A, B, C = "01051", "01053", "01054"


def thirds(quota: str = "sh-regular") -> list[Definition]:
    """A, B and C with equal weights, tolerance one person."""
    make = Definitions(quota)
    key = make.key("2020-01-01", {A: "1", B: "1", C: "1"})
    return [key, *(make.member(unit) for unit in (A, B, C)), make.rule("*", "1")]


def told(model: Model) -> list[tuple[str, str, str, str, int]]:
    return [(c.unit, c.before, c.after, c.cause, c.ledger_sequence) for c in model.crossings]


def test_one_citys_placement_puts_the_others_under() -> None:
    model = replay(recorded(posting(B, 3)), thirds())
    assert told(model) == [
        (A, "on-quota", "under", "other-placement", 1),
        (B, "on-quota", "over", "own-placement", 1),
        (C, "on-quota", "under", "other-placement", 1),
    ]
    assert model.crossings[1] == Crossing(
        sequence=2,
        quota="sh-regular",
        unit=B,
        before="on-quota",
        after="over",
        credited=Fraction(3),
        target=Fraction(1),
        balance=Fraction(2),
        cause="own-placement",
        ledger_sequence=1,
        definition=5,
    )


def test_two_people_cross_nobody_but_their_own_city() -> None:
    model = replay(recorded(posting(B, 2)), thirds())
    assert told(model) == [(B, "on-quota", "over", "own-placement", 1)]


def test_crossings_of_one_entry_come_by_quota_then_unit() -> None:
    defined = thirds("b-quota") + thirds("a-quota")
    renumbered = [
        Definition(number, 0, one.quota, one.kind, one.value)
        for number, one in enumerate(defined, start=1)
    ]
    model = replay(recorded(posting(A, 3)), renumbered)
    assert [(c.quota, c.unit) for c in model.crossings] == [
        (quota, unit) for quota in ("a-quota", "b-quota") for unit in (A, B, C)
    ]
    assert [c.sequence for c in model.crossings] == [1, 2, 3, 4, 5, 6]


def test_a_correction_is_the_cause_for_every_unit() -> None:
    entries = ledger(
        ("recorded", "p1", [posting(A, 1)]),
        ("corrected", "p1", [posting(A, 2)]),
        ("withdrawn", "p1", [posting(A, -3)]),
    )
    assert told(replay(entries, thirds())) == [
        (A, "on-quota", "over", "correction", 2),
        (B, "on-quota", "under", "correction", 2),
        (C, "on-quota", "under", "correction", 2),
        (A, "over", "on-quota", "correction", 3),
        (B, "under", "on-quota", "correction", 3),
        (C, "under", "on-quota", "correction", 3),
    ]


def test_definitions_cross_after_the_entry_that_they_follow() -> None:
    make = Definitions("sh-regular")
    defined = [
        make.key("2020-01-01", {A: "1", B: "1", C: "1"}),
        *(make.member(unit) for unit in (A, B, C)),
        make.rule("*", "1"),
        make.key("2020-01-01", {A: "4", B: "1", C: "1"}, after=1),
        make.tolerance("1/2", after=2),
        make.member(C, after=2, to="1989-12-31"),
    ]
    model = replay(recorded(posting(A, 2), posting(B, 2)), defined)
    assert told(model) == [
        (A, "on-quota", "over", "own-placement", 1),
        (A, "over", "on-quota", "new-key", 1),
        (B, "on-quota", "over", "own-placement", 2),
        (A, "on-quota", "under", "new-rule", 2),
        (C, "on-quota", "under", "new-rule", 2),
        (C, "under", "on-quota", "membership", 2),
    ]
    assert [crossing.definition for crossing in model.crossings] == [5, 6, 6, 7, 7, 8]


def test_a_quotas_listing_is_read_in_the_order_of_its_numbers() -> None:
    def known(number: int) -> dict[str, object]:
        return {"known": {"definition": number, "ledger_sequence": number // 3}}

    listing = {
        "quota": "sh-regular",
        "members": [{"unit": A} | known(2), {"unit": B} | known(4)],
        "rules": [known(3)],
        "tolerances": [known(1)],
        "periods": [known(5)],
        "keys": [],
        "closures": [known(6)],
    }
    read = [(d.number, d.after_sequence, d.kind) for d in definitions_in([listing])]
    assert read == [
        (1, 0, "tolerance"),
        (2, 0, "member"),
        (3, 1, "rule"),
        (4, 1, "member"),
        (5, 1, "period"),
        (6, 2, "closure"),
    ]


def test_an_alert_is_resolved_by_the_way_back_or_by_the_other_side() -> None:
    entries = ledger(
        ("recorded", "p1", [posting(A, 3)]),
        ("recorded", "p2", [posting(B, 3)]),
        ("recorded", "p3", [posting(C, 3)]),
        ("withdrawn", "p1", [posting(A, -3)]),
        ("corrected", "p2", [posting(B, -1)]),
    )
    alerts = alerts_for(replay(entries, thirds()).crossings)
    seen = [
        (a.crossing.unit, a.crossing.after, a.state, a.resolved_by, a.undone_by_correction)
        for a in alerts
    ]
    assert seen == [
        (A, "over", "resolved", 5, False),
        (B, "under", "resolved", 4, False),
        (C, "under", "resolved", 7, False),
        (B, "over", "resolved", 6, False),
        (A, "on-quota", "resolved", None, False),
        (B, "on-quota", "resolved", None, False),
        (C, "on-quota", "resolved", None, False),
        (A, "under", "open", None, False),
        (B, "over", "resolved", 11, True),
        (C, "over", "open", None, False),
        (B, "on-quota", "resolved", None, False),
    ]


def test_a_model_goes_on_with_what_is_new() -> None:
    entries = recorded(posting(A, 3), posting(B, 3))
    later = Definition(6, 1, "sh-regular", "tolerance", {"persons": "5"})
    whole = replay(entries, [*thirds(), later])
    model = replay(entries[:1], thirds())
    go_on(model, entries, [*thirds(), later])
    assert model.crossings == whole.crossings
    with pytest.raises(ValueError, match="came late"):
        go_on(model, entries, [Definition(7, 1, "sh-regular", "tolerance", {"persons": "1"})])
