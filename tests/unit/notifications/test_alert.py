"""One crossing, one alert; the next crossing resolves it; a person takes it on."""

from dataclasses import replace
from uuid import UUID

import pytest

from services.notifications.domain.alert import (
    Acknowledgement,
    AlertState,
    AlreadyAcknowledged,
    AlreadyResolved,
    Change,
    ChangeKind,
    Note,
    acknowledge,
    alert_id,
    as_changed,
    as_raised,
    decide_alert,
    decide_alerts,
)
from services.notifications.domain.documents import to_document
from shared.codes import Cause, Land, Standing
from tests.unit.notifications.builders import AT, LATER, a_crossing, an_alert

UNDER, ON_QUOTA, OVER = Standing.UNDER, Standing.ON_QUOTA, Standing.OVER


@pytest.mark.parametrize(
    ("before", "after", "state"),
    [
        (ON_QUOTA, OVER, AlertState.OPEN),
        (ON_QUOTA, UNDER, AlertState.OPEN),
        (OVER, UNDER, AlertState.OPEN),
        (UNDER, OVER, AlertState.OPEN),
        (OVER, ON_QUOTA, AlertState.RESOLVED),
        (UNDER, ON_QUOTA, AlertState.RESOLVED),
    ],
)
def test_only_one_back_on_quota_is_born_resolved(
    before: Standing, after: Standing, state: AlertState
) -> None:
    crossing = a_crossing(before=before, after=after)
    alert, resolved = decide_alert(crossing, None, AT)
    assert (alert.crossing, alert.state, alert.raised_at) == (crossing, state, AT)
    assert alert.acknowledgement is None
    assert alert.resolved_by is None
    assert not alert.undone_by_correction
    assert resolved is None


@pytest.mark.parametrize("after", [UNDER, ON_QUOTA])
def test_the_next_crossing_resolves_the_unresolved_alert(after: Standing) -> None:
    earlier = an_alert(sequence=41)
    alert, resolved = decide_alert(a_crossing(before=OVER, after=after), earlier, LATER)
    assert resolved == replace(earlier, state=AlertState.RESOLVED, resolved_by=42)
    assert alert.crossing.sequence == 42


def test_a_resolved_alert_keeps_who_took_it_on() -> None:
    earlier = acknowledge(an_alert(sequence=41), "anna", AT, Note.INFORMED)
    _, resolved = decide_alert(a_crossing(before=OVER, after=ON_QUOTA), earlier, LATER)
    assert resolved is not None
    assert resolved.state is AlertState.RESOLVED
    assert resolved.acknowledgement == Acknowledgement("anna", AT, Note.INFORMED)


@pytest.mark.parametrize("cause", list(Cause))
def test_only_a_correction_undoes(cause: Cause) -> None:
    crossing = a_crossing(before=OVER, after=ON_QUOTA, cause=cause)
    alert, resolved = decide_alert(crossing, an_alert(sequence=41), LATER)
    assert resolved is not None
    assert resolved.undone_by_correction is (cause is Cause.CORRECTION)
    assert not alert.undone_by_correction


def test_a_run_of_crossings_resolves_within_itself_and_before() -> None:
    earlier = an_alert(sequence=40, unit="01001")
    crossings = [
        a_crossing(sequence=41, unit="01001", before=OVER, after=UNDER),
        a_crossing(sequence=42, unit="01001", before=UNDER, after=ON_QUOTA),
        a_crossing(sequence=43, unit="01001", before=ON_QUOTA, after=OVER),
        a_crossing(sequence=44, unit="01002"),
    ]
    decided = decide_alerts(crossings, {earlier.crossing.place: earlier}, LATER)
    assert [(one.crossing.sequence, one.resolved_by) for one in decided.resolved] == [(40, 41)]
    assert [(one.crossing.sequence, one.state, one.resolved_by) for one in decided.raised] == [
        (41, AlertState.RESOLVED, 42),
        (42, AlertState.RESOLVED, None),
        (43, AlertState.OPEN, None),
        (44, AlertState.OPEN, None),
    ]
    assert {one.raised_at for one in decided.raised} == {LATER}


def test_units_and_quotas_do_not_resolve_each_other() -> None:
    places = [("sh-regular", "01001"), ("sh-regular", "01002"), ("sh-alliance", "01001")]
    crossings = [
        a_crossing(sequence=number, quota=quota, unit=unit)
        for number, (quota, unit) in enumerate(places, 1)
    ]
    decided = decide_alerts(crossings, {}, AT)
    assert [one.state for one in decided.raised] == [AlertState.OPEN] * 3
    assert decided.resolved == []


def test_what_is_decided_does_not_change_what_was_given() -> None:
    earlier = an_alert(sequence=41)
    unresolved = {earlier.crossing.place: earlier}
    decide_alerts([a_crossing(before=OVER, after=ON_QUOTA)], unresolved, AT)
    assert unresolved == {earlier.crossing.place: earlier}


def test_a_person_takes_an_open_alert_on() -> None:
    taken = acknowledge(an_alert(), "anna", LATER, Note.DATA_ERROR)
    assert taken.state is AlertState.ACKNOWLEDGED
    assert taken.acknowledgement == Acknowledgement("anna", LATER, Note.DATA_ERROR)
    assert replace(taken, state=AlertState.OPEN, acknowledgement=None) == an_alert()


def test_the_second_person_is_told_who_was_first() -> None:
    taken = acknowledge(an_alert(), "anna", AT, None)
    with pytest.raises(AlreadyAcknowledged) as refusal:
        acknowledge(taken, "bert", LATER, None)
    assert (refusal.value.by, refusal.value.at) == ("anna", AT)
    assert refusal.value.facts == {"by": "anna", "at": AT}
    assert refusal.value.code == "already-acknowledged"


def test_a_resolved_alert_needs_nobody() -> None:
    born_resolved = an_alert(before=OVER, after=ON_QUOTA)
    with pytest.raises(AlreadyResolved) as refusal:
        acknowledge(born_resolved, "anna", AT, None)
    assert refusal.value.code == "already-resolved"
    taken = acknowledge(an_alert(), "anna", AT, None)
    with pytest.raises(AlreadyResolved):
        acknowledge(replace(taken, state=AlertState.RESOLVED, resolved_by=43), "bert", AT, None)


def test_an_alerts_id_follows_from_its_crossing() -> None:
    assert an_alert().id == alert_id(Land("01"), 42)
    assert an_alert().id == UUID("de0c9604-74ca-5a54-ac68-0003a46cfe8f")
    ids = {alert_id(Land(land), number) for land in ("01", "02") for number in (1, 2, 12)}
    assert len(ids) == 6


def test_what_is_sent_is_the_alert_as_it_was_raised() -> None:
    alert = an_alert()
    changed = replace(
        acknowledge(alert, "anna", LATER, None), state=AlertState.RESOLVED, resolved_by=43
    )
    assert as_raised(changed) == alert


def test_the_document_carries_the_names_of_the_contract() -> None:
    taken = acknowledge(an_alert(), "anna", LATER, Note.AGREED_CATCH_UP)
    _, resolved = decide_alert(
        a_crossing(sequence=43, before=OVER, after=ON_QUOTA, cause=Cause.CORRECTION), taken, LATER
    )
    assert resolved is not None
    assert to_document(resolved) == {
        "id": str(taken.id),
        "crossing": "01:42",
        "land": "01",
        "quota": "sh-regular",
        "unit": "01003",
        "before": "on-quota",
        "after": "over",
        "credited": {"exact": "9", "decimal": "9.000"},
        "target": {"exact": "553/70", "decimal": "7.900"},
        "balance": {"exact": "77/70", "decimal": "1.100"},
        "cause": "own-placement",
        "ledger_sequence": 17,
        "definition": 6,
        "state": "resolved",
        "raised_at": "2026-11-02T09:00:00.000000Z",
        "acknowledgement": {
            "by": "anna",
            "at": "2026-11-02T10:30:00.000000Z",
            "note_code": "agreed-catch-up",
        },
        "resolved_by": "01:43",
        "undone_by_correction": True,
    }


def test_a_fresh_alert_shows_nulls() -> None:
    shown = to_document(an_alert())
    assert (shown["state"], shown["acknowledgement"], shown["resolved_by"]) == ("open", None, None)
    assert shown["undone_by_correction"] is False
    taken = to_document(acknowledge(an_alert(), "anna", LATER, None))
    assert taken["acknowledgement"]["note_code"] is None


RAISED, TAKEN, RESOLVED = ChangeKind.RAISED, ChangeKind.ACKNOWLEDGED, ChangeKind.RESOLVED


def test_a_run_of_crossings_tells_each_change_in_order() -> None:
    earlier = an_alert(sequence=41)
    moves = [(42, OVER, ON_QUOTA), (43, ON_QUOTA, UNDER), (44, UNDER, OVER)]
    crossings = [a_crossing(sequence=n, before=before, after=after) for n, before, after in moves]
    decided = decide_alerts(crossings, {earlier.crossing.place: earlier}, LATER)
    assert [(one.kind, one.alert.crossing.sequence) for one in decided.changes] == [
        *((RESOLVED, 41), (RAISED, 42)),
        (RAISED, 43),
        *((RESOLVED, 43), (RAISED, 44)),
    ]
    assert decided.changes[3].alert == decided.raised[1]


def test_an_alert_is_told_as_it_stood_after_each_change() -> None:
    raised = an_alert(sequence=41)
    taken = acknowledge(raised, "anna", LATER, Note.INFORMED)
    crossing = a_crossing(before=OVER, after=ON_QUOTA, cause=Cause.CORRECTION)
    _, ended = decide_alert(crossing, taken, LATER)
    assert ended
    assert [as_changed(Change(kind, ended)) for kind in (RAISED, TAKEN, RESOLVED)] == [
        *(raised, taken, ended)
    ]
    assert as_changed(Change(RAISED, taken)) == raised


def test_one_that_is_born_resolved_is_told_so() -> None:
    born = an_alert(before=OVER, after=ON_QUOTA)
    assert as_changed(Change(RAISED, born)) == born
