"""How we get in where others keep our data: certificates that are checked, secrets read anew."""

import os
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self, TypeAlias
from urllib.parse import quote

from pydantic import AfterValidator, BeforeValidator, SecretStr, ValidationInfo

DATABASE_URL = "HAFENLOTSE_DATABASE_URL"
DATABASE_CA_FILE = "HAFENLOTSE_DATABASE_CA_FILE"
Protocol: TypeAlias = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
Secret: TypeAlias = Callable[[], str]
"""Gives a secret as it is now."""


class SecretFile:
    """A secret that is read again whenever it is asked for, so that it may be rotated."""

    def __init__(self, known: SecretStr, file: Path | None) -> None:
        """Without a file, `known` stays as it is."""
        self._known, self._file = known, file

    def __call__(self) -> str:
        """The secret of now; while the file is away, empty or no text, the last one known."""
        if self._file is not None:
            try:
                read = self._file.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError):
                read = ""
            self._known = SecretStr(read) if read else self._known
        return self._known.get_secret_value()


class AskedPassword(str):
    """Takes a password's place in a library that wants text: asked for when it is encoded.

    aiokafka encodes the password for each connection that it opens, and keeps it in between.
    """

    __slots__ = ("_ask",)
    _ask: Secret

    def __new__(cls, ask: Secret) -> Self:
        """`ask` gives the password; as text this is a row of stars."""
        made = super().__new__(cls, "*" * 8)
        made._ask = ask
        return made

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        """The password of now."""
        return self._ask().encode(encoding, errors)


def verified(url: str, ca_file: Path | str | None) -> str:
    """The address of a database whose certificate and host name must be right.

    Without a CA file, the address decides itself by `sslmode`.
    """
    if not ca_file:
        return url
    more = "&" if "?" in url else "?"
    return f"{url}{more}sslmode=verify-full&sslrootcert={quote(str(ca_file), safe='')}"


def owners_url(environment: Mapping[str, str] = os.environ) -> str:
    """The address that jobs of the database's owner go to; a password is PGPASSWORD or in it."""
    return verified(environment[DATABASE_URL], environment.get(DATABASE_CA_FILE))


def _check_ca(file: Path | None) -> Path | None:
    if file is not None:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(file)
        except OSError as failure:
            raise ValueError("this is no readable file of certificates in PEM") from failure
    return file


def _check_use(file: Path | None, info: ValidationInfo) -> Path | None:
    protocol = info.data.get("kafka_security_protocol", "SSL")
    if file is not None and not protocol.endswith("SSL"):
        raise ValueError(f"nothing is checked by it with {protocol}: use SSL or SASL_SSL")
    return file


def _check_sasl(value: str | SecretStr | None, info: ValidationInfo) -> str | SecretStr | None:
    protocol = info.data.get("kafka_security_protocol")
    if protocol and bool(value) != protocol.startswith("SASL"):
        raise ValueError(f"{protocol} {'takes none' if value else 'needs it'}")
    return value


def _or_none(given: object) -> object:
    return given or None


Folder = Annotated[Path | None, BeforeValidator(_or_none)]
"""A path; empty is none."""
CaFile = Annotated[Folder, AfterValidator(_check_ca)]
"""A file of certificates in PEM; empty is none."""
KafkaCaFile = Annotated[CaFile, AfterValidator(_check_use)]
SaslName = Annotated[str | None, BeforeValidator(_or_none), AfterValidator(_check_sasl)]
SaslPassword = Annotated[SecretStr | None, BeforeValidator(_or_none), AfterValidator(_check_sasl)]
"""Both are needed with SASL, and without effect else: so they are refused."""
