"""Proposals of transfers, and what became of them."""

from collections.abc import Collection

from asyncpg import Record

from services.admissions.domain.placement import Move
from services.admissions.domain.proposal import Transfer, TransferState
from shared.postgres import Connection

INSERT = """
    INSERT INTO transfers (id, land, placement, from_unit, to_unit, effective_on, reason, state)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
LOAD = "SELECT * FROM transfers WHERE id = $1"
LOCK = "SELECT * FROM transfers WHERE id = $1 FOR UPDATE"
SET_STATE = "UPDATE transfers SET state = $2 WHERE id = $1"
VOID = "UPDATE transfers SET state = 'void' WHERE placement = $1 AND state = 'proposed'"
LIST = """
    SELECT * FROM transfers
     WHERE (from_unit = ANY($1) OR to_unit = ANY($1)) AND id < $2
     ORDER BY id DESC LIMIT $3
"""


async def insert_transfer(tx: Connection, transfer: Transfer) -> None:
    """Keep a proposal, or a transfer that was decided at once."""
    move = transfer.move
    await tx.execute(
        INSERT,
        transfer.id,
        transfer.land,
        transfer.placement,
        transfer.from_unit,
        move.to_unit,
        move.effective_on,
        move.reason,
        transfer.state,
    )


async def load_transfer(tx: Connection, transfer: str) -> Transfer | None:
    """One transfer."""
    row = await tx.fetchrow(LOAD, transfer)
    return _transfer(row) if row else None


async def lock_transfer(tx: Connection, transfer: str) -> Transfer | None:
    """One transfer, unchanged by others until this transaction is over."""
    row = await tx.fetchrow(LOCK, transfer)
    return _transfer(row) if row else None


async def set_state(tx: Connection, transfer: Transfer) -> None:
    """What became of a transfer."""
    await tx.execute(SET_STATE, transfer.id, transfer.state)


async def void_open_transfer(tx: Connection, placement: str) -> None:
    """A placement changes: what was proposed for it before no longer fits."""
    await tx.execute(VOID, placement)


async def list_transfers(
    tx: Connection, units: Collection[str], before: str, limit: int
) -> list[Transfer]:
    """The transfers from or to units, newest first."""
    return [_transfer(row) for row in await tx.fetch(LIST, list(units), before, limit)]


def _transfer(row: Record) -> Transfer:
    return Transfer(
        id=str(row["id"]),
        land=row["land"],
        placement=str(row["placement"]),
        from_unit=row["from_unit"],
        move=Move(row["to_unit"], row["effective_on"], row["reason"]),
        state=TransferState(row["state"]),
    )
