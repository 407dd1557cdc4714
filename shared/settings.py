"""Settings that every service has, read from the environment and from secret files."""

import os
import sys
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, PostgresDsn, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from access.kafka import KafkaPlace
from access.settings import ADDRESS, AccessSettings
from access.transport import (
    CaFile,
    Folder,
    KafkaCaFile,
    Protocol,
    SaslName,
    SaslPassword,
    SecretFile,
    verified,
)

PREFIX = "HAFENLOTSE_"
SECRETS = "HAFENLOTSE_SECRETS_DIR"


class KafkaSettings(BaseSettings):
    """Environment variables HAFENLOTSE_<FIELD>; secrets are files named <field> in one folder."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    secrets_dir: Folder = None
    kafka_bootstrap: str = Field(pattern=r"^[^\s,]+:[0-9]+(,[^\s,]+:[0-9]+)*$")
    topic_prefix: str = Field(default="", pattern=r"^[a-z0-9.-]*$")
    replication: int = Field(default=1, ge=1, le=9)
    kafka_security_protocol: Protocol = "PLAINTEXT"
    kafka_ca_file: KafkaCaFile = None
    kafka_sasl_username: SaslName = Field(default=None, validate_default=True)
    kafka_sasl_password: SaslPassword = Field(default=None, validate_default=True)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # no .env file is read
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # it wants the prefix
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then files that are named without the prefix."""
        folder = os.environ.get(SECRETS)
        known = folder if folder and Path(folder).is_dir() else None
        secrets = SecretsSettingsSource(settings_cls, secrets_dir=known, env_prefix="")
        return init_settings, env_settings, secrets

    @classmethod
    def read(cls) -> Self:
        """All settings, or exit 2 with every fault in one message and no secret in it."""
        folder = os.environ.get(SECRETS)
        lines = [f"  {SECRETS}: this is no folder"] if folder and not Path(folder).is_dir() else []
        try:
            settings = cls()
        except ValidationError as faults:
            lines += [f"  {_name(fault['loc'])}: {fault['msg']}" for fault in faults.errors()]
        except OSError as failure:
            lines += [f"  {SECRETS}: {failure.strerror}: {failure.filename}"]
        if lines:
            sys.stderr.write("\n".join(["These settings can't be used:", *lines, ""]))
            sys.exit(2)
        return settings

    @property
    def kafka(self) -> KafkaPlace:
        """Where Kafka is, and how to get in."""
        return KafkaPlace(
            self.kafka_bootstrap,
            self.kafka_security_protocol,
            self.kafka_ca_file,
            self.kafka_sasl_username,
            self.kept("kafka_sasl_password"),
        )

    def kept(self, name: str) -> SecretFile | None:
        """A secret that is read from its file again; the environment is read only once."""
        known: SecretStr | None = getattr(self, name)
        is_file = self.secrets_dir and f"{PREFIX}{name.upper()}" not in os.environ
        file = self.secrets_dir / name if self.secrets_dir and is_file else None
        return SecretFile(known, file) if known else None


class ServiceSettings(KafkaSettings, AccessSettings):
    """Adds where a service listens, its database, and who may ask it."""

    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65535)
    metrics_port: int = Field(default=0, ge=0, le=65535)
    database_url: PostgresDsn = Field(repr=False)  # it may have a password in it
    database_ca_file: CaFile = None
    database_password: SecretStr | None = None
    database_connections: int = Field(default=8, ge=2, le=100)
    public_address: str = Field(default="http://127.0.0.1:8400", pattern=ADDRESS)
    token_url: str | None = None
    admissions_url: str = "http://127.0.0.1:8401"
    service_client_id: str = "service"
    service_client_secret: SecretStr | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"

    @property
    def database(self) -> str:
        """The address of the database, without the password, and how its certificate is checked."""
        return verified(str(self.database_url), self.database_ca_file)

    @property
    def password(self) -> SecretFile | None:
        """Gives the driver the database password for each connection."""
        return self.kept("database_password")


def _name(loc: tuple[int | str, ...]) -> str:
    return PREFIX + "_".join(str(part) for part in loc).upper()
