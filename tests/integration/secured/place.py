"""How a service gets in at both servers, and its passwords as they are rotated."""

import asyncio
import secrets
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from pydantic import SecretStr

from access.kafka import KafkaPlace
from access.transport import SecretFile, verified
from embedded.database import ASK_FOR_CHANGE, NAME
from embedded.home import write_whole
from tests.integration.secured.authority import Authority
from tests.integration.secured.servers import HOST, USER, SecuredKafka, SecuredPostgres
from tests.integration.servers import OwnDatabase

CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1"


@dataclass(frozen=True)
class Secured:
    """Both servers, and the folder of a service's secrets."""

    authority: Authority
    server_of_kafka: SecuredKafka
    postgres: SecuredPostgres
    own: OwnDatabase
    secrets: Path
    handed_out: set[str]

    @property
    def kafka(self) -> KafkaPlace:
        return self.server_of_kafka.place(self.authority.file, self.secrets / "kafka_sasl_password")

    @property
    def url(self) -> str:
        return verified(self.postgres.address(HOST, NAME), self.authority.file)

    @property
    def password(self) -> SecretFile:
        return SecretFile(SecretStr("not yet read"), self.secrets / "database_password")

    @property
    def settings(self) -> dict[str, str]:
        """The environment of a service that gets in."""
        return {
            "HAFENLOTSE_SECRETS_DIR": str(self.secrets),
            "HAFENLOTSE_KAFKA_BOOTSTRAP": self.kafka.bootstrap,
            "HAFENLOTSE_KAFKA_SECURITY_PROTOCOL": self.kafka.protocol,
            "HAFENLOTSE_KAFKA_CA_FILE": str(self.authority.file),
            "HAFENLOTSE_KAFKA_SASL_USERNAME": USER,
            "HAFENLOTSE_DATABASE_URL": self.postgres.address(HOST, NAME),
            "HAFENLOTSE_DATABASE_CA_FILE": str(self.authority.file),
        }

    async def rotate_database_password(self) -> str:
        """The server knows the new one, which is returned, and cuts whoever came by the old."""
        new = self._new_password()
        tx = await asyncpg.connect(self.own.admin_url)
        try:
            await tx.execute(await tx.fetchval(ASK_FOR_CHANGE, USER, new))
            await tx.execute(CUT, USER)
        finally:
            await tx.close()
        return new

    async def rotate_kafka_password(self) -> str:
        """The same for Kafka, which starts again."""
        new = self._new_password()
        await asyncio.to_thread(self.server_of_kafka.rotate, new)
        await asyncio.to_thread(self.server_of_kafka.restart)
        return new

    def _new_password(self) -> str:
        new = secrets.token_urlsafe(24)
        self.handed_out.add(new)
        return new

    def hand_out(self, name: str, secret: str) -> None:
        """Put a new secret where the service reads it."""
        write_whole(self.secrets / name, secret)
