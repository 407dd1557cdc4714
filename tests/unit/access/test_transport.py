"""Secrets are read as they are now, and an address says how its certificate is checked."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from access.transport import AskedPassword, SecretFile, owners_url, verified

URL = "postgresql://quota@db.example:5432/hafenlotse"


def test_a_secret_is_read_again_whenever_it_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "database_password"
    secret = SecretFile(SecretStr("old"), file)
    file.write_text("new\n", encoding="utf-8")
    assert secret() == "new"
    file.write_text("newest", encoding="utf-8")
    assert secret() == "newest"


@pytest.mark.parametrize("content", [None, b"", b" \n", b"\xff\xfe"])
def test_while_its_file_says_nothing_the_last_secret_holds(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "database_password"
    secret = SecretFile(SecretStr("at the start"), file)
    file.write_text("rotated", encoding="utf-8")
    assert secret() == "rotated"
    file.unlink()
    if content is not None:
        file.write_bytes(content)
    assert secret() == "rotated"


def test_a_secret_shows_itself_only_when_it_is_asked(tmp_path: Path) -> None:
    file = tmp_path / "kafka_sasl_password"
    file.write_text("geheim", encoding="utf-8")
    secret = SecretFile(SecretStr("geheim"), file)
    password = AskedPassword(secret)
    for shown in (secret, password, [password], {"password": password}):
        assert "geheim" not in f"{shown} {shown!r}"
    assert password.encode() == b"geheim"
    file.write_text("neuer", encoding="utf-8")
    assert password.encode("utf-8") == b"neuer"


def test_a_ca_file_makes_the_certificate_and_the_host_name_count(tmp_path: Path) -> None:
    file = tmp_path / "a & b.pem"
    wanted = f"sslmode=verify-full&sslrootcert={str(tmp_path).replace('/', '%2F')}%2Fa%20%26%20b"
    assert verified(URL, file) == f"{URL}?{wanted}.pem"
    assert verified(f"{URL}?sslmode=require", file) == f"{URL}?sslmode=require&{wanted}.pem"
    assert verified(URL, None) == verified(URL, "") == URL


def test_the_owners_jobs_take_the_same_settings() -> None:
    environment = {"HAFENLOTSE_DATABASE_URL": URL, "HAFENLOTSE_DATABASE_CA_FILE": "ca.pem"}
    assert owners_url(environment) == f"{URL}?sslmode=verify-full&sslrootcert=ca.pem"
    assert owners_url({"HAFENLOTSE_DATABASE_URL": URL}) == URL
