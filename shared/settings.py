"""Settings that every service has, read from the environment and from secret files."""

import os
import sys
from typing import Self, TypeVar

from pydantic import Field, PostgresDsn, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

S = TypeVar("S", bound="ServiceSettings")


class ServiceSettings(BaseSettings):
    """Environment variables HAFENLOTSE_<FIELD>; secrets are files named <field> in one folder."""

    model_config = SettingsConfigDict(env_prefix="HAFENLOTSE_", extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65535)
    metrics_port: int = Field(default=0, ge=0, le=65535)
    database_url: PostgresDsn
    database_password: SecretStr | None = None
    database_connections: int = Field(default=8, ge=2, le=100)
    kafka_bootstrap: str
    topic_prefix: str = Field(default="", pattern=r"^[a-z0-9.-]*$")
    replication: int = Field(default=1, ge=1, le=9)
    public_address: str = "http://127.0.0.1:8400"
    issuer: str
    issuer_inside: str | None = None
    audience: str = "hafenlotse"
    token_url: str | None = None
    service_client_id: str = "service"
    service_client_secret: SecretStr | None = None
    rate_per_second: float = Field(default=300.0, gt=0)
    rate_burst: int = Field(default=350, ge=1)
    log_level: str = "INFO"

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
        folder = os.environ.get("HAFENLOTSE_SECRETS_DIR")
        secrets = SecretsSettingsSource(settings_cls, secrets_dir=folder, env_prefix="")
        return init_settings, env_settings, secrets

    @classmethod
    def read(cls) -> Self:
        """All settings, or exit 2 with every fault in one message and no secret in it."""
        try:
            return cls()
        except ValidationError as faults:
            lines = [f"  {_name(fault['loc'])}: {fault['msg']}" for fault in faults.errors()]
            sys.exit("\n".join(["These settings can't be used:", *lines]))

    @property
    def database(self) -> str:
        """The address of the database, without the password."""
        return str(self.database_url)

    @property
    def password(self) -> str | None:
        """The database password in clear, for the driver only."""
        return self.database_password.get_secret_value() if self.database_password else None


def _name(loc: tuple[int | str, ...]) -> str:
    return "HAFENLOTSE_" + "_".join(str(part) for part in loc).upper()
