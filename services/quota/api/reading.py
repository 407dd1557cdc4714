"""What the routes of quota read alike: a quota within the caller's reach."""

from typing import NamedTuple

from access.caller import Caller
from services.quota.domain.counts import Counts, Position
from services.quota.domain.definitions import QuotaRules, fold
from services.quota.store.counts import load_counts
from services.quota.store.definitions import list_definitions, load_land_of
from services.quota.store.positions import load_position
from shared.codes import Land
from shared.http.problems import Problem
from shared.postgres import Connection


class QuotaNow(NamedTuple):
    """A quota at the present position of its Land."""

    rules: QuotaRules
    counts: Counts
    position: Position


async def find_land(tx: Connection, quota: str, caller: Caller) -> Land:
    """The Land of a quota that the caller may read, or `not-found`."""
    land = await load_land_of(tx, quota)
    if land is None or not caller.may_read_land(land):
        raise Problem("not-found")
    return land


async def read_rules(tx: Connection, land: Land, quota: str) -> QuotaRules:
    """What a quota is now."""
    log = await list_definitions(tx, land)
    return fold(each for each in log if each.quota == quota)


async def read_quota(tx: Connection, quota: str, caller: Caller) -> QuotaNow:
    """A quota and its counts, read in one moment, or `not-found`."""
    land = await find_land(tx, quota, caller)
    rules = await read_rules(tx, land, quota)
    position = await load_position(tx, land)
    counts = await load_counts(tx, land, position)
    return QuotaNow(rules, counts[rules.quota], position)
