"""Reading the folder where embedded mode keeps mails."""

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path

from tests.end_to_end.quotas import eventually_some
from tests.end_to_end.system import System


def mails_to(system: System, address: str) -> list[EmailMessage]:
    """All mails to the address, oldest first."""
    folder = Path(system.access["mail_sink"])
    files = sorted(folder.glob("**/*.eml"), key=lambda file: file.stat().st_mtime_ns)
    mails = [email.message_from_bytes(f.read_bytes(), policy=email.policy.default) for f in files]
    return [mail for mail in mails if address in str(mail["To"])]


async def mail_to(system: System, address: str, number: int = 1) -> EmailMessage:
    """The first, second … mail to the address, once it has arrived."""

    def arrived() -> EmailMessage | None:
        mails = mails_to(system, address)
        return mails[number - 1] if len(mails) >= number else None

    mail: EmailMessage = await eventually_some(arrived, f"mail {number} to {address} arrives")
    return mail


def text_of(mail: EmailMessage) -> str:
    """The text for people, with ordinary spaces."""
    body = mail.get_body(preferencelist=("plain",))
    assert body is not None, "a mail has a plain text"
    return " ".join(body.get_content().split())
