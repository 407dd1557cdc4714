"""Alerts as the plain documents of the contract: answers and webhooks show the same."""

from dataclasses import asdict
from typing import Any

from services.notifications.domain.alert import Acknowledgement, Alert
from shared.codes import Land, instant_text

Document = dict[str, Any]


def to_document(alert: Alert) -> Document:
    """The alert by the contract's names."""
    crossing = alert.crossing
    return {
        "id": str(alert.id),
        "crossing": _crossing_id(crossing.land, crossing.sequence),
        "land": crossing.land,
        "quota": crossing.quota,
        "unit": crossing.unit,
        "before": crossing.before.value,
        "after": crossing.after.value,
        "credited": asdict(crossing.credited),
        "target": asdict(crossing.target),
        "balance": asdict(crossing.balance),
        "cause": crossing.cause.value,
        "ledger_sequence": crossing.ledger_sequence,
        "definition": crossing.definition,
        "state": alert.state.value,
        "raised_at": instant_text(alert.raised_at),
        "acknowledgement": _acknowledgement(alert.acknowledgement),
        "resolved_by": alert.resolved_by and _crossing_id(crossing.land, alert.resolved_by),
        "undone_by_correction": alert.undone_by_correction,
    }


def _crossing_id(land: Land, sequence: int) -> str:
    return f"{land}:{sequence}"


def _acknowledgement(given: Acknowledgement | None) -> Document | None:
    if given is None:
        return None
    return {
        "by": given.by,
        "at": instant_text(given.at),
        "note_code": given.note_code and given.note_code.value,
    }
