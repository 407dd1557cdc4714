"""What was known of a unit's balance, after every entry or definition that moved it."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from documents.declared import answers
from services.quota.api.changes import UnitCode
from services.quota.api.reading import find_land
from services.quota.api.shown import MovePage
from services.quota.domain.crossings import cause_of_step
from services.quota.domain.definitions import Definition
from services.quota.domain.postings import Entry
from services.quota.domain.world import Amounts, World
from services.quota.store.definitions import list_definitions
from services.quota.store.past import Place, load_world_at, steps_after
from services.quota.store.positions import load_position
from shared.codes import Ags, Land, QuotaCode, instant_text
from shared.contracts.exact import exact
from shared.http.answers import Listing, from_cursor, page, to_cursor
from shared.http.route import ALL_BUT_OPERATOR, Calling, ContractRoute, allowed
from shared.postgres import Connection, snapshot
from shared.service import Stored

router = APIRouter(prefix="/quota/v1/quotas", tags=["balances"], route_class=ContractRoute)
STEPS_AT_ONCE = 20_000
"""One answer looks at no more steps; a page may then be short, and says where to go on."""


class HistoryQuery(Listing):
    """Whose history."""

    unit: UnitCode


@router.get("/{quota}/history")
@allowed(*ALL_BUT_OPERATOR)
@answers(200, MovePage)
async def show_history(
    quota: str, call: Calling, database: Stored, query: Annotated[HistoryQuery, Query()]
) -> Response:
    """Every move of a unit's balance, oldest first, also those by other units' entries."""
    start = Place(*from_cursor(query.cursor, [int, int])) if query.cursor else Place(0, 0)
    async with snapshot(database, call.caller.lands) as tx:
        land = await find_land(tx, quota, call.caller)
        replay = Replay(land, QuotaCode(quota), Ags(query.unit), start)
        items = await replay.read(tx, query.limit)
    return page(items, to_cursor(*replay.place) if replay.goes_on else None)


@dataclass
class Replay:
    """Goes through a Land's steps from a place on and looks at one unit of one quota."""

    land: Land
    quota: QuotaCode
    unit: Ags
    place: Place
    goes_on: bool = False

    async def read(self, tx: Connection, limit: int) -> list[dict[str, Any]]:
        """The next moves, at most so many; `goes_on` says whether there may be more."""
        definitions = await list_definitions(tx, self.land)
        until = (await load_position(tx, self.land)).sequence
        world = await load_world_at(tx, self.land, self.place, definitions)
        items: list[dict[str, Any]] = []
        steps = 0
        async for step in steps_after(tx, self.land, self.place, definitions, until):
            if len(items) == limit or steps == STEPS_AT_ONCE:
                self.goes_on = True
                break
            steps += 1
            before = world.amounts(self.quota, self.unit)
            world = await self._follow(tx, world, step, definitions)
            items += self._moved(step, before, world.amounts(self.quota, self.unit))
        return items

    async def _follow(
        self, tx: Connection, world: World, step: Entry | Definition, definitions: list[Definition]
    ) -> World:
        """The world after a step; a definition restated it, and left a snapshot."""
        if isinstance(step, Definition):
            self.place = Place(step.ledger_sequence, step.number)
            return await load_world_at(tx, self.land, self.place, definitions)
        world.apply(step)
        self.place = Place(step.sequence, self.place.definition)
        return world

    def _moved(
        self, step: Entry | Definition, before: Amounts | None, after: Amounts | None
    ) -> list[dict[str, Any]]:
        if after is None or after.balance == (before.balance if before else Fraction(0)):
            return []
        numbers = {name: exact(getattr(after, name)) for name in ("credited", "target", "balance")}
        return [
            {
                "sequence": self.place.sequence,
                "definition": self.place.definition,
                "recorded_at": instant_text(step.recorded_at),
                "cause": cause_of_step(step, self.unit),
                **numbers,
                "standing": after.standing,
            }
        ]
