"""Takes every mail on loopback and keeps it as a file, sent to nobody."""

import asyncio
import itertools
from datetime import UTC, datetime
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from embedded.home import write_whole

_numbers = itertools.count()


class MailSink:
    """Keeps a mail as .eml; the file's name sorts by the time it came."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it by this name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Answer only when the mail is on the disk."""
        content = envelope.original_content or b""
        now = datetime.now(UTC)
        name = f"{now:%Y%m%dT%H%M%S.%f}Z-{next(_numbers):06}.eml"
        await asyncio.to_thread(write_whole, self.folder / name, content)
        return "250 kept, not sent"


async def serve_mail(folder: Path, port: int, host: str = "127.0.0.1") -> asyncio.Server:
    """Take mails on this port until the server is closed; beyond loopback in containers only."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(
        lambda: SMTP(MailSink(folder), enable_SMTPUTF8=True, ident="Hafenlotse, for trying out"),
        host,
        port,
    )
