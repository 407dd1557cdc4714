"""What the routes of quota read alike: a quota within the caller's reach."""

from access.caller import Caller
from services.quota.domain.definitions import QuotaRules, fold
from services.quota.store.definitions import list_definitions, load_land_of
from shared.codes import Land
from shared.http.problems import Problem
from shared.postgres import Connection


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
