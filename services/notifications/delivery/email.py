"""Alerts as mails: plain text, complete, in one thread per unit and quota."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from email.charset import QP, Charset
from email.header import Header
from email.message import Message
from email.policy import compat32
from email.utils import format_datetime

import aiosmtplib
from aiosmtplib import SMTP

from services.notifications.delivery.channel import Notice, Parcel
from services.notifications.delivery.letters import Letters
from services.notifications.domain.alert import Crossing
from services.notifications.domain.delivery import ACCEPTED, Outcome, Verdict
from services.notifications.domain.mailbox import read_mailbox
from services.notifications.domain.recipient import ChannelCode

UTF8 = Charset("utf-8")
UTF8.body_encoding = QP
LINES = compat32.clone(linesep="\r\n")
"""The older policy of the library writes the same mail in a third of the time."""
SEND_SECONDS = 20.0
IDLE_SECONDS = 10.0
QUEUED_PER_CONNECTION = 10
"""So many mails are taken in hand together: a connection need not wait for the next round."""
MOST_THREADS = 20
"""A mail about more units names the threads of so many: its header has to stay readable."""
OUR_OWN = (
    aiosmtplib.SMTPAuthenticationError,
    aiosmtplib.SMTPConnectResponseError,
    aiosmtplib.SMTPHeloError,
    aiosmtplib.SMTPSenderRefused,
)
CODES: tuple[tuple[type[Exception], str], ...] = (
    (aiosmtplib.SMTPTimeoutError, "timed-out"),
    (TimeoutError, "timed-out"),
    (aiosmtplib.SMTPConnectError, "not-reachable"),
    (Exception, "connection-lost"),
)


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mails are handed in, by so many connections at once.

    `tls` is "auto" (where offered), "starttls" or "tls".
    """

    host: str
    port: int
    sender: str
    tls: str = "auto"
    username: str | None = None
    password: Callable[[], str] | None = None
    connections: int = 16
    send_seconds: float = SEND_SECONDS

    def client(self) -> SMTP:
        """A connection that is not yet open."""
        return SMTP(
            hostname=self.host,
            port=self.port,
            username=self.username,
            password=self.password() if self.password else None,
            use_tls=self.tls == "tls",
            start_tls={"auto": None, "starttls": True, "tls": False}[self.tls],
            timeout=self.send_seconds,
        )


class EmailChannel:
    """Hands mails to one server; its 4xx, and whatever cuts the talk, may be tried again."""

    code = ChannelCode.EMAIL

    def __init__(self, server: MailServer, letters: Letters) -> None:
        self.slots = server.connections * QUEUED_PER_CONNECTION
        self.per_recipient = self.slots - self.slots // 4
        self._connections = asyncio.Semaphore(server.connections)
        self._server, self._letters = server, letters
        self._domain = server.sender.rpartition("@")[2]
        self._idle: list[tuple[SMTP, float]] = []

    def write(self, notice: Notice) -> bytes:
        """The whole mail but its `To`, which may change while it is tried."""
        letter = self._letters.letter(notice)
        mail = Message(LINES)
        mail.set_payload(letter.text, UTF8)
        mail["From"] = self._server.sender
        mail["Subject"] = Header(letter.subject, UTF8, header_name="Subject").encode()
        mail["Date"] = format_datetime(notice.delivery.planned_at)
        mail["Message-ID"] = f"<{notice.delivery.id}@{self._domain}>"
        if roots := self._roots_of(notice):
            mail["In-Reply-To"], mail["References"] = roots[0], " ".join(roots)
        mail["Auto-Submitted"] = "auto-generated"
        mail["Content-Language"] = notice.recipient.wish.language.value
        return mail.as_bytes()

    def _roots_of(self, notice: Notice) -> list[str]:
        """The ids of the threads that it belongs to: one per unit and quota."""
        roots = (self._root_of(alert.crossing) for alert in notice.alerts)
        return list(dict.fromkeys(roots))[:MOST_THREADS]

    def _root_of(self, first: Crossing) -> str:
        """The id of a thread that every alert of a unit in a quota answers."""
        return f"<alerts.{first.land}.{first.quota}.{first.unit}@{self._domain}>"

    async def send(self, parcel: Parcel) -> Outcome:
        mailbox = read_mailbox(parcel.recipient.wish.address or "")
        content = f"To: {mailbox}\r\n".encode() + parcel.content
        try:
            async with asyncio.timeout(self._server.send_seconds):
                async with self._connections:
                    await self._hand_in(mailbox, content)
        except (aiosmtplib.SMTPException, OSError) as failure:
            return _outcome_of(failure)
        return ACCEPTED

    async def _hand_in(self, mailbox: str, content: bytes) -> None:
        client = await self._connected()
        try:
            await client.sendmail(self._server.sender, [mailbox], content)
        except BaseException:
            client.close()
            raise
        self._idle.append((client, asyncio.get_running_loop().time()))

    async def _connected(self) -> SMTP:
        """A connection that was used a moment ago, or a new one."""
        oldest = asyncio.get_running_loop().time() - IDLE_SECONDS
        while self._idle:
            client, used_at = self._idle.pop()
            if client.is_connected and used_at > oldest:
                return client
            client.close()
        client = self._server.client()
        try:
            await client.connect()
        except BaseException:
            client.close()
            raise
        return client

    def close_idle(self) -> None:
        """End the connections that wait for the next mail."""
        while self._idle:
            self._idle.pop()[0].close()


def _outcome_of(failure: Exception) -> Outcome:
    """RFC 5321: 4xx is for now, 5xx is for good; but what we can mend ourselves is for now."""
    if isinstance(failure, aiosmtplib.SMTPRecipientsRefused):
        failure = failure.recipients[0]
    if isinstance(failure, aiosmtplib.SMTPResponseException):
        is_final = 500 <= failure.code <= 599 and not isinstance(failure, OUR_OWN)
        return Outcome(Verdict.REFUSED if is_final else Verdict.RETRY, f"smtp-{failure.code}")
    return next(Outcome(Verdict.RETRY, code) for kind, code in CODES if isinstance(failure, kind))
