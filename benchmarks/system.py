"""The system that is measured: a fresh one or a running one, as outsiders see it."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx

from embedded.ports import pick_port
from embedded.settings import ROOT

RUNNING = "HAFENLOTSE_BENCH_ACCESS"
LAND = "01"
FEED_PAGE = 1000


@contextmanager
def system_under_load() -> Iterator["System"]:
    """The one whose access.json the environment names, or a fresh one in a temporary folder."""
    if given := os.environ.get(RUNNING):
        with closing(System(Path(given))) as system:
            yield system
        return
    with tempfile.TemporaryDirectory(prefix="hafenlotse-bench-") as folder:
        settings = {"HAFENLOTSE_HOME": folder, "HAFENLOTSE_GATEWAY_PORT": str(pick_port())}
        try:
            _embedded("up", settings)
            with closing(System(Path(folder, "access.json"))) as system:
                yield system
        finally:
            _embedded("down", settings)


def _embedded(command: str, settings: Mapping[str, str]) -> None:
    arguments = [sys.executable, "-m", "embedded", command]
    ran = subprocess.run(
        arguments,
        cwd=ROOT,
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if ran.returncode:
        sys.exit(f"'embedded {command}' failed:\n{ran.stdout}")


class System:
    """A running system by its access.json."""

    def __init__(self, access_file: Path) -> None:
        self._access: dict[str, Any] = json.loads(access_file.read_text(encoding="utf-8"))
        self.address: str = self._access["address"]
        self._http = httpx.Client(base_url=self.address, timeout=30, trust_env=False)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @property
    def processes(self) -> Mapping[str, int]:
        """Name → process id, where the system says them."""
        named: Mapping[str, int] = self._access.get("processes", {})
        return named

    def token(self, client: str) -> str:
        """A bearer token for a client, fresh from the issuer."""
        known = self._access["clients"][client]
        granted = httpx.post(
            self._access["token_url"],
            data={"grant_type": "client_credentials"},
            auth=(known["client_id"], known["client_secret"]),
            trust_env=False,
        )
        return str(granted.raise_for_status().json()["access_token"])

    def city_tokens(self) -> dict[str, str]:
        """Unit → token of its city."""
        names = (name for name in self._access["clients"] if name.startswith("city-"))
        return {name.removeprefix("city-"): self.token(name) for name in names}

    def weights(self) -> dict[str, int]:
        """Unit → weight, by the newest key of the regular quota."""
        quota = self._get("/quota/v1/quotas/sh-regular")
        return {unit: int(weight) for unit, weight in quota["keys"][-1]["weights"].items()}

    def credited(self) -> dict[str, int]:
        """Unit → people that count in the regular quota now, whole ones."""
        board = self._get("/quota/v1/quotas/sh-regular/balances")
        return {one["unit"]: int(float(one["credited"]["decimal"])) for one in board["units"]}

    def ledger_after(self, sequence: int) -> list[dict[str, Any]]:
        """The Land's ledger entries after a number."""
        return self._feed(f"/admissions/v1/ledger/{LAND}/entries", sequence)

    def crossings_after(self, sequence: int) -> list[dict[str, Any]]:
        """The Land's crossings after a number."""
        return self._feed(f"/quota/v1/crossings/{LAND}", sequence)

    def alerts(self, at_least: int) -> list[dict[str, Any]]:
        """The newest alerts, so many or a page more."""
        found: list[dict[str, Any]] = []
        cursor: dict[str, object] | None = {}
        while cursor is not None and len(found) < at_least:
            page = self._get("/notifications/v1/alerts", limit=500, **cursor)
            found += page["items"]
            cursor = {"cursor": page["next"]} if page["next"] else None
        return found

    def _feed(self, path: str, after: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while page := self._get(path, after=after, limit=FEED_PAGE)["items"]:
            found += page
            after = page[-1]["sequence"]
        return found

    def _get(self, path: str, **query: object) -> Any:
        headers = {"Authorization": f"Bearer {self.token('coordination')}"}
        parameters = {name: str(value) for name, value in query.items()}
        answer = self._http.get(path, params=parameters, headers=headers)
        return answer.raise_for_status().json()
