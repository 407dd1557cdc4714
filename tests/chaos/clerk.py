"""What cities and the coordination do, and insist on until it is accepted."""

import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta

import httpx

from tests.end_to_end.placements import PLACEMENTS, UNITS, today
from tests.end_to_end.quotas import eventually_some
from tests.end_to_end.system import Caller, Json, System

TRANSFERS = "/admissions/v1/transfers"
NOBODY_THERE = {429, 502, 503, 504}
ANSWERED_SECONDS = 60


@dataclass
class Known:
    """A placement as it was shown last, with its tag."""

    answer: httpx.Response
    has_moved: bool = False

    @property
    def shown(self) -> Json:
        shown: Json = self.answer.json()
        return shown

    @property
    def name(self) -> str:
        return str(self.shown["id"])


@dataclass
class Clerk:
    """Sends a thing again under the same key until somebody answers; that must be yes."""

    system: System
    recorded: list[str] = field(default_factory=list)

    async def insist(self, caller: Caller, path: str, body: Json, **more: str) -> httpx.Response:
        key = str(uuid.uuid4())

        async def answered() -> httpx.Response | None:
            answer = await caller.post(path, body, Idempotency_Key=key, **more)
            is_open = answer.status_code in NOBODY_THERE or "/in-flight" in answer.text
            return None if is_open else answer

        answer: httpx.Response = await eventually_some(answered, path, ANSWERED_SECONDS)
        assert answer.status_code in {201, 202}, f"{path} {body}: {answer.text}"
        return answer

    async def record(self, placement: Json) -> Known:
        answer = await self.insist(self.system.city(placement["unit"]), PLACEMENTS, placement)
        known = Known(answer)
        self.recorded.append(known.name)
        return known

    async def record_batch(self, placements: list[Json]) -> None:
        """All of them by the coordination, which speaks for every unit."""
        path = f"{PLACEMENTS}/batch"
        answer = await self.insist(self.system.coordination, path, {"placements": placements})
        self.recorded += [one["id"] for one in answer.json()["items"]]

    async def correct(self, known: Known, changes: Json) -> None:
        """At least one person more, where nothing else would change."""
        shown = known.shown
        if known.has_moved:  # its days are those of its legs
            changes = {name: new for name, new in changes.items() if name != "effective_on"}
        if all(shown[name] == new for name, new in changes.items()):
            changes = changes | {"persons": shown["persons"] + 1}
        body = {"reason": "typing-error"} | changes
        known.answer = await self.act(known, "corrections", body)

    async def withdraw(self, known: Known) -> None:
        await self.act(known, "withdrawal", {"reason": "never-arrived"})

    async def transfer(self, known: Known, steps: int, later_days: int) -> None:
        """To another unit, at once; not before its last day and not after today."""
        shown = known.shown
        unit = UNITS[(UNITS.index(shown["unit"]) + steps) % len(UNITS)]
        last_day = date.fromisoformat(shown["effective_on"])
        day = min(last_day + timedelta(days=later_days), today()).isoformat()
        body = {"to_unit": unit, "effective_on": day, "reason": "agreed-transfer"}
        known.answer = await self.act(known, "transfer", body)
        known.has_moved = True

    async def act(self, known: Known, act: str, body: Json) -> httpx.Response:
        path = f"{PLACEMENTS}/{known.name}/{act}"
        tag = known.answer.headers["ETag"]
        return await self.insist(self.system.coordination, path, body, If_Match=tag)
