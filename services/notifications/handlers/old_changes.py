"""What became of alerts is forgotten after the promised time; the alerts stay."""

from access.reach import EVERYWHERE
from services.notifications.store.changes import KEPT, forget_changes
from shared.clock import now
from shared.forgetting import forget_daily
from shared.postgres import Connection, Database, set_reach


async def forget_old_changes(database: Database) -> None:
    """Every day, for as long as the process runs."""

    async def forget(tx: Connection) -> None:
        await set_reach(tx, EVERYWHERE)
        await forget_changes(tx, now() - KEPT)

    await forget_daily(database, "changes", forget)
