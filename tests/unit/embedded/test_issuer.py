"""The issuer for trying out: what it grants, and what it refuses as RFC 6749 says."""

import base64
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from joserfc import jwt
from joserfc.jwk import KeySet

from embedded.credentials import Client
from embedded.issuer import Issuer, issuer_app, kept_key

pytestmark = pytest.mark.asyncio

CITY = Client("city-01001", "s3cr&t/ü", ("city",), ("01",), ("01001",))
COORDINATION = Client("coordination", "other", ("coordination",), ("01",))
GRANT = {"grant_type": "client_credentials"}
IN_BODY = GRANT | {"client_id": CITY.client_id, "client_secret": CITY.client_secret}


@pytest_asyncio.fixture
async def issuer(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    known = {client.client_id: client for client in (CITY, COORDINATION)}
    app = issuer_app(Issuer("http://issuer", "hafenlotse", known, kept_key(tmp_path / "key")))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://issuer") as client:
        yield client


async def claims_of(issuer: httpx.AsyncClient, form: dict[str, str]) -> dict[str, Any]:
    """What the token says, its signature checked by the published key."""
    answer = await issuer.post("/token", data=form)
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    configuration = (await issuer.get("/.well-known/openid-configuration")).json()
    keys = KeySet.import_key_set((await issuer.get(configuration["jwks_uri"])).json())
    return jwt.decode(answer.json()["access_token"], keys, algorithms=["ES256"]).claims


async def test_a_token_says_who_may_do_what_where(issuer: httpx.AsyncClient) -> None:
    claims = await claims_of(issuer, IN_BODY)
    assert claims["iss"] == "http://issuer"
    assert claims["sub"] == "city-01001"
    assert claims["aud"] == "hafenlotse"
    assert claims["roles"] == ["city"]
    assert claims["lands"] == ["01"]
    assert claims["units"] == ["01001"]
    assert claims["exp"] - claims["iat"] == 3600
    assert abs(claims["iat"] - time.time()) < 60


async def test_two_tokens_are_never_the_same(issuer: httpx.AsyncClient) -> None:
    first, second = [await claims_of(issuer, IN_BODY) for _ in range(2)]
    assert first["jti"] != second["jti"]


async def test_only_cities_have_units(issuer: httpx.AsyncClient) -> None:
    form = GRANT | {"client_id": "coordination", "client_secret": "other"}
    assert "units" not in await claims_of(issuer, form)


async def test_audience_issuer_and_lifetime_can_be_wished_for(issuer: httpx.AsyncClient) -> None:
    wishes = {"audience": "another", "issuer": "http://elsewhere", "expires_in": "1"}
    claims = await claims_of(issuer, IN_BODY | wishes)
    assert (claims["aud"], claims["iss"]) == ("another", "http://elsewhere")
    assert claims["exp"] - claims["iat"] == 1


async def test_a_secret_in_the_header_is_form_encoded_first(issuer: httpx.AsyncClient) -> None:
    pair = base64.b64encode(b"city-01001:s3cr%26t%2F%C3%BC").decode()
    answer = await issuer.post("/token", data=GRANT, headers={"Authorization": f"Basic {pair}"})
    assert answer.status_code == 200, answer.text


async def test_the_published_key_has_no_private_part(issuer: httpx.AsyncClient) -> None:
    (key,) = (await issuer.get("/jwks.json")).json()["keys"]
    assert "d" not in key
    assert key["alg"] == "ES256"


async def test_the_key_is_kept_for_the_next_start(tmp_path: Path) -> None:
    first, second = kept_key(tmp_path / "key"), kept_key(tmp_path / "key")
    assert first.as_dict(private=True) == second.as_dict(private=True)


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        (IN_BODY | {"client_secret": "wrong"}, 401, "invalid_client"),
        (IN_BODY | {"client_id": "nobody"}, 401, "invalid_client"),
        (IN_BODY | {"client_id": "nobody", "client_secret": ""}, 401, "invalid_client"),
        (GRANT, 401, "invalid_client"),
        ({}, 400, "invalid_request"),
        (IN_BODY | {"grant_type": "password"}, 400, "unsupported_grant_type"),
        (IN_BODY | {"expires_in": "0"}, 400, "invalid_request"),
        (IN_BODY | {"expires_in": "1.5"}, 400, "invalid_request"),
        (IN_BODY | {"expires_in": "86401"}, 400, "invalid_request"),
    ],
)
async def test_a_wrong_request_is_refused_by_its_name(
    issuer: httpx.AsyncClient, form: dict[str, str], status: int, error: str
) -> None:
    answer = await issuer.post("/token", data=form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_parameter_that_is_there_twice_is_refused(issuer: httpx.AsyncClient) -> None:
    answer = await issuer.post("/token", content="grant_type=a&grant_type=b")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_secret_in_header_and_body_is_refused(issuer: httpx.AsyncClient) -> None:
    answer = await issuer.post("/token", data=IN_BODY, auth=("city-01001", "x"))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("header", ["Bearer abc", "Basic", "Basic !!!", "Basic YQ==", "Basic /w=="])
async def test_a_header_that_is_no_basic_one_is_challenged(
    issuer: httpx.AsyncClient, header: str
) -> None:
    answer = await issuer.post("/token", data=GRANT, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


async def test_a_token_is_not_to_be_had_by_get(issuer: httpx.AsyncClient) -> None:
    assert (await issuer.get("/token")).status_code == 405
