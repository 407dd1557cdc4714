from pathlib import Path

import click
import pytest

from hafenlotse.installation import SERVICES, NotHere, find_installation


@pytest.fixture
def container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A service's container as compose.yaml makes it."""
    for service in SERVICES:
        (tmp_path / service).mkdir()
        (tmp_path / service / "database_password").write_text(f"of {service}")
    (tmp_path / "admissions" / "api_key_secret").write_text("a" * 32)
    (tmp_path / "notifications" / "webhook_key").write_text("a" * 32)
    monkeypatch.setenv("HAFENLOTSE_SECRETS_DIR", str(tmp_path / "quota"))
    monkeypatch.setenv("HAFENLOTSE_DATABASE_URL", "postgresql://quota:own@db:5432/hafenlotse")
    monkeypatch.setenv("HAFENLOTSE_KAFKA_BOOTSTRAP", "kafka:9092")
    monkeypatch.setenv("HAFENLOTSE_ISSUER", "http://issuer")
    monkeypatch.setenv("HAFENLOTSE_ADMISSIONS_URL", "http://admissions:8000")
    return tmp_path


@pytest.mark.usefixtures("container")
def test_each_service_is_reached_with_its_own_role_and_secret() -> None:
    settings = find_installation().settings
    assert {name: each.database for name, each in settings.items()} == {
        name: f"postgresql://{name}@db:5432/hafenlotse" for name in SERVICES
    }
    assert {each.password() for each in settings.values() if each.password} == {
        f"of {name}" for name in SERVICES
    }


@pytest.mark.usefixtures("container")
def test_addresses_are_those_of_the_settings() -> None:
    found = find_installation()
    assert found.addresses["admissions"] == "http://admissions:8000"
    assert found.addresses["notifications"] == "http://127.0.0.1:8403"
    assert found.quota.admissions_url == "http://admissions:8000"


def test_a_folder_in_which_nothing_was_started_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAFENLOTSE_HOME", str(tmp_path))
    monkeypatch.delenv("HAFENLOTSE_DATABASE_URL", raising=False)
    with pytest.raises(NotHere, match="make up"):
        find_installation()


def test_a_wrong_setting_of_embedded_mode_is_wrong_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HAFENLOTSE_GATEWAY_PORT", "eighty")
    with pytest.raises(click.UsageError, match="eighty"):
        find_installation()
