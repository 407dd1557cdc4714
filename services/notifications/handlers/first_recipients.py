"""The first start makes recipients, so that the coordination is told without further ado."""

import uuid_utils.compat

from services.notifications.domain.recipient import ChannelCode, Language, Recipient, Wish
from services.notifications.store import recipients
from shared.codes import Land
from shared.postgres import Database, transaction

NAME = "coordination"
LANDS = (Land("01"),)


async def make_first_recipients(database: Database, mail: str) -> None:
    """A log and a mailbox for everything in Schleswig-Holstein; once, even if deleted later."""
    wishes = [
        Wish("Protokoll", ChannelCode.LOG, None, None, None, Language.GERMAN),
        Wish("Landeskoordinierung", ChannelCode.EMAIL, mail, None, None, Language.GERMAN),
    ]
    async with transaction(database) as tx:
        if await recipients.mark_first(tx, NAME):
            for wish in wishes:
                await recipients.insert_recipient(
                    tx, Recipient(uuid_utils.compat.uuid7(), wish, LANDS, None, 1)
                )
