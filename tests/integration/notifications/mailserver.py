"""A real mail server that answers as a test tells it to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.smtp import SMTP, Envelope, Session

DROP = "drop"
"""Take the mail, then cut the connection instead of an answer."""


@dataclass
class MailServer:
    """Mails as they came; answers to mailboxes and to data, then it accepts."""

    port: int = 0
    mailbox_answers: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    mails: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    connections: int = 0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it by this name
        self, _server: SMTP, _session: Session, envelope: Envelope, mailbox: str, _options: object
    ) -> str:
        answer = self.mailbox_answers.pop(0) if self.mailbox_answers else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(mailbox)
        return answer

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it by this name
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        answer = self.answers.pop(0) if self.answers else "250 kept"
        if answer == DROP or answer.startswith("250"):
            content = envelope.original_content or b""
            self.mails.append(message_from_bytes(content, policy=default))
            self.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
        if answer == DROP and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return answer

    def talk(self) -> SMTP:
        self.connections += 1
        return SMTP(self, enable_SMTPUTF8=True, ident="a mail server under test")


@asynccontextmanager
async def running_mailserver() -> AsyncIterator[MailServer]:
    mailserver = MailServer()
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(mailserver.talk, "127.0.0.1", 0)
    mailserver.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield mailserver
