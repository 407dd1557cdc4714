"""Quotas of a test, whose members, rules and keys only this test knows."""

import uuid
from dataclasses import dataclass, field

import httpx

from tests.end_to_end.quotas import QUOTAS
from tests.end_to_end.system import Json, System
from tests.eventually import eventually

SOURCE = {"source": "made up for this test"}
MEMBERS = ("01061", "01062")


@dataclass
class OwnQuota:
    """The coordination's moves on one quota."""

    system: System
    code: str
    places: dict[str, httpx.Response] = field(default_factory=dict)

    async def post(self, what: str, **body: object) -> Json:
        answer = await self.system.coordination.post(f"{QUOTAS}/{self.code}/{what}", SOURCE | body)
        assert answer.status_code == 201, answer.text
        shown: Json = answer.json()
        return shown

    async def board(self, **moment: object) -> Json:
        return await self.system.coordination.seen(f"{QUOTAS}/{self.code}/balances", **moment)

    async def counted(self, sequence: int) -> None:
        async def is_counted() -> bool:
            return bool((await self.board())["as_of"]["sequence"] >= sequence)

        await eventually(is_counted, within=15, because=f"entry {sequence} is counted")


async def own_quota(system: System, year: int = 2016, **first_rule: object) -> OwnQuota:
    """Two members by halves in one year, one programme counted."""
    code = f"test-{uuid.uuid4().hex[:12]}"
    opened = {"quota": code, "land": "01", "name": "Versuch"} | SOURCE
    answer = await system.coordination.post(QUOTAS, opened)
    assert answer.status_code == 201, answer.text
    quota = OwnQuota(system, code)
    term = {"from": f"{year}-01-01", "to": f"{year}-12-31"}
    for unit in MEMBERS:
        await quota.post("members", unit=unit, **term)
    await quota.post("rules", **({"programme": "land-programme", "share": "1"} | term | first_rule))
    await quota.post("keys", **a_key({"01061": "50", "01062": "50"}, f"{year}-01-01"))
    return quota


def a_key(weights: dict[str, str], valid_from: str = "2016-01-01", kind: str = "percent") -> Json:
    return {
        "kind": kind, "valid_from": valid_from, "published_on": valid_from, "weights": weights,
    }  # fmt: skip
