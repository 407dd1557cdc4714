"""When a delivery is tried again, and when that ends."""

from datetime import timedelta
from itertools import accumulate
from uuid import UUID

import pytest

from services.notifications.domain.delivery import (
    ACCEPTED,
    RECIPIENT_DELETED,
    DeliveryState,
    Outcome,
    Progress,
    Verdict,
    judge,
    plan_delivery,
    plan_test,
    retry_delay_seconds,
)
from services.notifications.domain.recipient import ChannelCode
from tests.unit.notifications.builders import AT, a_recipient, an_alert
from tests.unit.notifications.builders import LATER as LATER_ON

DAY_SECONDS = 86_400
LATER = Outcome(Verdict.RETRY, "http-503")
WEBHOOK, EMAIL, LOG = ChannelCode.WEBHOOK, ChannelCode.EMAIL, ChannelCode.LOG


def waits(channel: ChannelCode, jitter: float = 0.0) -> list[float]:
    """Every wait of a channel until it gives up."""
    delays = (retry_delay_seconds(channel, tries, jitter) for tries in range(1, 50))
    return [delay for delay in delays if delay is not None]


def test_a_first_notification_carries_its_alert() -> None:
    alert, recipient = an_alert(), a_recipient(7, channel=EMAIL)
    delivery = plan_delivery(alert, recipient, LATER_ON)
    assert (delivery.recipient, delivery.channel) == (UUID(int=7), EMAIL)
    assert (delivery.land, delivery.alerts, delivery.planned_at) == ("01", (alert.id,), LATER_ON)
    assert delivery.reminder == 0


def test_planned_again_it_keeps_its_id() -> None:
    assert plan_delivery(an_alert(), a_recipient(1), LATER_ON).id == UUID(
        "e970c2c1-6f0d-5182-a3fd-3ae889a6239c"
    )
    others = {
        plan_delivery(an_alert(sequence=sequence), a_recipient(number), AT, reminder).id
        for sequence in (42, 43)
        for number in (1, 2)
        for reminder in (0, 1, 2)
    }
    assert len(others) == 12


def test_a_test_carries_no_alert() -> None:
    planned = plan_test(UUID(int=9), a_recipient(7, lands=("02", "01"), channel=LOG), AT)
    assert (planned.id, planned.recipient, planned.channel) == (UUID(int=9), UUID(int=7), LOG)
    assert (planned.land, planned.alerts, planned.planned_at) == ("02", (), AT)


def test_webhooks_follow_their_steps() -> None:
    hours = [2, 5, 10, 14, 20, 20]
    assert waits(WEBHOOK) == [1, 4, 300, 1800, *(hour * 3600 for hour in hours)]


def test_mails_follow_their_steps() -> None:
    hours = [1, 3, 8, 12, 24, 23]
    assert waits(EMAIL) == [5, 60, 300, 900, *(hour * 3600 for hour in hours)]


def test_the_log_is_tried_three_times() -> None:
    assert waits(LOG) == [5, 60]


@pytest.mark.parametrize("jitter", [0.0, 0.5, 1.0])
def test_a_webhook_is_tried_three_times_within_15_seconds_even_if_each_hangs(
    jitter: float,
) -> None:
    hanging_seconds, poll_seconds = 3.0, 0.5
    first, second = waits(WEBHOOK, jitter)[:2]
    assert first + second + 2 * (hanging_seconds + poll_seconds) + hanging_seconds <= 15


@pytest.mark.parametrize("channel", [WEBHOOK, EMAIL])
def test_trying_goes_on_for_three_days_and_no_longer(channel: ChannelCode) -> None:
    total_seconds = list(accumulate(waits(channel)))[-1]
    assert 2.9 * DAY_SECONDS < total_seconds <= 3 * DAY_SECONDS


def test_jitter_shortens_a_wait_by_a_fifth_at_most() -> None:
    assert retry_delay_seconds(WEBHOOK, 3, 0.0) == 300
    assert retry_delay_seconds(WEBHOOK, 3, 0.5) == 270
    assert retry_delay_seconds(WEBHOOK, 3, 1.0) == 240


def test_what_was_accepted_is_done() -> None:
    assert judge(ACCEPTED, WEBHOOK, 1, AT, 0.0) == Progress(DeliveryState.ACCEPTED, None)
    assert judge(ACCEPTED, WEBHOOK, 99, AT, 0.0) == Progress(DeliveryState.ACCEPTED, None)


@pytest.mark.parametrize(("tries", "seconds"), [(1, 1), (2, 4), (3, 300), (10, 72_000)])
def test_a_failure_is_tried_again_after_its_step(tries: int, seconds: float) -> None:
    expected = Progress(DeliveryState.PENDING, AT + timedelta(seconds=seconds))
    assert judge(LATER, WEBHOOK, tries, AT, 0.0) == expected


def test_pace_stretches_every_wait() -> None:
    progress = judge(LATER, WEBHOOK, 3, AT, 0.5, 0.1)
    assert progress == Progress(DeliveryState.PENDING, AT + timedelta(seconds=27))


def test_after_the_last_step_it_is_given_up() -> None:
    assert judge(LATER, WEBHOOK, 11, AT, 0.0) == Progress(DeliveryState.GIVEN_UP, None)
    assert judge(LATER, LOG, 3, AT, 0.0) == Progress(DeliveryState.GIVEN_UP, None)


def test_a_refusal_is_given_up_at_once() -> None:
    refused = Outcome(Verdict.REFUSED, "http-410")
    assert judge(refused, WEBHOOK, 1, AT, 0.0) == Progress(DeliveryState.GIVEN_UP, None)
    assert judge(RECIPIENT_DELETED, EMAIL, 1, AT, 0.0).state is DeliveryState.GIVEN_UP


def test_outcomes_are_codes() -> None:
    assert (ACCEPTED.code, RECIPIENT_DELETED.code) == ("accepted", "recipient-deleted")
