"""There is no field for a person: whatever could name one is refused, at every route."""

import pytest

from tests.end_to_end.authority import asked
from tests.end_to_end.placements import NO_SUCH_ID
from tests.end_to_end.problems import faults
from tests.end_to_end.system import System

pytestmark = pytest.mark.asyncio(loop_scope="session")

OF_PEOPLE = (
    *("first_name", "last_name", "full_name", "surname", "vorname", "nachname", "person"),
    *("birthday", "date_of_birth", "geburtsdatum", "nationality", "email", "telefon", "passport"),
)
PLACES = dict.fromkeys(
    ("placement_id", "transfer_id", "alert_id", "recipient_id", "delivery_id"), NO_SUCH_ID
) | {"quota": "sh-alliance"}


@pytest.mark.promise(30)
async def test_what_could_name_a_person_is_refused_by_every_route(system: System) -> None:
    named = dict.fromkeys(OF_PEOPLE, "Anna Muster")
    looked_at = 0
    for operation, request in asked("made-up").items():
        if isinstance(request.json, dict):
            method, _, path = operation.partition(" ")
            send = system.coordination.post if method == "POST" else system.coordination.put
            answer = await send(path.format_map(PLACES), request.json | named)
            assert {f"/{name}" for name in OF_PEOPLE} <= {
                where for where, code in faults(answer) if code == "unknown-field"
            }, operation
            assert "Anna" not in answer.text
            looked_at += 1
    assert looked_at >= 20


async def test_what_could_name_a_person_is_refused_within_a_batch(system: System) -> None:
    batch = asked("made-up")["POST /admissions/v1/placements/batch"].json
    batch["placements"][0]["vorname"] = "Anna"
    answer = await system.coordination.post("/admissions/v1/placements/batch", batch)
    assert faults(answer) == {("/placements/0/vorname", "unknown-field")}
