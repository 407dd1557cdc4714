"""A key as it may be recorded, and what it would do."""

from typing import Any

from uuid_utils.compat import uuid7

from services.quota.api.changes import UNITS, KeyBody
from services.quota.api.documents import board_document
from services.quota.api.refused import key_faults
from services.quota.domain.balances import board
from services.quota.domain.definitions import KeyVersion, QuotaRules
from services.quota.domain.keys import check_key
from services.quota.store.days import load_daily
from services.quota.store.worlds import load_world, next_definition
from shared.clock import now, today_in_berlin
from shared.codes import Ags, Land, QuotaCode, land_of
from shared.contracts.crossings import crossing_document
from shared.http.problems import Problem
from shared.postgres import Connection


def key_in(body: KeyBody, rules: QuotaRules) -> KeyVersion:
    """The key of a body, or the problem with every reason against it."""
    units = [Ags(unit) for unit in UNITS if land_of(unit) == rules.land]
    checked = check_key(body.change(str(uuid7())), body.texts(), rules, units)
    if checked.refusals:
        raise Problem.invalid(*key_faults(checked.refusals))
    return checked.key


async def try_key(tx: Connection, land: Land, quota: QuotaCode, body: KeyBody) -> dict[str, Any]:
    """What a key would change, computed beside the record."""
    world, daily = await load_world(tx, land), await load_daily(tx, land)
    key = key_in(body, world.rules()[quota])
    crossings = world.define(next_definition(world, quota, key, now()), daily)
    balances = board(world.rules()[quota], world.counts()[quota], today_in_berlin())
    as_of = {"sequence": world.position.sequence, "definition": world.position.definition}
    return {
        "balances": board_document(
            quota, land, balances, {**as_of, "valid_on": None, "known_at": None}
        ),
        "crossings": [crossing_document(each._asdict()) for each in crossings],
        "warnings": [{"fact": each.fact, "sum": each.sum} for each in key.warnings],
    }
