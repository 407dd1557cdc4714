"""Settings: what was meant is taken, and everything wrong is told at once."""

from pathlib import Path

import pytest

from embedded.faults import Fault
from embedded.settings import ROOT, read_settings


def test_without_settings_the_address_is_port_8400_and_the_state_is_in_the_checkout() -> None:
    settings = read_settings({})
    assert settings.address == "http://127.0.0.1:8400"
    assert settings.home == ROOT / ".hafenlotse"
    assert settings.inner_ports == {}


def test_every_wrong_port_is_named_at_once() -> None:
    wrong = {"HAFENLOTSE_GATEWAY_PORT": "http", "HAFENLOTSE_KAFKA_PORT": "70000"}
    with pytest.raises(Fault) as fault:
        read_settings(wrong)
    assert "HAFENLOTSE_GATEWAY_PORT is 'http'" in str(fault.value)
    assert "HAFENLOTSE_KAFKA_PORT is '70000'" in str(fault.value)


def test_two_settings_can_not_name_the_same_port() -> None:
    with pytest.raises(Fault, match="the same port"):
        read_settings({"HAFENLOTSE_QUOTA_PORT": "9000", "HAFENLOTSE_POSTGRES_PORT": "9000"})


def test_an_inner_port_that_takes_the_gateways_default_is_found() -> None:
    with pytest.raises(Fault, match="the same port"):
        read_settings({"HAFENLOTSE_QUOTA_PORT": "8400"})


def test_only_settings_of_the_services_are_handed_on(tmp_path: Path) -> None:
    settings = read_settings(
        {"HAFENLOTSE_HOME": str(tmp_path), "HAFENLOTSE_RATE_BURST": "7", "HAFENLOTSE_ISSUER": "x"}
    )
    assert settings.home == tmp_path
    assert settings.handed_on == {"HAFENLOTSE_RATE_BURST": "7"}
