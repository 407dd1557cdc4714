"""Mails are complete, thread, and are tried again where the server says or shows it is for now."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from embedded.ports import pick_port
from services.notifications.delivery.email import EmailChannel
from services.notifications.delivery.email import MailServer as Place
from services.notifications.domain.alert import Alert, AlertState, decide_alert
from services.notifications.domain.delivery import ACCEPTED, Outcome, Verdict
from services.notifications.domain.recipient import ChannelCode, Language
from shared.codes import Cause, Standing
from tests.integration.notifications.mailserver import DROP, MailServer, running_mailserver
from tests.integration.notifications.notices import a_notice, a_parcel, the_letters
from tests.unit.notifications.builders import AT, LATER, a_crossing, an_alert

MAILBOX: dict[str, Any] = {
    "channel": ChannelCode.EMAIL,
    "address": "koordinierung@flensburg.example",
}
pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def mailserver() -> AsyncIterator[MailServer]:
    async with running_mailserver() as mailserver:
        yield mailserver


@contextmanager
def channel_to(port: int, **more: Any) -> Iterator[EmailChannel]:
    place = Place("127.0.0.1", port, "hafenlotse@flensburg.example", **more)
    channel = EmailChannel(place, the_letters())
    yield channel
    channel.close_idle()


async def text_of(
    mailserver: MailServer, alert: Alert, language: Language, resolved: Alert | None = None
) -> str:
    """The text of an alert's mail as its reader sees it."""
    with channel_to(mailserver.port) as channel:
        content = channel.write(a_notice(alert, resolved, **MAILBOX, language=language))
        assert await channel.send(a_parcel(content, **MAILBOX)) == ACCEPTED
    return str(mailserver.mails[-1].get_content()).replace("\r\n", "\n")


async def test_a_german_mail_says_everything(mailserver: MailServer) -> None:
    text = await text_of(mailserver, an_alert(), Language.GERMAN)
    for words in (
        "Lübeck (AGS 01003) ist jetzt über Soll.",
        "Verteilungsquote Schleswig-Holstein (sh-regular)",
        "Bisher:   im Soll",
        "Jetzt:    über Soll",
        "+1,100 Personen",
        "rund 1 Person über dem Soll",
        "9,000 Personen angerechnet",
        "Soll:     7,900 Personen",
        "eigene Aufnahme",
        "Bestimmung 6, Ledger-Nummer 17, 02.11.2026, 10:00 Uhr",
        f"https://hafen.example/notifications/v1/alerts/{an_alert().id}",
        "https://hafen.example/quota/v1/quotas/sh-regular/balances",
    ):
        assert words in text
    assert "frühere" not in text


async def test_an_english_mail_says_everything(mailserver: MailServer) -> None:
    alert = an_alert(unit="01062", before=Standing.OVER, after=Standing.UNDER)
    text = await text_of(mailserver, alert, Language.ENGLISH)
    for words in (
        "Stormarn (AGS 01062) is now under target.",
        "Schleswig-Holstein distribution quota (sh-regular)",
        "Before:   over target",
        "+1.100 persons",
        "own placement",
        "definition 6, ledger number 17, 2026-11-02 10:00 CET",
        f"https://hafen.example/notifications/v1/alerts/{alert.id}",
    ):
        assert words in text


@pytest.mark.parametrize("language", list(Language))
async def test_every_cause_has_words_of_its_own(mailserver: MailServer, language: Language) -> None:
    texts = {await text_of(mailserver, an_alert(cause=one), language) for one in Cause}
    assert len(texts) == len(Cause)


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (Cause.CORRECTION, "Eine Korrektur hat den früheren Hinweis vom 02.11.2026, 10:00 Uhr"),
        (Cause.OWN_PLACEMENT, "Der frühere Hinweis vom 02.11.2026, 10:00 Uhr (über Soll) ist"),
    ],
)
async def test_a_mail_names_the_alert_that_it_resolves(
    mailserver: MailServer, cause: Cause, words: str
) -> None:
    crossing = a_crossing(sequence=43, before=Standing.OVER, after=Standing.ON_QUOTA, cause=cause)
    alert, resolved = decide_alert(crossing, an_alert(), LATER)
    assert words in await text_of(mailserver, alert, Language.GERMAN, resolved)


async def test_unknown_units_and_quotas_are_named_by_their_codes(mailserver: MailServer) -> None:
    text = await text_of(mailserver, an_alert(unit="01999", quota="x-1"), Language.GERMAN)
    assert "AGS 01999 ist jetzt" in text
    assert "Quote:    x-1\n" in text


async def test_the_head_of_a_mail_lets_programs_sort_it(mailserver: MailServer) -> None:
    await text_of(mailserver, an_alert(), Language.GERMAN)
    mail, envelope = mailserver.mails[0], mailserver.envelopes[0]
    delivery = a_notice(**MAILBOX).delivery
    assert mail["Subject"] == "Lübeck über Soll: +1,100 (sh-regular)"
    assert mail["From"] == "hafenlotse@flensburg.example"
    assert mail["To"] == "koordinierung@flensburg.example"
    assert mail["Message-ID"] == f"<{delivery.id}@flensburg.example>"
    assert mail["In-Reply-To"] == "<alerts.01.sh-regular.01003@flensburg.example>"
    assert mail["References"] == mail["In-Reply-To"]
    assert mail["Date"].datetime == AT
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "de"
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content_charset() == "utf-8"
    assert envelope == ("hafenlotse@flensburg.example", ["koordinierung@flensburg.example"])


async def test_a_name_with_umlauts_is_reached_in_ascii(mailserver: MailServer) -> None:
    with channel_to(mailserver.port) as channel:
        wish: dict[str, Any] = {"channel": ChannelCode.EMAIL, "address": "team@lübeck.example"}
        content = channel.write(a_notice(**wish))
        assert await channel.send(a_parcel(content, **wish)) == ACCEPTED
    assert mailserver.envelopes[0][1] == ["team@xn--lbeck-kva.example"]


async def test_what_is_sent_does_not_tell_what_happened_later(mailserver: MailServer) -> None:
    later = replace(an_alert(), state=AlertState.RESOLVED, resolved_by=43)
    with channel_to(mailserver.port) as channel:
        assert channel.write(a_notice(later)) == channel.write(a_notice(an_alert()))


async def test_a_test_says_that_it_is_one(mailserver: MailServer) -> None:
    for language, words in ((Language.GERMAN, "Das ist ein Test."), (Language.ENGLISH, "a test.")):
        with channel_to(mailserver.port) as channel:
            content = channel.write(replace(a_notice(**MAILBOX, language=language), alerts=()))
            assert await channel.send(a_parcel(content, **MAILBOX)) == ACCEPTED
        mail = mailserver.mails[-1]
        assert words in mail.get_content()
        assert mail["Subject"].startswith("Test: ")
        assert mail["References"] is None


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("451 later", Outcome(Verdict.RETRY, "smtp-451")),
        ("554 no", Outcome(Verdict.REFUSED, "smtp-554")),
        ("421 going down", Outcome(Verdict.RETRY, "smtp-421")),
        (DROP, Outcome(Verdict.RETRY, "connection-lost")),
    ],
)
async def test_the_answer_to_the_mail_decides(
    mailserver: MailServer, answer: str, outcome: Outcome
) -> None:
    mailserver.answers.append(answer)
    with channel_to(mailserver.port) as channel:
        content = channel.write(a_notice(**MAILBOX))
        assert await channel.send(a_parcel(content, **MAILBOX)) == outcome
        assert await channel.send(a_parcel(content, **MAILBOX, tries=2)) == ACCEPTED
    ids = {mail["Message-ID"] for mail in mailserver.mails}
    assert len(ids) == 1
    assert len(mailserver.mails) == (2 if answer == DROP else 1)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("450 busy", Outcome(Verdict.RETRY, "smtp-450")),
        ("550 unknown", Outcome(Verdict.REFUSED, "smtp-550")),
    ],
)
async def test_the_answer_to_the_mailbox_decides(
    mailserver: MailServer, answer: str, outcome: Outcome
) -> None:
    mailserver.mailbox_answers.append(answer)
    with channel_to(mailserver.port) as channel:
        content = channel.write(a_notice(**MAILBOX))
        assert await channel.send(a_parcel(content, **MAILBOX)) == outcome
    assert mailserver.mails == []


async def test_a_server_that_is_not_there_is_tried_again() -> None:
    with channel_to(pick_port()) as channel:
        outcome = await channel.send(a_parcel(b"\r\n", **MAILBOX))
    assert outcome == Outcome(Verdict.RETRY, "not-reachable")


async def test_a_server_that_hangs_is_left_and_tried_again() -> None:
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0) as hanging:
        with channel_to(hanging.sockets[0].getsockname()[1], send_seconds=0.3) as channel:
            outcome = await channel.send(a_parcel(b"\r\n", **MAILBOX))
    assert outcome == Outcome(Verdict.RETRY, "timed-out")


async def test_mails_in_a_row_share_a_connection(mailserver: MailServer) -> None:
    with channel_to(mailserver.port) as channel:
        content = channel.write(a_notice(**MAILBOX))
        for _ in range(5):
            assert await channel.send(a_parcel(content, **MAILBOX)) == ACCEPTED
    assert (len(mailserver.mails), mailserver.connections) == (5, 1)
