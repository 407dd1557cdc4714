"""When the coordination is told: together, not in quiet hours, and again while nobody answers."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

from services.notifications.domain.recipient import ChannelCode

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of day to another, also over midnight; `end` itself is not quiet any more."""

    begin: time
    end: time
    zone: tzinfo

    def wait_until(self, at: datetime) -> datetime:
        """The same instant, or the end of the quiet hours in which it lies."""
        local = at.astimezone(self.zone)
        if not self._covers(local.time()):
            return at
        day = local.date() if local.time() < self.end else local.date() + DAY
        # The hour that clocks are set back comes twice: the end is in the one that it is now.
        end = datetime.combine(day, self.end, self.zone).replace(fold=local.fold)
        return end.astimezone(UTC)

    def _covers(self, moment: time) -> bool:
        if self.begin < self.end:
            return self.begin <= moment < self.end
        return moment >= self.begin or moment < self.end


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is set: how long messages gather, when nobody is disturbed, when one is reminded.

    `reminders` are the times since an alert was raised, ascending.
    """

    gather: timedelta = timedelta()
    quiet: QuietHours | None = None
    reminders: tuple[timedelta, ...] = ()

    @property
    def may_wait(self) -> bool:
        """Whether any message can be held back at all."""
        return bool(self.gather) or self.quiet is not None

    def not_before(self, channel: ChannelCode, at: datetime) -> datetime:
        """When a message that is planned now may be sent; a log disturbs nobody and never waits."""
        if channel is ChannelCode.LOG:
            return at
        gathered = at + self.gather
        return self.quiet.wait_until(gathered) if self.quiet else gathered

    def reminder_due(self, raised_at: datetime, at: datetime) -> int:
        """The number of the last reminder that is due, 0 before the first.

        Who was away for several of them sends the last one only.
        """
        return sum(raised_at + after <= at for after in self.reminders)


AT_ONCE = Schedule()
