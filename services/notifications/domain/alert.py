"""What the coordination is told about a crossing, and what becomes of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from uuid import UUID, uuid5

from shared.codes import Ags, Cause, Land, QuotaCode, Refusal, Standing

ALERTS = UUID("2f0d6f36-6a0c-5c0e-9d1b-0b6f3a7f5c11")
"""The namespace of alert ids: a crossing that is read again gives the same alert."""
Place = tuple[QuotaCode, Ags]


class AlertState(StrEnum):
    """An alert is resolved by the unit's next crossing in that quota."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Note(StrEnum):
    """What a person did about an alert; codes only, no free text."""

    INFORMED = "informed"
    AGREED_CATCH_UP = "agreed-catch-up"
    DATA_ERROR = "data-error"
    NO_ACTION = "no-action"


class AlreadyAcknowledged(Refusal):
    """Somebody was first."""

    code = "already-acknowledged"

    def __init__(self, by: str, at: datetime) -> None:
        super().__init__(by=by, at=at)
        self.by, self.at = by, at


class AlreadyResolved(Refusal):
    """The unit crossed again meanwhile, or the alert was born resolved."""

    code = "already-resolved"


@dataclass(frozen=True, slots=True)
class Amount:
    """An exact number of persons as the crossing carries it: fraction and decimal as text."""

    exact: str
    decimal: str


@dataclass(frozen=True, slots=True)
class Crossing:
    """A unit's standing in a quota changed; numbered per Land. A positive balance is over."""

    land: Land
    sequence: int
    quota: QuotaCode
    unit: Ags
    before: Standing
    after: Standing
    credited: Amount
    target: Amount
    balance: Amount
    cause: Cause
    ledger_sequence: int
    definition: int

    @property
    def place(self) -> Place:
        """Where there is at most one unresolved alert within a Land."""
        return self.quota, self.unit


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Who took an alert on, when, and what they noted."""

    by: str
    at: datetime
    note_code: Note | None


@dataclass(frozen=True, slots=True)
class Alert:
    """One crossing as the coordination sees it; `resolved_by` is a crossing of the same Land."""

    crossing: Crossing
    state: AlertState
    raised_at: datetime
    acknowledgement: Acknowledgement | None = None
    resolved_by: int | None = None
    undone_by_correction: bool = False

    @property
    def id(self) -> UUID:
        return alert_id(self.crossing.land, self.crossing.sequence)


class ChangeKind(StrEnum):
    """What can become of an alert, each once and in this order; one may be born resolved."""

    RAISED = "raised"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Change:
    """Something became of an alert."""

    kind: ChangeKind
    alert: Alert


@dataclass(frozen=True, slots=True)
class Decided:
    """What a run of crossings makes: new alerts in order, and earlier ones that it resolved.

    `changes` has each step in order, also of alerts that were raised and resolved in the run.
    """

    raised: list[Alert]
    resolved: list[Alert]
    changes: list[Change]


@lru_cache(maxsize=10_000)  # asked for several times on an alert's way
def alert_id(land: Land, sequence: int) -> UUID:
    """The one id of the alert of a crossing."""
    return uuid5(ALERTS, f"{land}:{sequence}")


def decide_alert(
    crossing: Crossing, unresolved: Alert | None, raised_at: datetime
) -> tuple[Alert, Alert | None]:
    """One crossing, one alert; and the unit's unresolved alert, if any, as it is now resolved.

    Back on quota is news too, but nothing is left to do about it: born resolved.
    """
    is_back = crossing.after is Standing.ON_QUOTA
    state = AlertState.RESOLVED if is_back else AlertState.OPEN
    alert = Alert(crossing, state, raised_at)
    return alert, _resolve(unresolved, crossing) if unresolved else None


def _resolve(alert: Alert, crossing: Crossing) -> Alert:
    return replace(
        alert,
        state=AlertState.RESOLVED,
        resolved_by=crossing.sequence,
        undone_by_correction=crossing.cause is Cause.CORRECTION,
    )


def decide_alerts(
    crossings: Iterable[Crossing], unresolved: Mapping[Place, Alert], raised_at: datetime
) -> Decided:
    """The alerts of a Land's crossings in order, however they were cut into batches."""
    waiting = dict(unresolved)
    raised: dict[UUID, Alert] = {}
    resolved: list[Alert] = []
    changes: list[Change] = []
    for crossing in crossings:
        alert, ended = decide_alert(crossing, waiting.pop(crossing.place, None), raised_at)
        if ended:
            changes.append(Change(ChangeKind.RESOLVED, ended))
        if ended and ended.id in raised:
            raised[ended.id] = ended
        elif ended:
            resolved.append(ended)
        changes.append(Change(ChangeKind.RAISED, alert))
        raised[alert.id] = alert
        if alert.state is AlertState.OPEN:
            waiting[crossing.place] = alert
    return Decided(list(raised.values()), resolved, changes)


def acknowledge(alert: Alert, by: str, at: datetime, note: Note | None) -> Alert:
    """The alert taken on by a person; AlreadyAcknowledged says who was first."""
    if alert.state is AlertState.RESOLVED:
        raise AlreadyResolved
    if alert.acknowledgement:
        first = alert.acknowledgement
        raise AlreadyAcknowledged(by=first.by, at=first.at)
    return replace(
        alert, state=AlertState.ACKNOWLEDGED, acknowledgement=Acknowledgement(by, at, note)
    )


def as_raised(alert: Alert) -> Alert:
    """The alert as it stood when it was raised: what is sent about it never changes."""
    return decide_alert(alert.crossing, None, alert.raised_at)[0]


def as_changed(change: Change) -> Alert:
    """The alert as it stood after a change, from how it stands now: no step is ever undone."""
    if change.kind is ChangeKind.RAISED:
        return as_raised(change.alert)
    if change.kind is ChangeKind.ACKNOWLEDGED:
        return replace(
            change.alert,
            state=AlertState.ACKNOWLEDGED,
            resolved_by=None,
            undone_by_correction=False,
        )
    return change.alert
