"""Tokens of a certified OpenID provider that is not ours open the doors that they should."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from access.caller import TokenInvalid
from access.claims import ClaimsMapping, Source
from access.issuer import Issuer
from embedded.ports import pick_port
from shared.codes import Role
from tests.eventually import eventually

pytestmark = [pytest.mark.long, pytest.mark.asyncio, pytest.mark.timeout(240)]
HERE = Path(__file__).parent
CITY: dict[str, Any] = {"roles": ["city"], "lands": ["01"], "units": ["01001"]}
NESTED = {"realm_access": {"roles": ["offline", "hl-stadt"]}, "groups": ["/staedte/01002", "/x"]}
"""As Keycloak says it: roles of the realm, and groups."""

MAPPING = ClaimsMapping(
    roles=Source(at="/realm_access/roles", values={"hl-stadt": "city"}),
    lands=Source(always=["01"]),
    units=Source(at="/groups", prefix="/staedte/"),
)
CLIENTS = [
    {"client_id": "city-01001", "client_secret": "s" * 40, "claims": CITY},
    {"client_id": "city-01002", "client_secret": "u" * 40, "claims": NESTED},
    {"client_id": "stranger", "client_secret": "t" * 40, "claims": {"roles": "city"}},
]


@dataclass(frozen=True)
class Provider:
    """The running provider."""

    name: str

    async def token(self, client: str) -> str:
        [known] = [one for one in CLIENTS if one["client_id"] == client]
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.post(
                f"{self.name}/token",
                data={"grant_type": "client_credentials"},
                auth=(client, str(known["client_secret"])),
            )
        assert answer.status_code == 200, answer.text
        token: str = answer.json()["access_token"]
        return token


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The provider and what it needs, from npm."""
    folder = tmp_path_factory.mktemp("provider")
    for name in ("package.json", "provider.mjs"):
        shutil.copy(HERE / name, folder / name)
    subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"],
        cwd=folder,
        env=os.environ | {"NODE_USE_SYSTEM_CA": "1"},  # as pip does
        check=True,
        capture_output=True,
        timeout=180,
    )
    return folder


@pytest.fixture
def process(packages: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    port = pick_port()
    arguments = ["node", "provider.mjs", str(port), json.dumps(CLIENTS)]
    running = subprocess.Popen(
        arguments, cwd=packages, stdout=subprocess.DEVNULL, start_new_session=True
    )
    yield f"http://127.0.0.1:{port}", running
    end(running)


def end(running: subprocess.Popen[bytes]) -> None:
    """The installed `node` is a script that starts another process: both end, however often."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()


@pytest_asyncio.fixture
async def provider(process: tuple[str, "subprocess.Popen[bytes]"]) -> AsyncIterator[Provider]:
    name, _ = process
    async with httpx.AsyncClient(trust_env=False) as http:

        async def answers() -> bool:
            return (await http.get(f"{name}/.well-known/openid-configuration")).is_success

        await eventually(answers, within=30, because="the provider is ready")
    yield Provider(name)


async def test_a_token_of_another_issuer_is_a_caller(provider: Provider) -> None:
    door = Issuer(provider.name, "hafenlotse")
    caller = await door.admit(await provider.token("city-01001"))
    assert caller.client == "city-01001"
    assert caller.roles == {Role.CITY}
    assert caller.acts_for("01001")
    assert not caller.acts_for("01002")
    await door.close()


async def test_claims_of_another_shape_are_mapped(provider: Provider) -> None:
    token = await provider.token("city-01002")
    door = Issuer(provider.name, "hafenlotse", mapping=MAPPING)
    caller = await door.admit(token)
    assert caller.roles == {Role.CITY}
    assert [caller.acts_for(unit) for unit in ("01002", "01001")] == [True, False]
    await door.close()
    door = Issuer(provider.name, "hafenlotse")
    assert not (await door.admit(token)).roles
    await door.close()


async def test_claims_of_the_wrong_shape_open_nothing(provider: Provider) -> None:
    door = Issuer(provider.name, "hafenlotse")
    with pytest.raises(TokenInvalid):
        await door.admit(await provider.token("stranger"))
    await door.close()


async def test_a_token_for_another_audience_stays_out(provider: Provider) -> None:
    door = Issuer(provider.name, "another-system")
    with pytest.raises(TokenInvalid):
        await door.admit(await provider.token("city-01001"))
    await door.close()


async def test_known_keys_outlive_the_issuer(
    provider: Provider, process: tuple[str, "subprocess.Popen[bytes]"]
) -> None:
    door = Issuer(provider.name, "hafenlotse")
    first, second = [await provider.token("city-01001") for _ in range(2)]
    await door.admit(first)
    end(process[1])
    assert (await door.admit(second)).client == "city-01001"
    await door.close()
