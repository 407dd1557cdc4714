"""Whoever does not answer is reminded, when it is due; only PostgreSQL remembers that."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime

from services.notifications.domain.alert import Alert
from services.notifications.domain.schedule import Schedule
from services.notifications.handlers.telling import plan_for_everyone
from services.notifications.store.deliveries import insert_planned
from services.notifications.store.reminders import lock_due, set_reminded
from shared.clock import now
from shared.codes import Land
from shared.postgres import UNAVAILABLE, Bell, Database, transaction

POLL_SECONDS = 1.0
AT_ONCE_MOST = 500
log = logging.getLogger(__name__)


class Reminders:
    """One watcher of unanswered alerts; any number of them share the work."""

    def __init__(
        self,
        database: Database,
        bell: Bell,
        schedule: Schedule,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self.database, self.bell, self.schedule, self.clock = database, bell, schedule, clock

    async def run(self) -> None:
        """Look every second, for ever."""
        while True:
            try:
                if await self.round():
                    self.bell.ring()
            except UNAVAILABLE as failure:
                log.warning("reminders wait: %r", failure)
            await asyncio.sleep(POLL_SECONDS)

    async def round(self) -> bool:
        """Plan every reminder that is due; whether there was one."""
        at = self.clock()
        async with transaction(self.database) as tx:
            due = await lock_due(tx, at, self.schedule.reminders, AT_ONCE_MOST)
            for (land, number), alerts in self._by_number(due, at).items():
                planned = await plan_for_everyone(tx, land, alerts, self.schedule, at, number)
                await insert_planned(tx, planned)
                await set_reminded(tx, [(one.id, number) for one in alerts])
        return bool(due)

    def _by_number(self, due: list[Alert], at: datetime) -> dict[tuple[Land, int], list[Alert]]:
        sorted_out: dict[tuple[Land, int], list[Alert]] = defaultdict(list)
        for alert in due:
            number = self.schedule.reminder_due(alert.raised_at, at)
            sorted_out[alert.crossing.land, number].append(alert)
        return sorted_out
