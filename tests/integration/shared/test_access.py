"""Tokens of a real issuer: what is not from it, for us and valid now stays out."""

import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from access import issuer as access
from access.caller import Caller, TokenInvalid
from access.issuer import Issuer
from shared.codes import Role
from tests.eventually import eventually
from tests.integration.shared.false_claims import FALSE
from tests.integration.shared.forging import FORGED, OF_NO_CLEAR_KIND, OF_OTHER_KINDS
from tests.integration.shared.issuers import IssuerInTest, is_admitted, is_refused

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


@pytest.mark.parametrize("name", FALSE)
async def test_a_signed_token_with_a_false_claim_stays_out(
    name: str, issuer: IssuerInTest, door: Issuer
) -> None:
    with pytest.raises(TokenInvalid):
        await door.admit(issuer.signed(issuer.claims(**FALSE[name])))


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

    await eventually(lambda: is_refused(door, token), within=5, because="its time is over")


@pytest.mark.parametrize("name", FORGED | OF_NO_CLEAR_KIND)
async def test_a_forged_token_stays_out(name: str, issuer: IssuerInTest, door: Issuer) -> None:
    with pytest.raises(TokenInvalid):
        await door.admit((FORGED | OF_NO_CLEAR_KIND)[name](issuer))
    assert await is_admitted(door, issuer.token())


@pytest_asyncio.fixture
async def tolerant(issuer: IssuerInTest) -> AsyncIterator[Issuer]:
    """For an issuer whose access tokens call themselves JWT."""
    door = Issuer(issuer.name, "hafenlotse", token_type="JWT")
    yield door
    await door.close()


@pytest.mark.parametrize("name", OF_OTHER_KINDS)
async def test_what_is_known_to_be_no_access_token_stays_out_of_every_door(
    name: str, issuer: IssuerInTest, tolerant: Issuer
) -> None:
    with pytest.raises(TokenInvalid):
        await tolerant.admit(OF_OTHER_KINDS[name](issuer))


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ({"typ": "JWT"}, {}),
        ({"typ": "jwt"}, {"typ": "Bearer", "azp": "web", "sid": "1", "scope": "openid"}),
        ({"typ": "application/at+jwt"}, {}),
        ({"typ": "JWT"}, {"token_use": "access"}),
    ],
)
async def test_an_issuer_may_call_its_access_tokens_otherwise(
    header: dict[str, str], claims: dict[str, str], issuer: IssuerInTest, tolerant: Issuer
) -> None:
    assert await is_admitted(tolerant, issuer.signed(issuer.claims(**claims), **header))


async def test_an_operator_is_told_once_which_setting_may_be_wrong(
    issuer: IssuerInTest, door: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(3):
        assert await is_refused(door, issuer.signed(issuer.claims(jti=str(number)), typ="JWT"))
    [said] = [one.getMessage() for one in caplog.records if "HAFENLOTSE_TOKEN_TYPE" in one.message]
    assert "typ JWT" in said
    assert issuer.name in said
