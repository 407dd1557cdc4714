"""Where the audit log of another service ended: written into this one, so that both must be cut."""

from audit.store.records import Head
from shared.contracts.ledger import GENESIS
from shared.postgres import Connection

WITNESS = "audit-head"
LOAD = """
    SELECT thing FROM audit_log
     WHERE act = 'audit-head' AND thing LIKE $1 || ' %'
     ORDER BY number DESC
     LIMIT 1
"""


def witness(service: str, head: Head) -> str:
    """A log's end, as the thing of a record."""
    return f"{service} {head.number} {head.hash}"


async def load_witnessed(tx: Connection, service: str) -> Head:
    """The last end of a service's log that this one knows; nothing before the first."""
    thing: str | None = await tx.fetchval(LOAD, service)
    if thing is None:
        return Head(0, GENESIS)
    _, number, digest = thing.split(" ")
    return Head(int(number), digest)
