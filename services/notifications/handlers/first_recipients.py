"""Before anything else: the first start makes recipients, and every start seals their secrets."""

import logging

import uuid_utils.compat

from access.seal import Seal, SealBroken
from services.notifications.domain.recipient import ChannelCode, Language, Recipient, Wish
from services.notifications.store import recipients
from shared.codes import Land
from shared.postgres import Connection, Database, transaction

NAME = "coordination"
LANDS = (Land("01"),)
log = logging.getLogger(__name__)


async def prepare_recipients(database: Database, mail: str, seal: Seal) -> None:
    """The coordination is told without further ado, and no secret is kept under an old key."""
    async with transaction(database) as tx:
        await make_first_recipients(tx, mail)
        await renew_seals(tx, seal)


async def make_first_recipients(tx: Connection, mail: str) -> None:
    """A log and a mailbox for everything in Schleswig-Holstein; once, even if deleted later."""
    wishes = [
        Wish("Protokoll", ChannelCode.LOG, None, None, None, Language.GERMAN),
        Wish("Landeskoordinierung", ChannelCode.EMAIL, mail, None, None, Language.GERMAN),
    ]
    if await recipients.mark_first(tx, NAME):
        for wish in wishes:
            await recipients.insert_recipient(
                tx, Recipient(uuid_utils.compat.uuid7(), wish, LANDS, None, 1)
            )


async def renew_seals(tx: Connection, seal: Seal) -> None:
    """Seal again what is in clear or under an old key; what can't be opened is told and left."""
    for recipient, kept in (await recipients.lock_secrets(tx)).items():
        try:
            renewed = seal.renew(kept, str(recipient))
        except SealBroken:
            log.exception("the secret of recipient %s can't be read", recipient)
        else:
            await recipients.set_secret(tx, recipient, renewed)
