"""Mails about several alerts, and reminders: each is named, the last standing told in full."""

from email.message import EmailMessage
from typing import Any

import pytest

from services.notifications.delivery.email import EmailChannel
from services.notifications.delivery.email import MailServer as Place
from services.notifications.delivery.log import LogChannel
from services.notifications.domain.alert import Alert
from services.notifications.domain.delivery import ACCEPTED
from services.notifications.domain.recipient import ChannelCode, Language
from shared.codes import Standing
from tests.integration.notifications.mailserver import running_mailserver
from tests.integration.notifications.notices import a_grouped_notice, a_parcel, the_letters
from tests.unit.notifications.builders import an_alert

pytestmark = pytest.mark.asyncio
MAILBOX: dict[str, Any] = {
    "channel": ChannelCode.EMAIL,
    "address": "koordinierung@flensburg.example",
}
OVER = an_alert(sequence=41)
BACK = an_alert(sequence=42, before=Standing.OVER, after=Standing.ON_QUOTA)
OTHER = an_alert(sequence=43, unit="01001", quota="sh-alliance", after=Standing.UNDER)


async def mail_about(*alerts: Alert, reminder: int = 0, language: str = "de") -> EmailMessage:
    """The mail as its reader gets it."""
    async with running_mailserver() as mailserver:
        place = Place("127.0.0.1", mailserver.port, "hafenlotse@flensburg.example")
        channel = EmailChannel(place, the_letters())
        notice = a_grouped_notice(alerts, reminder, **MAILBOX, language=Language(language))
        assert await channel.send(a_parcel(channel.write(notice), **MAILBOX)) == ACCEPTED
        channel.close_idle()
    [mail] = mailserver.mails
    return mail


def text_of(mail: EmailMessage) -> str:
    return str(mail.get_content()).replace("\r\n", "\n")


async def test_a_grouped_mail_names_each_alert_and_tells_the_last_of_each_unit_in_full() -> None:
    mail = await mail_about(OVER, BACK, OTHER)
    assert mail["Subject"] == "3 Hinweise, zuletzt Flensburg unter Soll: +1,100 (sh-alliance)"
    text = text_of(mail)
    lines = [line for line in text.splitlines() if line.startswith("01:")]
    assert [line.partition(" ")[0] for line in lines] == ["01:41", "01:42", "01:43"]
    assert "Lübeck: über Soll → im Soll, +1,100 (sh-regular)" in lines[1]
    assert text.count("(AGS 01003) ist jetzt") == 1
    for told_in_full, alert in ((False, OVER), (True, BACK), (True, OTHER)):
        assert (f"/notifications/v1/alerts/{alert.id}" in text) is told_in_full


async def test_a_grouped_mail_is_in_the_threads_of_all_its_units() -> None:
    mail = await mail_about(OVER, BACK, OTHER)
    assert mail["In-Reply-To"] == "<alerts.01.sh-regular.01003@flensburg.example>"
    assert mail["References"].split() == [
        "<alerts.01.sh-regular.01003@flensburg.example>",
        "<alerts.01.sh-alliance.01001@flensburg.example>",
    ]


async def test_a_mail_about_very_many_units_keeps_a_readable_head() -> None:
    alerts = [an_alert(sequence=number, unit=f"01{number:03}") for number in range(1, 251)]
    mail = await mail_about(*alerts)
    assert len(mail["References"].split()) == 20
    text = text_of(mail)
    assert all(f"01:{number}  " in text for number in range(1, 251))


@pytest.mark.parametrize(
    ("language", "one", "several"),
    [
        (
            *("de", "Erinnerung 2: Diesen Hinweis hat noch niemand bestätigt."),
            "Erinnerung 2: Diese 2 Hinweise hat noch niemand bestätigt.",
        ),
        (
            *("en", "Reminder 2: nobody has acknowledged this alert yet."),
            "Reminder 2: nobody has acknowledged these 2 alerts yet.",
        ),
    ],
)
async def test_a_reminder_says_so_first(language: str, one: str, several: str) -> None:
    single = await mail_about(OVER, reminder=2, language=language)
    assert single["Subject"].startswith(one.partition(":")[0] + ": Lübeck")
    assert text_of(single).startswith(one)
    common = await mail_about(OVER, OTHER, reminder=2, language=language)
    assert common["Subject"].startswith(one.partition(":")[0] + ": 2 ")
    assert text_of(common).startswith(several)


async def test_a_reminder_is_another_mail_of_the_same_thread() -> None:
    first, reminder = await mail_about(OVER), await mail_about(OVER, reminder=1)
    assert first["Message-ID"] != reminder["Message-ID"]
    assert first["References"] == reminder["References"]


async def test_a_log_says_which_reminder_it_is() -> None:
    channel = LogChannel(the_letters())
    first, second = channel.write(a_grouped_notice([OVER, OTHER], 1)).decode().splitlines()
    assert first.startswith("reminder 1: 01:41: Lübeck")
    assert second.startswith("reminder 1: 01:43: Flensburg")
    assert channel.write(a_grouped_notice([OVER])).decode().startswith("01:41: Lübeck")
