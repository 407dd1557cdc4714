"""Rows of three units of two Länder, for every table whose rows are somebody's."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

UNITS = ("01001", "01002", "02000")
LANDS = ("01", "02")
CLIENTS = ("city-01001", "city-01002", "coordination-02")
Row = Mapping[str, Any]
QUOTA: Mapping[str, Row] = {
    "count_changes": {"sequence": 1, "definition": 1, "counts": ""},
    "crossings": {
        "sequence": 1,
        "unit": "",
        "before": "under",
        "after": "over",
        "cause": "key",
        "credited": "3",
        "target": "2",
        "balance": "1",
        "ledger_sequence": 1,
        "definition": 1,
        "found_at": "2024-05-01T00:00:00Z",
    },
    "daily_sums": {"unit": "", "programme": "", "effective_on": "2024-05-01", "persons": 1},
    "day_snapshots": {"sequence": 1, "rebuilds": 0, "places": 0, "days": ""},
    "definitions": {
        "number": 1,
        "kind": "key",
        "change": {},
        "ledger_sequence": 0,
        "actor": "",
        "recorded_at": "2024-05-01T00:00:00Z",
    },
    "entry_batches": {
        "first_sequence": 1,
        "last_sequence": 1,
        "entries": "",
        "last_recorded_at": "2024-05-01T00:00:00Z",
    },
    "repairs": {
        "repaired_at": "2024-05-01T00:00:00Z",
        "actor": "",
        "sequence": 1,
        "definition": 1,
        "repaired": {},
        "founded": 0,
        "crossing": 0,
        "corrections": 0,
    },
    "snapshots": {"sequence": 1, "definition": 1, "crossing": 0, "ledger_hash": "", "counts": ""},
}
"""What quota keeps of a Land: a row of each table, without its Land and its quota's code."""
OF_A_QUOTA = ("crossings", "definitions")
LABELS = {
    **dict.fromkeys(QUOTA, "land"),
    "alerts": "land",
    "api_keys": "unit",
    "attempts": "(SELECT land FROM deliveries AS d WHERE d.id = delivery)",
    "changes": "land",
    "deliveries": "land",
    "entries": "(postings->0->>'unit')",
    "idempotency_keys": "client",
    "imports": "client",
    "lands": "land",
    "placements": "unit",
    "positions": "land",
    "recipients": "lands[1]",
    "relay_positions": "land",
    "transfers": "from_unit",
}
"""By what a row is known: the unit, Land or client whose it is."""

OPEN = {("admissions.imports", "SELECT")}
"""What anybody sees: the digests of files, so that none is counted twice."""


def rows_of(table: str) -> Mapping[str, Row]:
    """A row for each label."""
    if table in OF_LANDS:
        return {land: OF_LANDS[table](land) for land in LANDS}
    if table in ("idempotency_keys", "imports"):
        return {one: _of_client(table, one) for one in CLIENTS}
    make = {"entries": _entry, "placements": _placement, "transfers": _transfer}.get(table, _key)
    return {unit: make(unit) for unit in UNITS}


def _land(land: str) -> Row:
    return {"land": land}


def _published(land: str) -> Row:
    return {"land": land, "sequence": 1, "event": "", "cluster": "", "log_offset": 0}


def _position(land: str) -> Row:
    return {"land": land, "sequence": 1, "fingerprint": ""}


def _alert(land: str) -> Row:
    amounts = {
        f"{name}_{form}": "1"
        for name in ("credited", "target", "balance")
        for form in ("exact", "decimal")
    }
    return {
        "id": _id(land),
        "land": land,
        "sequence": 1,
        "fingerprint": "",
        "quota": "sh-regular",
        "unit": f"{land}001",
        "before": "on-quota",
        "after": "over",
        "cause": "own-placement",
        "ledger_sequence": 1,
        "definition": 1,
        "state": "open",
        "raised_at": _now(),
        "undone_by_correction": False,
        "reminded": 0,
        **amounts,
    }


def _of_quota(table: str, land: str) -> Row:
    code = {"quota": f"{land}-regular"} if table in OF_A_QUOTA else {}
    return {"land": land, **code, **QUOTA[table]}


def _change(land: str) -> Row:
    known = {"number": int(land), "alert": _id(land), "kind": "raised", "at": _now()}
    return {"land": land, **known}


def _recipient(land: str) -> Row:
    wish = {"name": "Protokoll", "channel": "log", "language": "de", "version": 1}
    return {"id": _id(land), "lands": [land], **wish}


def _delivery(land: str) -> Row:
    state = {"state": "given-up", "tries": 1, "claim": 1, "reminder": 0}
    told = {"recipient": _id(land), "channel": "log", "alerts": [], "planned_at": _now()}
    return {"id": _id(land), "land": land, **state, **told}


def _attempt(land: str) -> Row:
    return {"delivery": _id(land), "at": _now(), "outcome": "accepted"}


def _of_client(table: str, client: str) -> Row:
    number = CLIENTS.index(client)
    if table == "imports":
        return {
            "digest": f"{number}" * 64,
            "client": client,
            "placements": 1,
            "imported_at": _now(),
        }
    answer = {"status": 201, "headers": {}, "body": "", "body_digest": "", "answered_at": _now()}
    return {"client": client, "key": f"{number}", "target": "", **answer}


def _entry(unit: str) -> Row:
    return {
        "land": unit[:2],
        "sequence": {"01001": 1, "01002": 2, "02000": 1}[unit],
        "type": "recorded",
        "placement": _id(unit),
        "recorded_at": _now(),
        "postings": [{"unit": unit, "persons": 1}],
        "previous_hash": "0" * 64,
        "hash": "1" * 64,
    }


def _placement(unit: str) -> Row:
    return {
        "id": _id(unit),
        "land": unit[:2],
        "sequence": 1,
        "status": "recorded",
        "unit": unit,
        "programme": "asylum",
        "persons": 1,
        "effective_on": "2023-05-01",
        "recorded_at": _now(),
        "legs_before": [],
        "units": [unit],
    }


def _transfer(unit: str) -> Row:
    return {
        "id": _id(unit),
        "land": unit[:2],
        "placement": _id(unit),
        "from_unit": unit,
        "to_unit": f"{unit[:2]}009",
        "effective_on": "2023-05-01",
        "reason": "agreed-transfer",
        "state": "refused",
    }


def _key(unit: str) -> Row:
    digest = unit.encode().ljust(32, b"-").hex()
    return {
        "id": _id(unit),
        "unit": unit,
        "scopes": ["quota:read"],
        "made_by": "coordination",
        "made_at": _now(),
        "expires_at": "2099-01-01T00:00:00Z",
        "digest": f"\\x{digest}",
    }


def _id(unit: str) -> str:
    return str(UUID(int=int(unit)))


def _now() -> str:
    return datetime.now(UTC).isoformat()


OF_LANDS: Mapping[str, Callable[[str], Row]] = {
    "alerts": _alert,
    "attempts": _attempt,
    "changes": _change,
    **{table: partial(_of_quota, table) for table in QUOTA},
    "deliveries": _delivery,
    "lands": _land,
    "positions": _position,
    "recipients": _recipient,
    "relay_positions": _published,
}
"""Tables whose rows are a Land's."""
