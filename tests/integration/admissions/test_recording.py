"""A placement is recorded: what is answered, what is kept, and what is refused."""

import pytest

from tests.integration.admissions.service import PLACEMENTS, Admissions, a_placement

pytestmark = pytest.mark.asyncio


async def test_a_placement_is_answered_as_it_stands(admissions: Admissions) -> None:
    answer = await admissions.flensburg.post(PLACEMENTS, a_placement(reference="FL-2023/17"))
    shown = answer.json()
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == f"{PLACEMENTS}/{shown['id']}"
    assert answer.headers["ETag"] == '"1"'
    assert shown | {"id": "", "recorded_at": ""} == {
        "id": "",
        "land": "01",
        "sequence": 1,
        "unit": "01001",
        "programme": "safe-harbour",
        "persons": 3,
        "effective_on": "2023-05-01",
        "reference": "FL-2023/17",
        "recorded_at": "",
        "status": "recorded",
    }


async def test_a_placement_is_read_with_its_entries(admissions: Admissions) -> None:
    placement = await admissions.flensburg.record()
    answer = await admissions.flensburg.get(f"{PLACEMENTS}/{placement['id']}")
    assert answer.headers["ETag"] == '"1"'
    assert answer.json() == placement | {"entries": await admissions.ledger()}
