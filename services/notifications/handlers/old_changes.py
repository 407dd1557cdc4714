"""What became of alerts is forgotten after the promised time; the alerts stay."""

from services.notifications.store.changes import KEPT, forget_changes
from shared.clock import now
from shared.forgetting import forget_daily
from shared.postgres import Database


async def forget_old_changes(database: Database) -> None:
    """Every day, for as long as the process runs."""
    await forget_daily(database, "changes", lambda tx: forget_changes(tx, now() - KEPT))
