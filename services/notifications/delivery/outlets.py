"""The ways out of the house, opened and closed together."""

from dataclasses import dataclass

from access.seal import Seal
from services.notifications.delivery.channel import Channel
from services.notifications.delivery.email import EmailChannel, MailServer
from services.notifications.delivery.letters import Letters
from services.notifications.delivery.log import LogChannel
from services.notifications.delivery.names import load_names
from services.notifications.delivery.webhook import WebhookChannel


@dataclass(frozen=True, slots=True)
class Outlets:
    """A mail server, webhooks and the log."""

    email: EmailChannel
    webhook: WebhookChannel
    log: LogChannel

    @classmethod
    def open(
        cls, server: MailServer, public_address: str, seal: Seal, allowed: str | None
    ) -> "Outlets":
        """All of them; `allowed` is the one loopback address that webhooks may go to."""
        letters = Letters(load_names(), public_address)
        webhook = WebhookChannel(seal, allowed)
        return cls(EmailChannel(server, letters), webhook, LogChannel(letters))

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Each as the dispatcher uses it."""
        return self.email, self.webhook, self.log

    async def close(self) -> None:
        """End the connections that are still open."""
        self.email.close_idle()
        await self.webhook.close()
