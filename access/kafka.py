"""Where Kafka is, and how to get in: TLS, name and password."""

import asyncio
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka.conn import create_conn
from aiokafka.errors import KafkaConnectionError, KafkaError, SaslAuthenticationFailed
from faststream.kafka.security import parse_security
from faststream.security import BaseSecurity, SASLScram512

from access.transport import AskedPassword, Protocol, Secret

REACH_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class KafkaPlace:
    """Where Kafka is, and how to get in: every client is made from it.

    Without a CA file the system's authorities are trusted. The password is asked for again for
    each connection, the CA file is read for each client.
    """

    bootstrap: str
    protocol: Protocol = "PLAINTEXT"
    ca_file: Path | None = None
    username: str | None = None
    password: Secret | None = None

    @property
    def security(self) -> BaseSecurity:
        """As FastStream takes it; an OSError where the CA file can't be read."""
        is_tls = self.protocol.endswith("SSL")
        tls = ssl.create_default_context(cafile=self.ca_file) if is_tls else None
        if self.username is None or self.password is None:
            return BaseSecurity(tls)
        return SASLScram512(self.username, AskedPassword(self.password), tls)

    def access(self) -> dict[str, Any]:
        """As aiokafka's clients take it."""
        return {"bootstrap_servers": self.bootstrap.split(","), **parse_security(self.security)}

    async def reach(self) -> None:
        """Return when one of the servers lets us in, or raise what keeps us out as a sentence."""
        words = []
        for server in self.bootstrap.split(","):
            host, _, port = server.rpartition(":")
            access = parse_security(self.security)
            try:
                async with asyncio.timeout(REACH_SECONDS):
                    (await create_conn(host, int(port), **access)).close()
            except (KafkaError, OSError) as failure:
                words.append(f"{server} {_sentence(failure)}")
            else:
                return
        raise KafkaConnectionError("; ".join(words))


def _sentence(failure: Exception) -> str:
    if isinstance(failure, ssl.SSLCertVerificationError):
        return f"shows a certificate that is not accepted: {failure.verify_message}"
    if isinstance(failure, SaslAuthenticationFailed):
        return "does not accept our name or password"
    return f"can't be reached: {str(failure) or type(failure).__name__}"
