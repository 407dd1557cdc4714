"""Asks the services over HTTP as the coordination does, and says how long the answer took."""

import time
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx

from benchmarks.issuing import Tokens
from benchmarks.station import Station


class Asking:
    """One client with keep-alive connections and a token for an hour."""

    def __init__(self, station: Station, tokens: Tokens) -> None:
        self._station = station
        self._token = tokens.of("coordination")
        self._http = httpx.AsyncClient(timeout=120, trust_env=False)

    async def get(self, path: str) -> float:
        """Seconds until the whole answer to a GET is there."""
        begun_at = time.monotonic()
        await self._ask("GET", path)
        return time.monotonic() - begun_at

    async def largest_unit(self, balances: str) -> str:
        """The unit that is credited most."""
        board = (await self._ask("GET", balances)).json()
        return str(max(board["units"], key=lambda one: float(one["credited"]["decimal"]))["unit"])

    async def post_key(self, quota: str, weights: Mapping[str, int], number: int) -> float:
        """Seconds that a key takes which is valid from a day in the middle of the entries."""
        changed = {unit: str(weight + number + 1) for unit, weight in weights.items()}
        body: dict[str, Any] = {"kind": "population", "valid_from": f"2024-06-{number + 1:02}"}
        body |= {"published_on": "2024-12-01", "source": "made up", "weights": changed}
        begun_at = time.monotonic()
        await self._ask("POST", f"/quota/v1/quotas/{quota}/keys", body)
        return time.monotonic() - begun_at

    async def delete_recipients(self) -> None:
        """Nobody is to be told of anything."""
        path = "/notifications/v1/recipients"
        for recipient in (await self._ask("GET", path)).json()["items"]:
            shown = await self._ask("GET", f"{path}/{recipient['id']}")
            headers = {"If-Match": shown.headers["ETag"]}
            await self._ask("DELETE", f"{path}/{recipient['id']}", headers=headers)

    async def _ask(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        own = {"Authorization": f"Bearer {self._token}", **(headers or {})}
        if method == "POST":
            own["Idempotency-Key"] = str(uuid4())
        address = self._station.address(path.split("/")[1])
        answer = await self._http.request(method, address + path, json=body, headers=own)
        if answer.is_error:
            raise RuntimeError(f"{method} {path}: {answer.status_code} {answer.text[:500]}")
        return answer
