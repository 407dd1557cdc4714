"""Settings are checked at the start, all at once, and their secrets are never shown."""

import traceback
from pathlib import Path

import certifi
import pytest
from pydantic import ValidationError

from access.kafka import KafkaPlace
from shared.settings import ServiceSettings

PLAIN = {
    "PORT": "8401",
    "DATABASE_URL": "postgresql://quota:in-the-address@127.0.0.1:5432/hafenlotse",
    "KAFKA_BOOTSTRAP": "kafka-1:9092,kafka-2:9092",
    "ISSUER": "https://issuer.example/realm",
}
CA = certifi.where()
SECRETS = {"database_password": "geheim-1", "service_client_secret": "geheim-2"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, secret in SECRETS.items():
        (tmp_path / name).write_text(f"{secret}\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, folder: Path) -> pytest.MonkeyPatch:
    for name, value in {**PLAIN, "SECRETS_DIR": str(folder)}.items():
        monkeypatch.setenv(f"HAFENLOTSE_{name}", value)
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_settings_come_from_the_environment_and_secrets_from_files() -> None:
    settings = ServiceSettings.read()
    assert (settings.port, settings.issuer) == (8401, "https://issuer.example/realm")
    assert settings.password
    assert settings.password() == "geheim-1"
    assert settings.service_client_secret
    assert settings.service_client_secret.get_secret_value() == "geheim-2"
    assert settings.database == PLAIN["DATABASE_URL"]


def test_no_secret_is_shown_in_any_form_of_the_settings(environment: pytest.MonkeyPatch) -> None:
    settings = ServiceSettings.read()
    environment.setenv("HAFENLOTSE_PORT", "no port")
    try:
        ServiceSettings()
    except ValidationError as faults:
        told = "".join(traceback.format_exception(faults)) + str(faults) + repr(faults)
    shown = repr(settings) + str(settings) + f"{settings}" + told
    for secret in (*SECRETS.values(), "in-the-address"):
        assert secret not in shown


def test_all_faults_are_told_in_one_message_without_values(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    faults = {
        "PORT": "0",
        "DATABASE_URL": "postgresql:/in-the-address",
        "KAFKA_BOOTSTRAP": "kafka",
        "ISSUER": "issuer",
        "RATE_PER_SECOND": "inf",
        "RATE_BURST": "1.5",
        "LOG_LEVEL": "LOUD",
        "SECRETS_DIR": "/nowhere/at/all",
        "TOPIC_PREFIX": "Ä",
        "CLAIMS": '{"roles":',
    }
    for name, value in faults.items():
        environment.setenv(f"HAFENLOTSE_{name}", value)
    with pytest.raises(SystemExit) as end:
        ServiceSettings.read()
    told = capsys.readouterr().err
    assert end.value.code == 2
    assert all(told.count(f"  HAFENLOTSE_{name}: ") == 1 for name in faults)
    assert "in-the-address" not in told


@pytest.mark.parametrize(
    ("given", "faulty"),
    [
        ({"KAFKA_SECURITY_PROTOCOL": "TLS"}, {"KAFKA_SECURITY_PROTOCOL"}),
        (
            {"KAFKA_SECURITY_PROTOCOL": "SASL_SSL", "KAFKA_CA_FILE": "nowhere.pem"},
            {"KAFKA_CA_FILE", "KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD"},
        ),
        (
            {"KAFKA_SASL_USERNAME": "quota", "KAFKA_SASL_PASSWORD": "geheim-3"},
            {"KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD"},
        ),
        (
            {"KAFKA_CA_FILE": CA, "DATABASE_CA_FILE": __file__},
            {"KAFKA_CA_FILE", "DATABASE_CA_FILE"},
        ),
    ],
)
def test_what_would_leave_a_connection_open_to_others_is_a_fault(
    environment: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    given: dict[str, str],
    faulty: set[str],
) -> None:
    for name, value in given.items():
        environment.setenv(f"HAFENLOTSE_{name}", value)
    with pytest.raises(SystemExit):
        ServiceSettings.read()
    told = capsys.readouterr().err
    assert {line.split(":")[0].strip() for line in told.splitlines()[1:]} == {
        f"HAFENLOTSE_{name}" for name in faulty
    }
    assert "geheim-3" not in told


def test_kafka_is_reached_as_the_settings_say(
    environment: pytest.MonkeyPatch, folder: Path
) -> None:
    (folder / "kafka_sasl_password").write_text("geheim-3", encoding="utf-8")
    told = {"SECURITY_PROTOCOL": "SASL_SSL", "CA_FILE": CA, "SASL_USERNAME": "quota"}
    for name, value in told.items():
        environment.setenv(f"HAFENLOTSE_KAFKA_{name}", value)
    access = ServiceSettings.read().kafka.access()
    assert access["bootstrap_servers"] == ["kafka-1:9092", "kafka-2:9092"]
    assert (access["security_protocol"], access["sasl_mechanism"]) == ("SASL_SSL", "SCRAM-SHA-512")
    assert access["ssl_context"].check_hostname
    (folder / "kafka_sasl_password").write_text("geheim-4", encoding="utf-8")
    assert access["sasl_plain_password"].encode() == b"geheim-4"


@pytest.mark.usefixtures("environment")
def test_empty_settings_of_transport_are_as_good_as_none(environment: pytest.MonkeyPatch) -> None:
    for name in ("KAFKA_CA_FILE", "KAFKA_SASL_USERNAME", "DATABASE_CA_FILE"):
        environment.setenv(f"HAFENLOTSE_{name}", "")
    settings = ServiceSettings.read()
    assert settings.kafka == KafkaPlace("kafka-1:9092,kafka-2:9092")
    assert settings.database == PLAIN["DATABASE_URL"]


def test_what_the_environment_says_is_not_read_from_a_file(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("HAFENLOTSE_DATABASE_PASSWORD", "from the environment")
    password = ServiceSettings.read().password
    assert password
    assert password() == "from the environment"


def test_what_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in (*PLAIN, "SECRETS_DIR"):
        monkeypatch.delenv(f"HAFENLOTSE_{name}", raising=False)
    with pytest.raises(SystemExit):
        ServiceSettings.read()
    told = capsys.readouterr().err
    assert [line.split(":")[0].strip() for line in told.splitlines()[1:]] == [
        f"HAFENLOTSE_{name}" for name in ("ISSUER", "KAFKA_BOOTSTRAP", "PORT", "DATABASE_URL")
    ]


def test_the_mapping_of_claims_is_json_and_its_faults_say_where_they_are(
    environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environment.setenv("HAFENLOTSE_CLAIMS", '{"roles": {"at": "/realm_access/roles"}}')
    assert ServiceSettings.read().claims.roles.at == "/realm_access/roles"
    environment.setenv("HAFENLOTSE_CLAIMS", '{"roles": {"at": "roles"}}')
    with pytest.raises(SystemExit):
        ServiceSettings.read()
    assert "HAFENLOTSE_CLAIMS_ROLES_AT: " in capsys.readouterr().err


@pytest.mark.usefixtures("environment")
def test_settings_do_not_change() -> None:
    settings = ServiceSettings.read()
    with pytest.raises(ValidationError):
        settings.port = 1  # type: ignore[misc]  # that is what must not work
