"""Keycloak's tokens open the doors that they should, by the settings that our documents name."""

import os
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from access.caller import Caller, TokenInvalid
from access.entrance import AskedKeys, Entrance
from access.issuer import Clock, Issuer
from access.settings import AccessSettings
from shared.codes import Role
from tests.eventually import eventually
from tests.real_issuers import keycloak
from tests.real_issuers.keycloak import Keycloak

pytestmark = [pytest.mark.long, pytest.mark.asyncio, pytest.mark.timeout(420)]
START_SECONDS = 300
DOCUMENT = Path(__file__).parents[2] / "docs" / "operations" / "access.md"
ADDRESS = "127.0.0.1"
COORDINATION = {
    "grant_type": "password",
    "username": "koordination",
    "password": "a-password-of-the-test-only",
    "scope": "openid",
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where it is refused to download, that is said loudly, and in CI it is a failure."""
    folder = tmp_path_factory.mktemp("keycloak")
    try:
        return keycloak.fetch(folder)
    except Exception as failure:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"NOT TESTED: Keycloak {keycloak.VERSION} can't be fetched: {failure!r}")


@pytest.fixture(scope="module")
def process(home: Path) -> Iterator[Keycloak]:
    with keycloak.running(home, home.parent / "keycloak.log") as running:
        yield running


@pytest_asyncio.fixture
async def issuer(process: Keycloak) -> Keycloak:
    async with httpx.AsyncClient(trust_env=False) as http:

        async def answers() -> bool:
            assert process.process.poll() is None, "Keycloak ended before it was there"
            about = f"{process.issuer}/.well-known/openid-configuration"
            return (await http.get(about)).is_success

        await eventually(answers, within=START_SECONDS, because="Keycloak has its realm")
    return process


def documented_claims() -> str:
    """What docs/operations/access.md says for Keycloak, as an operator copies it."""
    _, _, chapter = DOCUMENT.read_text(encoding="utf-8").partition("### Keycloak\n")
    return chapter.partition("```json\n")[2].partition("```")[0]


@dataclass(frozen=True)
class Doors:
    """The entrance of a service, for an issuer of each kind; and a clock that can be turned."""

    strict: Entrance
    tolerant: Entrance

    async def admit(self, token: str, *, strictly: bool = True) -> Caller:
        entrance = self.strict if strictly else self.tolerant
        return await entrance.admit([f"Bearer {token}"], ADDRESS)


def entrance_for(issuer: Keycloak, **more: Any) -> Entrance:
    settings = {"issuer": issuer.issuer, "claims": documented_claims(), **more}
    return AccessSettings.model_validate(settings).entrance(AskedKeys("http://127.0.0.1:9"))


@pytest_asyncio.fixture
async def doors(issuer: Keycloak) -> AsyncIterator[Doors]:
    doors = Doors(entrance_for(issuer, token_type="at+jwt"), entrance_for(issuer))
    yield doors
    await doors.strict.close()
    await doors.tolerant.close()


async def test_a_service_account_is_the_city_of_its_group(issuer: Keycloak, doors: Doors) -> None:
    given = await issuer.grant("stadt-01001", grant_type="client_credentials")
    caller = await doors.admit(given["access_token"])
    assert caller.roles == {Role.CITY}
    assert caller.lands == {"01"}
    assert caller.units == {"01001"}


async def test_of_what_keycloak_signs_only_access_tokens_open(
    issuer: Keycloak, doors: Doors
) -> None:
    given = await issuer.grant("hafenlotse", **COORDINATION)
    with pytest.raises(TokenInvalid):
        await doors.admit(given["access_token"])  # this client has not the switch for at+jwt
    assert (await doors.admit(given["access_token"], strictly=False)).has(Role.COORDINATION)
    for kind in ("id_token", "refresh_token"):
        for strictly in (True, False):
            with pytest.raises(TokenInvalid):
                await doors.admit(given[kind], strictly=strictly)


async def test_new_keys_are_found_and_old_ones_end(issuer: Keycloak) -> None:
    seconds = [0.0]
    clock = Clock(time.time, lambda: time.monotonic() + seconds[0])
    door = Issuer(issuer.issuer, "hafenlotse", clock=clock)

    async def token() -> str:
        given = await issuer.grant("stadt-01001", grant_type="client_credentials")
        return str(given["access_token"])

    old = await token()
    await door.admit(old)
    await issuer.sign_anew(priority=200)
    seconds[0] += 3
    await door.admit(await token())
    with pytest.raises(TokenInvalid):
        await door.admit(old)
    await door.close()
