"""Which alerts share a message: each is in one, none is left out, what is due takes none along."""

from datetime import timedelta
from itertools import chain
from uuid import UUID

from services.notifications.domain.alert import Alert
from services.notifications.domain.delivery import Delivery, plan_delivery
from services.notifications.domain.planning import (
    MOST_TOGETHER,
    Planned,
    plan_deliveries,
    still_to_say,
    who_is_told,
)
from services.notifications.domain.recipient import ChannelCode, Recipient
from services.notifications.domain.schedule import AT_ONCE, Schedule
from shared.codes import Standing
from tests.unit.notifications.builders import AT, a_recipient, an_alert

MINUTE = timedelta(minutes=1)
GATHERING = Schedule(gather=MINUTE)


def alerts_numbered(*sequences: int) -> list[Alert]:
    return [an_alert(sequence=sequence) for sequence in sequences]


def planned(
    alerts: list[Alert],
    *everyone: Recipient,
    waiting: tuple[Delivery, ...] = (),
    schedule: Schedule = GATHERING,
    reminder: int = 0,
) -> Planned:
    return plan_deliveries(who_is_told(alerts, everyone), waiting, schedule, AT, reminder)


def named(deliveries: list[Delivery]) -> list[UUID]:
    return list(chain.from_iterable(one.alerts for one in deliveries))


def test_by_default_each_alert_has_a_message_of_its_own_at_once() -> None:
    alerts, recipients = alerts_numbered(1, 2, 3), (a_recipient(1), a_recipient(2))
    made = planned(alerts, *recipients, schedule=AT_ONCE)
    assert made.longer == []
    assert made.fresh == [
        plan_delivery(alert, recipient, AT) for alert in alerts for recipient in recipients
    ]


def test_what_gathers_is_one_message_for_each_recipient() -> None:
    alerts = alerts_numbered(1, 2, 3)
    made = planned(alerts, a_recipient(1), a_recipient(2))
    assert [one.recipient for one in made.fresh] == [UUID(int=1), UUID(int=2)]
    assert {one.alerts for one in made.fresh} == {tuple(alert.id for alert in alerts)}
    assert {one.planned_at for one in made.fresh} == {AT + MINUTE}
    assert made.fresh[0].id == plan_delivery(alerts[0], a_recipient(1), AT).id


def test_what_waits_takes_further_alerts_along_and_keeps_its_time() -> None:
    [first] = planned(alerts_numbered(1), a_recipient()).fresh
    made = planned(alerts_numbered(2, 3), a_recipient(), waiting=(first,))
    assert made.fresh == []
    [longer] = made.longer
    assert (longer.id, longer.planned_at) == (first.id, first.planned_at)
    assert list(longer.alerts) == [alert.id for alert in alerts_numbered(1, 2, 3)]


def test_what_waits_takes_alerts_along_though_gathering_was_switched_off() -> None:
    [first] = planned(alerts_numbered(1), a_recipient()).fresh
    made = planned(alerts_numbered(2), a_recipient(), waiting=(first,), schedule=AT_ONCE)
    assert [len(one.alerts) for one in made.longer] == [2]


def test_a_recipient_is_told_of_what_it_wants_only() -> None:
    under = an_alert(sequence=2, after=Standing.UNDER)
    wanting = a_recipient(1, standings=(Standing.UNDER,))
    made = planned([*alerts_numbered(1), under], wanting, a_recipient(2))
    assert [len(one.alerts) for one in made.fresh] == [2, 1]
    assert made.fresh[1].alerts == (under.id,)


def test_a_log_gets_its_lines_at_once_while_others_wait() -> None:
    log = a_recipient(1, channel=ChannelCode.LOG)
    made = planned(alerts_numbered(1, 2), log, a_recipient(2))
    told = [(one.channel, len(one.alerts), one.planned_at) for one in made.fresh]
    assert sorted(told) == [
        *((ChannelCode.LOG, 1, AT), (ChannelCode.LOG, 1, AT)),
        (ChannelCode.WEBHOOK, 2, AT + MINUTE),
    ]


def test_a_message_that_is_full_is_followed_by_another() -> None:
    alerts = alerts_numbered(*range(1, 2 * MOST_TOGETHER + 11))
    made = planned(alerts, a_recipient())
    assert [len(one.alerts) for one in made.fresh] == [MOST_TOGETHER, MOST_TOGETHER, 10]
    assert named(made.fresh) == [alert.id for alert in alerts]


def test_a_full_message_that_waits_is_left_as_it_is() -> None:
    [full] = planned(alerts_numbered(*range(1, MOST_TOGETHER + 1)), a_recipient()).fresh
    made = planned(alerts_numbered(900), a_recipient(), waiting=(full,))
    assert (made.longer, named(made.fresh)) == ([], [an_alert(sequence=900).id])


def test_reminders_have_ids_and_messages_of_their_own() -> None:
    alerts = alerts_numbered(1, 2)
    first, second = (planned(alerts, a_recipient(), reminder=n).fresh[0] for n in (1, 2))
    told = planned(alerts, a_recipient()).fresh[0]
    assert [one.reminder for one in (told, first, second)] == [0, 1, 2]
    assert len({told.id, first.id, second.id}) == 3


def test_a_reminder_leaves_out_what_was_answered_unless_it_was_written() -> None:
    [reminder] = planned(alerts_numbered(1, 2, 3), a_recipient(), reminder=1).fresh
    one, two, three = reminder.alerts
    shorter = still_to_say(reminder, {three, one}, is_written=False)
    assert shorter
    assert shorter.alerts == (one, three)
    assert still_to_say(reminder, {two}, is_written=True) == reminder
    for is_written in (True, False):
        assert still_to_say(reminder, set(), is_written=is_written) is None
