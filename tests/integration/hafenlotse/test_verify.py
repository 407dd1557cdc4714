"""The chain of every Land is computed again."""

import pytest

from tests.integration.hafenlotse.conftest import House

pytestmark = pytest.mark.asyncio


async def test_an_intact_ledger_is_said_to_be_so(house: House) -> None:
    [land] = (await house.ask("verify"))["lands"]
    assert (land["land"], land["entries"], land["head"]["sequence"]) == ("01", 5, 5)
    assert (land["intact"], land["first_broken"], land["as_counted"]) == (True, None, True)


async def test_an_altered_entry_is_found(house: House) -> None:
    await house.tamper("admissions", "UPDATE entries SET recorded_at = now() WHERE sequence = 3")
    said = await house.run("verify", "--json")
    assert said.exit_code == 1
    [land] = said.document["lands"]
    assert (land["intact"], land["first_broken"]) == (False, 3)


async def test_a_tail_that_was_cut_with_the_head_is_missed_by_quota(house: House) -> None:
    await house.tamper(
        "admissions",
        """WITH cut AS (DELETE FROM entries WHERE sequence = 5)
           UPDATE lands SET sequence = 4, hash = entries.hash FROM entries
            WHERE lands.land = '01' AND entries.sequence = 4""",
    )
    said = await house.run("verify", "--land", "01")
    assert said.exit_code == 1
    assert said.out.splitlines()[1].split()[-3:] == ["yes", "-", "NO"]


async def test_a_land_without_entries_has_nothing_to_verify(house: House) -> None:
    assert (await house.ask("verify", "--land", "02"))["lands"] == []
