"""What the coordination is told: one alert per crossing, resolved by the next one."""

from collections.abc import Iterable
from dataclasses import dataclass

from tests.model.crossings import Crossing
from tests.model.standings import ON_QUOTA


@dataclass
class Alert:
    """The state without acknowledgements: `open` or `resolved`; `resolved_by` is a crossing."""

    crossing: Crossing
    state: str
    resolved_by: int | None = None
    undone_by_correction: bool = False


def alerts_for(crossings: Iterable[Crossing]) -> list[Alert]:
    """One Land's alerts in the order of its crossings."""
    alerts: list[Alert] = []
    open_alerts: dict[tuple[str, str], Alert] = {}
    for crossing in crossings:
        place = crossing.quota, crossing.unit
        if place in open_alerts:
            earlier = open_alerts.pop(place)
            earlier.state = "resolved"
            earlier.resolved_by = crossing.sequence
            earlier.undone_by_correction = crossing.cause == "correction"
        alerts.append(Alert(crossing, "resolved" if crossing.after == ON_QUOTA else "open"))
        if crossing.after != ON_QUOTA:
            open_alerts[place] = alerts[-1]
    return alerts
