"""Tokens of a real issuer: what is not from it, for us and valid now stays out."""

import hmac
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from joserfc import jws, jwt
from joserfc.jwk import RSAKey

from shared import access
from shared.access import Caller, Issuer, TokenInvalid
from shared.codes import Role
from tests.eventually import eventually
from tests.integration.shared.issuers import IssuerInTest, a_key, is_admitted, part, with_header

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def door(issuer: IssuerInTest) -> AsyncIterator[Issuer]:
    """What stands at the entrance of a service."""
    door = Issuer(issuer.name, "hafenlotse")
    yield door
    await door.close()


async def test_a_token_of_the_issuer_is_admitted(issuer: IssuerInTest, door: Issuer) -> None:
    caller = await door.admit(issuer.signed(issuer.claims(exp=2**31)))
    assert caller == Caller(
        "coordination", frozenset({Role.COORDINATION}), frozenset({"01"}), frozenset(), 0
    )
    assert caller.ends_at == 2**31


async def test_a_city_acts_for_its_units_only(issuer: IssuerInTest, door: Issuer) -> None:
    claims = issuer.claims(roles=["city", "unknown"], units=["01001", "02000"], lands=["01"])
    caller = await door.admit(issuer.signed(claims))
    assert caller.roles == {Role.CITY}
    assert [caller.acts_for(unit) for unit in ("01001", "01002", "02000")] == [True, False, False]
    assert not caller.may_read_land("02")


async def test_several_audiences_are_admitted_if_one_is_ours(
    issuer: IssuerInTest, door: Issuer
) -> None:
    assert await is_admitted(door, issuer.signed(issuer.claims(aud=["other", "hafenlotse"])))
    with pytest.raises(TokenInvalid):
        await door.admit(issuer.signed(issuer.claims(aud=["other", "another"])))


NOW = int(time.time())
CLAIMS: dict[str, dict[str, Any]] = {
    "expired": {"exp": NOW - 61},
    "expired for years": {"exp": 1},
    "not yet valid": {"nbf": NOW + 3600},
    "issued in the future": {"iat": NOW + 3600},
    "no expiry": {"exp": None},
    "expiry as text": {"exp": str(NOW + 600)},
    "expiry as truth": {"exp": True},
    "expiry as list": {"exp": [NOW + 600]},
    "expiry without end": {"exp": float("inf")},
    "expiry that is no number": {"exp": float("nan")},
    "start as text": {"nbf": "0"},
    "other audience": {"aud": "other"},
    "no audience": {"aud": None},
    "empty audiences": {"aud": []},
    "audience as object": {"aud": {"hafenlotse": True}},
    "part of the audience": {"aud": "hafen"},
    "other issuer": {"iss": "https://elsewhere"},
    "no issuer": {"iss": None},
    "issuer as list": {"iss": ["https://elsewhere"]},
    "no subject": {"sub": None},
    "empty subject": {"sub": ""},
    "subject as number": {"sub": 5},
    "subject with NUL": {"sub": "a\0b"},
    "subject in two lines": {"sub": "a\nb"},
    "subject without end": {"sub": "a" * 10_000},
    "roles as text": {"roles": "coordination"},
    "lands as object": {"lands": {"01": True}},
    "units as number": {"units": 1},
}


@pytest.mark.parametrize("name", CLAIMS)
async def test_a_signed_token_with_a_false_claim_stays_out(
    name: str, issuer: IssuerInTest, door: Issuer
) -> None:
    with pytest.raises(TokenInvalid):
        await door.admit(issuer.signed(issuer.claims(**CLAIMS[name])))


async def test_an_expiry_far_away_is_no_trouble(issuer: IssuerInTest, door: Issuer) -> None:
    for expiry in (10**12, 10**400, 1e308):
        assert await is_admitted(door, issuer.signed(issuer.claims(exp=expiry)))


async def test_clocks_may_differ_by_the_leeway_and_no_more(
    issuer: IssuerInTest, door: Issuer
) -> None:
    assert await is_admitted(door, issuer.signed(issuer.claims(exp=int(time.time()) - 20)))
    assert access.LEEWAY_SECONDS <= 60


async def test_a_remembered_token_ends_with_its_time(issuer: IssuerInTest, door: Issuer) -> None:
    token = issuer.signed(issuer.claims(exp=int(time.time()) - access.LEEWAY_SECONDS + 2))
    assert await is_admitted(door, token)

    async def ended() -> bool:
        try:
            await door.admit(token)
        except TokenInvalid:
            return True
        return False

    await eventually(ended, within=5, because="its time is over")


def keyed_with_the_public_key(issuer: IssuerInTest) -> str:
    """HS256 with the published key as the secret: the classic mix of algorithms."""
    signed = f"{part({'alg': 'HS256', 'kid': issuer.key.kid})}.{part(issuer.claims())}"
    digest = hmac.digest(issuer.key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{part(digest)}"


def of_a_strangers_key(issuer: IssuerInTest) -> str:
    stranger = a_key("first")
    return jwt.encode({"alg": "ES256", "kid": "first"}, issuer.claims(), stranger)


def with_the_strangers_key_inside(issuer: IssuerInTest) -> str:
    stranger = a_key("first")
    header = {"alg": "ES256", "kid": "first", "jwk": stranger.as_dict(private=False)}
    return jwt.encode(header, issuer.claims(), stranger)


def of_another_kind_of_key(issuer: IssuerInTest) -> str:
    stranger = RSAKey.generate_key(2048)
    return jwt.encode({"alg": "RS256", "kid": "first"}, issuer.claims(), stranger)


def with_other_claims(issuer: IssuerInTest) -> str:
    header, _, signature = issuer.token().split(".")
    return f"{header}.{part(issuer.claims(roles=['operator']))}.{signature}"


FORGED: dict[str, Callable[[IssuerInTest], str]] = {
    "alg none": with_header({"alg": "none", "kid": "first"}),
    "alg None": with_header({"alg": "NONE"}),
    "no alg": with_header({"kid": "first"}),
    "alg as list": with_header({"alg": ["ES256"], "kid": "first"}),
    "alg as object": with_header({"alg": {"ES256": 1}, "kid": "first"}),
    "header as list": with_header([{"alg": "ES256"}]),
    "header as text": with_header("alg"),
    "header of the depths": with_header(b"[" * 5000),
    "kid as list": with_header({"alg": "ES256", "kid": ["first"]}),
    "kid as object": with_header({"alg": "ES256", "kid": {"a": 1}}),
    "kid as number": with_header({"alg": "ES256", "kid": 1}),
    "kid as path": with_header({"alg": "ES256", "kid": "../../../dev/null"}),
    "kid as SQL": with_header({"alg": "ES256", "kid": "' OR 1=1 --"}),
    "kid with NUL": with_header({"alg": "ES256", "kid": "first\0"}),
    "kid too long": with_header({"alg": "ES256", "kid": "a" * 5000}),
    "unencoded payload": with_header(
        {"alg": "ES256", "kid": "first", "crit": ["b64"], "b64": False}
    ),
    "empty signature": with_header({"alg": "ES256", "kid": "first"}),
    "signature of zeros": with_header({"alg": "ES256", "kid": "first"}, bytes(64)),
    "HS256 with the public key": keyed_with_the_public_key,
    "a stranger's key": of_a_strangers_key,
    "a stranger's key inside": with_the_strangers_key_inside,
    "another kind of key": of_another_kind_of_key,
    "other claims": with_other_claims,
    "no dots": lambda _issuer: "token",
    "only dots": lambda _issuer: "..",
    "five parts": lambda issuer: f"{issuer.token()}.a.b",
    "white space inside": lambda issuer: issuer.token().replace(".", " .", 1),
    "letters that are none": lambda _issuer: "é.é.é",
    "100 kB": lambda issuer: issuer.signed(issuer.claims(more="x" * 100_000)),
    "100 kB of nothing": lambda _issuer: "a" * 100_000,
    "payload that is no object": lambda issuer: _signed_raw(issuer, b"[1]"),
    "payload that is no JSON": lambda issuer: _signed_raw(issuer, b"{"),
}


def _signed_raw(issuer: IssuerInTest, payload: bytes) -> str:
    return jws.serialize_compact({"alg": "ES256", "kid": issuer.key.kid}, payload, issuer.key)


@pytest.mark.parametrize("name", FORGED)
async def test_a_forged_token_stays_out(name: str, issuer: IssuerInTest, door: Issuer) -> None:
    with pytest.raises(TokenInvalid):
        await door.admit(FORGED[name](issuer))
    assert await is_admitted(door, issuer.token())
