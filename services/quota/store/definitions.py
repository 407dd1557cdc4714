"""The log of definitions, and the first ones of a Land from the data files."""

from itertools import groupby
from operator import itemgetter

from asyncpg import Record, UniqueViolationError

from services.quota.domain.definitions import Definition, QuotaRules, fold
from services.quota.domain.documents import from_document, kind_of, to_document
from shared.codes import Land, QuotaCode
from shared.postgres import Connection

LOG = """
    SELECT land, number, quota, ledger_sequence, recorded_at, kind, change
      FROM definitions WHERE land = $1 ORDER BY number
"""
CALENDARS = """
    SELECT land, number, quota, ledger_sequence, recorded_at, kind, change
      FROM definitions WHERE kind IN ('quota', 'period', 'turn', 'closure') ORDER BY quota, number
"""
INSERT = """
    INSERT INTO definitions
        (land, number, quota, kind, change, ledger_sequence, recorded_at, actor)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
LAND_OF = "SELECT land FROM definitions WHERE quota = $1 AND kind = 'quota'"
QUOTAS = "SELECT quota, land FROM definitions WHERE kind = 'quota' ORDER BY quota"


class QuotaExists(Exception):
    """A quota's code is taken, maybe in a Land that the transaction does not reach."""


async def list_definitions(tx: Connection, land: Land) -> list[Definition]:
    """Every definition of a Land in order."""
    return [_definition(row) for row in await tx.fetch(LOG, land)]


async def list_calendars(tx: Connection) -> list[QuotaRules]:
    """Every quota by code, with nothing but its period and its end: no members, rules or keys."""
    rows = groupby(await tx.fetch(CALENDARS), key=itemgetter("quota"))
    return [fold(map(_definition, definitions)) for _, definitions in rows]


def _definition(row: Record) -> Definition:
    land, number, quota, sequence, recorded_at, kind, document = row
    change = from_document(kind, document)
    return Definition(land, number, quota, sequence, recorded_at, change)


async def insert_definition(tx: Connection, definition: Definition, actor: str) -> None:
    """Append a definition to the log; the caller locked its Land.

    Raises QuotaExists, after which the transaction can only be rolled back.
    """
    try:
        await tx.execute(
            INSERT,
            definition.land,
            definition.number,
            definition.quota,
            kind_of(definition.change),
            to_document(definition.change),
            definition.ledger_sequence,
            definition.recorded_at,
            actor,
        )
    except UniqueViolationError as taken:
        raise QuotaExists(definition.quota) from taken


async def load_land_of(tx: Connection, quota: str) -> Land | None:
    """The Land of a quota, None where there is no such quota."""
    land: Land | None = await tx.fetchval(LAND_OF, quota)
    return land


async def list_quotas(tx: Connection) -> list[tuple[QuotaCode, Land]]:
    """Every quota and its Land, by code."""
    return [(row["quota"], row["land"]) for row in await tx.fetch(QUOTAS)]
