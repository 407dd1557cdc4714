"""Whoever shows no good token is counted by address; nobody else waits for it."""

from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from embedded.credentials import Client
from tests.integration.servers import OwnDatabase
from tests.integration.shared.forging import FORGED
from tests.integration.shared.issuers import IssuerInTest
from tests.integration.shared.processes import NOTES, Notes, notes_here, notes_process

pytestmark = pytest.mark.asyncio
FEW: dict[str, Any] = {"stranger_rate_per_second": 0.1, "stranger_rate_burst": 5}
FEW_BY_NAME: dict[str, Any] = {
    f"HAFENLOTSE_{name.upper()}": str(value) for name, value in FEW.items()
}
CITY = Client("city-01001", "", ("city",), ("01",), ("01001",))


async def gets_in(notes: Notes, token: str) -> bool:
    """As far as the query, which is wrong."""
    return slug(await notes.request("GET", f"{NOTES}?more=1", token=token)) == "invalid"


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"]).rpartition("/")[2]


async def knock(notes: Notes, token: str | None, times: int, **headers: str) -> Counter[str]:
    """Come so many times with a token, or with none; what was answered."""
    given = {"Authorization": f"Bearer {token}"} if token else {}
    named = given | {name.replace("_", "-"): value for name, value in headers.items()}
    return Counter([slug(await notes.client.get(NOTES, headers=named)) for _ in range(times)])


async def test_nobody_guesses_for_free(database: OwnDatabase, issuer: IssuerInTest) -> None:
    own = database.url("quota"), database.passwords["quota"], issuer
    async with notes_here(*own, **FEW) as notes:
        first = await notes.client.get(NOTES)
        assert first.status_code == 401
        assert first.headers["RateLimit-Policy"] == '"address";q=5;w=50'
        assert first.headers["RateLimit"] == '"address";r=4;t=10'
        forged = FORGED["a stranger's key"](issuer)
        assert await knock(notes, forged, 2) == {"token-invalid": 2}
        assert await knock(notes, "hl_x", 2) == {"token-invalid": 2}
        for wrong in (forged, "hl_x", "x", None):
            assert await knock(notes, wrong, 2) == {"too-many": 2}
        last = await notes.client.get(NOTES)
        assert int(last.headers["Retry-After"]) >= 1
        assert last.headers["RateLimit"] == '"address";r=0;t=50'


async def test_who_is_in_does_not_wait_for_a_stranger_at_the_same_address(
    database: OwnDatabase, issuer: IssuerInTest
) -> None:
    own = database.url("quota"), database.passwords["quota"], issuer
    async with notes_here(*own, **FEW) as notes:
        known, new = issuer.token(), issuer.token(expires_in="77")
        assert await gets_in(notes, known)
        assert (await knock(notes, "x", 20))["too-many"] == 15
        assert await gets_in(notes, known)
        assert not await gets_in(notes, new)


async def test_good_tokens_cost_their_address_nothing(
    database: OwnDatabase, issuer: IssuerInTest
) -> None:
    own = database.url("quota"), database.passwords["quota"], issuer
    async with notes_here(*own, **FEW) as notes:
        for seconds in range(100, 120):
            assert await gets_in(notes, issuer.token(expires_in=str(seconds)))
        refused = issuer.token(CITY)
        for _ in range(10):
            assert (await notes.request("GET", NOTES, token=refused)).status_code == 403
        assert await knock(notes, "x", 5) == {"token-invalid": 5}


async def test_strangers_are_told_apart_by_the_address_that_the_gateway_names(
    database: OwnDatabase, issuer: IssuerInTest, tmp_path: Path
) -> None:
    own = database.url("quota"), database.passwords["quota"], issuer, tmp_path
    async with notes_process(*own, **FEW_BY_NAME) as notes:
        await notes.becomes_ready()
        seen = await knock(notes, "x", 20, X_Forwarded_For="192.0.2.7")
        assert seen == {"token-invalid": 5, "too-many": 15}
        assert await knock(notes, "x", 3, X_Forwarded_For="192.0.2.8") == {"token-invalid": 3}
        forged = await knock(notes, "x", 3, X_Forwarded_For="192.0.2.9, 192.0.2.7")
        assert forged == {"too-many": 3}


@pytest.mark.parametrize("token", ["x", "hl_" + "k" * 43])
async def test_an_address_that_is_none_is_one_stranger_and_no_failure(
    database: OwnDatabase, issuer: IssuerInTest, tmp_path: Path, token: str
) -> None:
    own = database.url("quota"), database.passwords["quota"], issuer, tmp_path
    asked = {"HAFENLOTSE_ADMISSIONS_URL": "http://127.0.0.1:9"}
    async with notes_process(*own, **FEW_BY_NAME | asked) as notes:
        await notes.becomes_ready()
        seen: Counter[str] = Counter()
        for made_up in ("", "a", "1.2.3", "fe80::1%\u00e4", "999.1.1.1:5", "[x", "a b", "-"):
            forwarded = made_up.encode("latin-1")
            given = {b"Authorization": f"Bearer {token}".encode(), b"X-Forwarded-For": forwarded}
            seen[slug(await notes.client.get(NOTES, headers=given))] += 1
        assert seen.keys() <= {"token-invalid", "unavailable", "too-many"}
        assert seen["too-many"] >= 1


async def test_nobody_but_the_gateway_is_believed(
    database: OwnDatabase, issuer: IssuerInTest, tmp_path: Path
) -> None:
    own = database.url("quota"), database.passwords["quota"], issuer, tmp_path
    settings = FEW_BY_NAME | {"HAFENLOTSE_GATEWAYS": "192.0.2.1,198.51.100.0/24"}
    async with notes_process(*own, **settings) as notes:
        await notes.becomes_ready()
        seen: Counter[str] = Counter()
        for number in range(20):
            seen += await knock(notes, "x", 1, X_Forwarded_For=f"192.0.2.{number}")
        assert seen == {"token-invalid": 5, "too-many": 15}
