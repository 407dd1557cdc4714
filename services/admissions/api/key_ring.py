"""API keys come in: each request asks the database, so what is revoked is revoked at once."""

import asyncio
import hmac
import logging
from collections.abc import Sequence
from datetime import datetime

from access.caller import Caller, IssuerUnavailable, TokenInvalid
from access.claims import OF_API_KEYS
from access.entrance import FORM
from access.reach import EVERYWHERE
from services.admissions.domain.api_key import ApiKey, KeyState
from services.admissions.store.api_keys import load_by_digest, set_last_uses
from shared.clock import now
from shared.codes import Role, land_of
from shared.postgres import UNAVAILABLE, Database, snapshot, transaction
from shared.service import Service

USES_SECONDS = 20.0
log = logging.getLogger(__name__)


class KeyRing:
    """The keys that admissions made; when they were used is written down now and then."""

    def __init__(self, service: Service, secrets: Sequence[bytes]) -> None:
        self._service, self._secrets = service, secrets
        self._uses: dict[str, datetime] = {}

    async def admit(self, key: str, _address: str) -> Caller:
        """The city that a key stands for, or TokenInvalid, or IssuerUnavailable."""
        database = self._service.database
        if not FORM.fullmatch(key):
            raise TokenInvalid("this has not the form of an API key")
        if database is None:
            raise IssuerUnavailable("PostgreSQL does not answer yet")
        async with snapshot(database, EVERYWHERE) as tx:
            found = await load_by_digest(tx, [digest_of(key, one) for one in self._secrets])
        moment = now()
        if found is None or found.state(moment) is not KeyState.ACTIVE:
            raise TokenInvalid("no such key, or no more")
        self._uses[found.id] = moment
        return caller_of(found)

    def digest(self, key: str) -> bytes:
        """What is kept of a new key."""
        return digest_of(key, self._secrets[0])

    async def keep_uses(self, database: Database) -> None:
        """Write down, for ever, which keys were used since the last time."""
        while True:
            await asyncio.sleep(USES_SECONDS)
            await self.keep_uses_now(database)

    async def keep_uses_now(self, database: Database) -> None:
        """Write down which keys were used; later if the database can't serve."""
        uses, self._uses = self._uses, {}
        if not uses:
            return
        try:
            async with transaction(database, EVERYWHERE) as tx:
                await set_last_uses(tx, uses)
        except UNAVAILABLE as failure:
            self._uses = uses | self._uses
            log.warning("when keys were used is written down later: %r", failure)

    async def close(self) -> None:
        """It asks nobody else."""


def digest_of(key: str, secret: bytes) -> bytes:
    """HMAC-SHA-256: fast, for a key of 256 random bits can't be guessed."""
    return hmac.digest(secret, key.encode(), "sha256")


def caller_of(key: ApiKey) -> Caller:
    """A key acts as the city of its unit, whoever made it."""
    return Caller(
        client=OF_API_KEYS + key.id,
        roles=frozenset({Role.CITY}),
        lands=frozenset({land_of(key.unit)}),
        units=frozenset({key.unit}),
        ends_at=key.expires_at.timestamp(),
        scopes=frozenset(key.scopes),
    )
