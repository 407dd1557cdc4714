"""A running Hafenlotse as a city and the coordination see it: over HTTP, with their tokens."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.2


class NeverCaughtUp(Exception):
    """Balances or alerts did not follow the ledger in time."""


class System:
    """What `access.json` opens: `as_client` names who asks."""

    def __init__(self, access_file: Path) -> None:
        self._access: dict[str, Any] = json.loads(access_file.read_text(encoding="utf-8"))
        self._http = httpx.Client(base_url=self._access["address"], timeout=30, trust_env=False)
        self._tokens: dict[str, str] = {}

    def get(self, path: str, as_client: str = "coordination", **query: object) -> Any:
        """What a GET answers, or an HTTPStatusError."""
        parameters = {name: str(value) for name, value in query.items()}
        answer = self._http.get(path, params=parameters, headers=self._bearer(as_client))
        return answer.raise_for_status().json()

    def post(
        self, path: str, body: object, key: str, as_client: str, if_match: str | None = None
    ) -> httpx.Response:
        """The answer to a POST; the same key again has no second effect."""
        headers = {**self._bearer(as_client), "Idempotency-Key": key}
        if if_match:
            headers["If-Match"] = if_match
        return self._http.post(path, json=body, headers=headers).raise_for_status()

    def all(self, path: str, **query: object) -> Iterator[Any]:
        """Every item of a list, page by page."""
        cursor = None
        while True:
            place: dict[str, object] = {"cursor": cursor} if cursor else {}
            page = self.get(path, "coordination", **query, **place, limit=500)
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return

    def wait_until_caught_up(self, land: str, sequence: int) -> None:
        """Return when every quota has counted an entry and every crossing has its alert."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while not self._is_caught_up(land, sequence):
            if time.monotonic() > ends:
                raise NeverCaughtUp(f"entry {sequence} of Land {land} is not counted")
            time.sleep(PAUSE_SECONDS)

    def _is_caught_up(self, land: str, sequence: int) -> bool:
        quotas = [one["quota"] for one in self.all("/quota/v1/quotas") if one["land"] == land]
        counted = [
            self.get(f"/quota/v1/quotas/{quota}/balances")["as_of"]["sequence"] for quota in quotas
        ]
        crossed = {
            f"{land}:{one['sequence']}"
            for quota in quotas
            for one in self.all(f"/quota/v1/quotas/{quota}/crossings")
        }
        alerted = {one["crossing"] for one in self.all("/notifications/v1/alerts")}
        return min(counted) >= sequence and crossed <= alerted

    def _bearer(self, client: str) -> dict[str, str]:
        if client not in self._tokens:
            known = self._access["clients"][client]
            granted = httpx.post(
                self._access["token_url"],
                data={"grant_type": "client_credentials"},
                auth=(known["client_id"], known["client_secret"]),
                trust_env=False,
            )
            self._tokens[client] = granted.raise_for_status().json()["access_token"]
        return {"Authorization": f"Bearer {self._tokens[client]}"}
