"""Secrets of webhooks are kept sealed, those from before too, and still sign."""

from uuid import UUID

import asyncpg
import pytest
from pydantic import SecretStr

from access.seal import Seal
from tests.integration.notifications.notices import SEAL, SECRET, WEBHOOK_KEY
from tests.integration.notifications.service import (
    Notifications,
    a_recipient,
    running_notifications,
)
from tests.integration.servers import OwnDatabase
from tests.integration.shared.issuers import IssuerInTest

pytestmark = pytest.mark.asyncio

RECIPIENTS = "/notifications/v1/recipients"
OF_BEFORE = "ALTER TABLE notifications.recipients DROP CONSTRAINT secret_is_sealed"
IN_CLEAR = "UPDATE notifications.recipients SET secret = $1 WHERE secret IS NOT NULL"


async def kept(own: OwnDatabase) -> dict[UUID, str]:
    """What the table has of secrets."""
    tx = await asyncpg.connect(own.admin_url)
    rows = await tx.fetch("SELECT id, secret FROM notifications.recipients WHERE secret <> ''")
    await tx.close()
    return {row["id"]: row["secret"] for row in rows}


async def make_webhook(notifications: Notifications) -> str:
    body = a_recipient(channel="webhook", address="https://example.com/hook")
    made = await notifications.coordination.post(RECIPIENTS, body)
    assert made.status_code == 201, made.text
    return str(made.json()["secret"])


async def test_what_is_shown_once_is_kept_sealed(
    database: OwnDatabase, issuer: IssuerInTest
) -> None:
    async with running_notifications(database, issuer) as notifications:
        secret = await make_webhook(notifications)
    [(recipient, sealed)] = (await kept(database)).items()
    assert secret.startswith("whsec_")
    assert secret not in sealed
    assert SEAL.open(sealed, str(recipient)) == secret


async def test_a_start_seals_what_is_in_clear_from_before(
    database: OwnDatabase, issuer: IssuerInTest
) -> None:
    async with running_notifications(database, issuer) as notifications:
        await make_webhook(notifications)
    tx = await asyncpg.connect(database.admin_url)
    await tx.execute(OF_BEFORE)
    await tx.execute(IN_CLEAR, SECRET)
    await tx.close()
    async with running_notifications(database, issuer):
        [(recipient, sealed)] = (await kept(database)).items()
    assert SEAL.open(sealed, str(recipient)) == SECRET


async def test_a_start_with_a_new_key_seals_everything_anew(
    database: OwnDatabase, issuer: IssuerInTest
) -> None:
    async with running_notifications(database, issuer) as notifications:
        secret = await make_webhook(notifications)
    newer = "a-newer-key-of-the-tests-that-is-long"
    both = SecretStr(f"{newer}\n{WEBHOOK_KEY}\n")
    async with running_notifications(database, issuer, webhook_key=both):
        [(recipient, sealed)] = (await kept(database)).items()
    assert Seal([newer.encode()]).open(sealed, str(recipient)) == secret


async def test_the_database_takes_no_secret_in_clear(
    database: OwnDatabase, issuer: IssuerInTest
) -> None:
    async with running_notifications(database, issuer) as notifications:
        await make_webhook(notifications)
    tx = await asyncpg.connect(database.admin_url)
    with pytest.raises(asyncpg.CheckViolationError):
        await tx.execute(IN_CLEAR, SECRET)
    await tx.close()
