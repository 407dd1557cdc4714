"""The facts of each golden message, and the message as it lies in its file."""

from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from shared.codes import Cause, Land, Standing
from shared.contracts.crossings import crossing_document, crossing_event
from shared.contracts.ledger import GENESIS, entry_event, head_event

GOLDEN = Path(__file__).parent / "golden"
PLACEMENT = "0199a3c2-7c11-7d3e-9c50-0a1b2c3d4e5f"
ANOTHER_PLACEMENT = "0199a3c2-9d40-7a11-8f02-6b7c8d9e0f1a"
RECORDED_HASH = "b43006710ee04555dcff13e7f4eced8556a565d316dd73170fb400c7280ddb24"
CORRECTED_HASH = "e73df28681e27043ffadd81914637664ec7feb4372131b56ca439305106cfcd3"
TRANSFERRED_HASH = "f0a7d3d459a20bed85a8945bde0f398d2844df3e9bd73bbd36e02ab50b3d24e3"
WITHDRAWN_HASH = "4043bd0360cfaa2940d9cceddca27296c0473c556aa1d1890d9468ed88a0672f"


def posting(unit: str, persons: int, effective_on: str = "2023-05-01") -> dict[str, Any]:
    return {
        "unit": unit,
        "programme": "safe-harbour",
        "effective_on": effective_on,
        "persons": persons,
    }


def entry(sequence: int, kind: str, postings: list[dict[str, Any]], **facts: Any) -> dict[str, Any]:
    return {
        "land": "01",
        "sequence": sequence,
        "type": kind,
        "placement": PLACEMENT,
        "recorded_at": f"2023-05-02T08:15:3{sequence}.250000Z",
        "corrects": None,
        "reason": None,
        "postings": postings,
        "previous_hash": GENESIS,
        **facts,
    }


RECORDED = entry(1, "recorded", [posting("01001", 3)], hash=RECORDED_HASH)
CORRECTED = entry(
    2,
    "corrected",
    [posting("01001", -3), posting("01003", 4, "2023-04-30")],
    corrects=1,
    reason="wrong-unit",
    previous_hash=RECORDED_HASH,
    hash=CORRECTED_HASH,
)
WITHDRAWN = entry(
    3,
    "withdrawn",
    [posting("01003", -4, "2023-04-30")],
    corrects=2,
    reason="never-arrived",
    previous_hash=CORRECTED_HASH,
    hash=WITHDRAWN_HASH,
)
TRANSFERRED = entry(
    7,
    "transferred",
    [posting("01001", -3, "2023-06-01"), posting("01003", 3, "2023-06-01")],
    placement=ANOTHER_PLACEMENT,
    corrects=6,
    reason="agreed-transfer",
    previous_hash="b4" * 32,
    hash=TRANSFERRED_HASH,
)
CROSSING = {
    "land": "01",
    "sequence": 42,
    "quota": "sh-regular",
    "unit": "01003",
    "before": Standing.ON_QUOTA,
    "after": Standing.OVER,
    "credited": Fraction(9),
    "target": Fraction(55_328, 7_000),
    "balance": Fraction(9) - Fraction(55_328, 7_000),
    "cause": Cause.OWN_PLACEMENT,
    "ledger_sequence": 17,
    "definition": 6,
}
FOUND_AT = "2023-05-02T08:15:31.000001Z"


def produced() -> dict[str, bytes]:
    """Every golden message as the code makes it today, by the name of its file."""
    at = datetime(2023, 5, 2, 8, 15, 45, tzinfo=UTC)
    return {
        "placement.recorded": entry_event(RECORDED),
        "placement.corrected": entry_event(CORRECTED),
        "placement.withdrawn": entry_event(WITHDRAWN),
        "placement.transferred": entry_event(TRANSFERRED),
        "ledger.head": head_event(Land("01"), 3, WITHDRAWN_HASH, at),
        "quota.crossed": crossing_event(crossing_document(CROSSING), FOUND_AT),
    }


def golden(name: str) -> bytes:
    """A message as it lies in its file; editors end files with a line feed, messages do not."""
    return (GOLDEN / f"{name}.json").read_bytes().removesuffix(b"\n")
