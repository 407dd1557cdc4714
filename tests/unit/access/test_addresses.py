"""One stranger is one address, or one network of IPv6; networks that are none are told."""

import pytest
from pydantic import TypeAdapter, ValidationError

from access.addresses import NOWHERE, Networks, stranger_at


@pytest.mark.parametrize(
    ("address", "stranger"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:0:1::7", "2001:db8:0:1::/64"),
        ("2001:db8:0:1:ffff::8", "2001:db8:0:1::/64"),
        ("2001:db8:0:2::7", "2001:db8:0:2::/64"),
        ("", NOWHERE),
        ("made up", NOWHERE),
        ("192.0.2.7, 192.0.2.8", NOWHERE),
    ],
)
def test_whoever_has_one_address_of_a_network_has_all(address: str, stranger: str) -> None:
    assert stranger_at(address) == stranger


@pytest.mark.parametrize("written", ["127.0.0.1", "10.0.0.0/8, fd00::/8,192.0.2.1"])
def test_networks_are_named_with_commas(written: str) -> None:
    assert TypeAdapter(Networks).validate_python(written) == written


@pytest.mark.parametrize("written", ["", "*", "proxy", "10.0.0.1/8", "10.0.0.0/8 10.1.0.0/16"])
def test_what_is_no_network_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Networks).validate_python(written)
