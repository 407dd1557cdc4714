"""What is shown, as the contract writes it."""

from collections.abc import Sequence

from starlette.responses import Response

from services.admissions.domain.entry import Document
from services.admissions.domain.placement import Placement
from shared.codes import instant_text
from shared.http.answers import answer, etag

ROOT = "/admissions/v1"


def placement_document(placement: Placement) -> Document:
    """A placement as it now stands."""
    return {
        "id": placement.id,
        "land": placement.land,
        "sequence": placement.sequence,
        "unit": placement.unit,
        "programme": placement.programme,
        "persons": placement.persons,
        "effective_on": placement.effective_on,
        "reference": placement.reference,
        "recorded_at": instant_text(placement.recorded_at),
        "status": placement.status,
    }


def show_placement(status: int, placement: Placement, **more: object) -> Response:
    """A placement with the tag of its state, and for what was made its address."""
    headers = {"ETag": etag(placement.sequence)}
    if status == 201:
        headers["Location"] = f"{ROOT}/placements/{placement.id}"
    return answer(status, placement_document(placement) | more, **headers)


def spans(placements: Sequence[Placement]) -> str:
    """Where the ledger has new placements, which follow on each other in each Land: 01:17-26."""
    ends: dict[str, list[int]] = {}
    for one in placements:
        ends.setdefault(one.land, []).append(one.sequence)
    return ", ".join(f"{land}:{min(at)}-{max(at)}" for land, at in ends.items())
