"""An auditor of one Land is shown what concerns it; the chain is everybody's to verify."""

from collections.abc import Sequence
from typing import Any

import httpx
import orjson
import pytest

from embedded.credentials import LANDS, Client
from shared.contracts.ledger import GENESIS, hash_of
from tests.integration.shared.processes import NOTES, Notes

pytestmark = pytest.mark.asyncio
AUDIT = "/quota/v1/audit"
Json = dict[str, Any]


def token(notes: Notes, role: str, *lands: str) -> str:
    return notes.issuer.token(Client(f"{role}-{'-'.join(lands)}", "", (role,), lands))


async def seen(notes: Notes, *lands: str, path: str = AUDIT) -> httpx.Response:
    answer = await notes.request("GET", path, token=token(notes, "auditor", *lands))
    assert answer.status_code == 200, answer.text
    return answer


async def told(notes: Notes, *lands: str) -> list[Json]:
    """The log as an auditor of these Länder is shown it."""
    items: list[Json] = (await seen(notes, *lands)).json()["items"]
    return items


async def write(notes: Notes, *lands: str) -> None:
    """A note in each of the Länder, by somebody of Land 01 and 02."""
    for land in lands:
        headers = {"Idempotency-Key": f"note-of-{land}"}
        body = {"said": "a", "land": land}
        both = token(notes, "coordination", "01", "02")
        answer = await notes.request("POST", NOTES, token=both, json=body, headers=headers)
        assert answer.status_code == 201, answer.text


async def two_lands(notes: Notes) -> None:
    """The first entry is of Land 01, the second of Land 02, the third of nobody's."""
    await write(notes, "01", "02")
    assert (await notes.client.get(NOTES)).status_code == 401


def things(items: Sequence[Json]) -> list[str | None]:
    return [one["on"] for one in items[:2]]


async def test_what_concerns_another_land_is_withheld_but_for_its_place(notes: Notes) -> None:
    await two_lands(notes)
    own = await told(notes, "01")
    assert things(own) == ["1", None]
    assert {name for name, value in own[1].items() if value} == {
        *("number", "previous_hash", "hash"),
    }
    assert own[2]["act"] is None
    assert things(await told(notes, "02")) == [None, "2"]
    assert things(await told(notes, "03")) == [None, None]
    assert things(await told(notes)) == [None, None]


async def test_whoever_reaches_every_land_in_use_sees_all(notes: Notes) -> None:
    await two_lands(notes)
    found = await told(notes, "01", "02")
    assert things(found) == ["1", "2"]
    assert (found[2]["actor"], found[2]["reason"]) == (None, "token-missing")
    assert [hash_of(one) for one in found] == [one["hash"] for one in found]


async def test_one_land_in_use_is_all_whoever_else_was_refused_or_read(notes: Notes) -> None:
    await write(notes, "01")
    service = token(notes, "service", *LANDS)
    assert (await notes.request("GET", NOTES, token=service)).status_code == 403
    await notes.client.get(NOTES)
    await told(notes, *LANDS)
    found = await told(notes, "01")
    assert [one["reason"] for one in found] == [None, "role", "token-missing", None]
    assert all(one["act"] for one in found)


async def test_links_and_own_entries_can_be_checked_without_the_others(notes: Notes) -> None:
    await two_lands(notes)
    found = await told(notes, "01")
    assert [one["number"] for one in found] == list(range(1, len(found) + 1))
    links = [GENESIS, *(one["hash"] for one in found)]
    assert [one["previous_hash"] for one in found] == links[:-1]
    assert [hash_of(one) == one["hash"] for one in found[:3]] == [True, False, False]
    verdict = (await seen(notes, "01", path=f"{AUDIT}/verification")).json()
    assert verdict["intact"]
    assert verdict["entries"] > len(found)


async def test_an_export_withholds_the_same(notes: Notes) -> None:
    await two_lands(notes)
    lines = (await seen(notes, "02", path=f"{AUDIT}/export")).content.splitlines()
    assert things([orjson.loads(line) for line in lines]) == [None, "2"]


async def test_refusals_concern_the_lands_of_whoever_was_refused(notes: Notes) -> None:
    await two_lands(notes)
    city = token(notes, "city", "01")
    assert (await notes.request("GET", NOTES, token=city)).status_code == 403
    assert "role" in [one["reason"] for one in await told(notes, "01")]
    assert "role" not in [one["reason"] for one in await told(notes, "02")]
