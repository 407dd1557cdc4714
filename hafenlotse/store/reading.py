"""Lets one reader look at everything in one moment, however long that takes."""

from shared.postgres import Connection

PATIENT = """
    SET LOCAL statement_timeout = '10min';
    SET LOCAL idle_in_transaction_session_timeout = 0
"""


async def allow_long_reading(tx: Connection) -> None:
    """Within this transaction nothing is cut off for being slow."""
    await tx.execute(PATIENT)
