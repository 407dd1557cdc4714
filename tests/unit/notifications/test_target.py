"""Where a webhook may go: never inside, however the address is written."""

from ipaddress import ip_address

import pytest

from services.notifications.domain.target import (
    AddressInside,
    AddressMalformed,
    is_this_machine,
    leads_inside,
    read_target,
    refuse_inside,
)

INSIDE = [
    "http://127.0.0.1/",
    "http://127.0.0.1:8400/hook",
    "http://127.1/",
    "http://127.255.255.254/",
    "http://2130706433/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://0x7f000001/",
    "http://0x7F.1/",
    "http://0x7f.0x0.0x0.0x1/",
    "http://127.0.0.1./",
    "http://１２７.０.０.１/",  # noqa: RUF001  # full-width digits, read as plain ones
    "http://0.0.0.0/",
    "http://0/",
    "http://0x/",
    "http://10.0.0.1/",
    "http://10.255.255.255/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://100.127.255.255/",
    "http://169.254.169.254/latest/meta-data/",
    "http://192.0.0.8/",
    "http://192.0.2.1/",
    "http://192.88.99.1/",
    "http://198.18.0.1/",
    "http://198.51.100.7/",
    "http://203.0.113.9/",
    "http://224.0.0.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://4294967295/",
    "http://[::]/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]:80/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:8.8.8.8]/",
    "http://[::127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::808:808]/",
    "http://[64:ff9b:1::1]/",
    "http://[2002:7f00:1::]/",
    "http://[2001::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[100::1]/",
    "http://[fc00::1]/",
    "http://[fd12:3456:789a::1]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://localhost/",
    "http://LOCALHOST:8400/",
    "http://localhost./",
    "http://admin.localhost/",
    "http://localhost.localdomain/",
    "http://ip6-localhost/",
    "http://ip6-loopback/",
    "https://user:word@127.0.0.1/",
    "http://user@localhost/",
    "http://127.0.0.1:99999/",
]
PUBLIC = [
    "http://8.8.8.8/",
    "https://9.9.9.9:8443/hook?x=1",
    "http://100.63.255.255/",
    "http://100.128.0.1/",
    "http://172.15.0.1/",
    "http://172.32.0.1/",
    "http://192.0.1.1/",
    "http://11.0.0.1/",
    "http://223.255.255.255/",
    "http://[2606:4700::1111]/",
    "http://[2001:200::1]/",
    "http://[2003::1]/",
    "https://hooks.flensburg.example/alerts",
    "https://lübeck.example/",
    "https://localhost.flensburg.example/",
    "http://10.example/",
]
MALFORMED = [
    "",
    "flensburg.example",
    "ftp://flensburg.example/",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "http://",
    "http:///hook",
    "http://:80/",
    "http:/flensburg.example/",
    "http:\\\\127.0.0.1\\",
    "http://127.0.0.1\\@flensburg.example/",
    "http://user:word@flensburg.example/",
    "https://@flensburg.example/",
    "http://flensburg.example:0/",
    "http://flensburg.example:65536/",
    "http://flensburg.example:http/",
    "http://flensburg.example/#part",
    "http://flensburg.example/a b",
    "http://flensburg.example/\n",
    "http://flens burg.example/",
    "http://flensburg..example/",
    "http://.flensburg.example/",
    "http://./",
    "http://flens_burg.example/",
    "http://" + "a" * 64 + ".example/",
    "http://1.2.3.4.5/",
    "http://1.2.3.4.0/",
    "http://256.1.1.1/",
    "http://1.2.3.256/",
    "http://1.2.65536/",
    "http://4294967296/",
    "http://08.1.1.1/",
    "http://x.1/",
    "http://1..1/",
    "http://0xg.1/",
    "http://[::g]/",
    "http://[1.2.3.4]/",
    "http://[::1/",
    "http://::1/",
    "http://flensburg.example/" + "a" * 2000,
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_that_leads_inside_is_refused(address: str) -> None:
    with pytest.raises(AddressInside) as refusal:
        refuse_inside(read_target(address))
    assert refusal.value.code == "address-inside"


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_called(address: str) -> None:
    target = read_target(address)
    refuse_inside(target)
    assert target.literal is None or not leads_inside(target.literal)


@pytest.mark.parametrize("address", MALFORMED)
def test_what_is_no_web_address_is_malformed(address: str) -> None:
    with pytest.raises(AddressMalformed) as refusal:
        read_target(address)
    assert refusal.value.code == "address-malformed"


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("http://a.example", ("http", "a.example", 80, "/")),
        ("HTTPS://A.Example/B", ("https", "a.example", 443, "/B")),
        ("https://a.example:8443?x=1&y=%20", ("https", "a.example", 8443, "/?x=1&y=%20")),
        ("http://lübeck.example:1/!\"$'()*+,;:@~[]", None),
        ("http://0x0a.1:65535/", ("http", "10.0.0.1", 65535, "/")),
        ("http://8.010/", ("http", "8.0.0.8", 80, "/")),
        ("http://1.2.772/", ("http", "1.2.3.4", 80, "/")),
        ("http://[2003::0:1]/", ("http", "2003::1", 80, "/")),
        ("http://a-b.example./", ("http", "a-b.example.", 80, "/")),
    ],
)
def test_an_address_is_read_into_its_parts(
    address: str, parts: tuple[str, str, int, str] | None
) -> None:
    target = read_target(address)
    expected = parts or ("http", "xn--lbeck-kva.example", 1, "/!\"$'()*+,;:@~[]")
    assert (target.scheme, target.host, target.port, target.path) == expected


def test_a_name_is_no_literal() -> None:
    assert read_target("http://a.example/").literal is None
    assert read_target("http://0x7f.1/").literal == ip_address("127.0.0.1")


def test_the_longest_address_has_2000_characters() -> None:
    start = "http://flensburg.example/"
    assert len(read_target(start + "a" * (2000 - len(start))).path) == 1976
    with pytest.raises(AddressMalformed):
        read_target(start + "a" * (2001 - len(start)))


@pytest.mark.parametrize(
    ("address", "is_refused"),
    [
        ("http://127.0.0.1:8407/hook", False),
        ("http://127.0.0.1:8407", False),
        ("http://0x7f.1:8407/", False),
        ("http://127.0.0.1:8408/hook", True),
        ("https://127.0.0.1:8407/hook", True),
        ("http://127.0.0.2:8407/hook", True),
        ("http://localhost:8407/hook", True),
    ],
)
def test_the_one_allowed_origin_is_the_only_exception(address: str, is_refused: bool) -> None:
    allowed, target = read_target("http://127.0.0.1:8407"), read_target(address)
    if is_refused:
        with pytest.raises(AddressInside):
            refuse_inside(target, allowed)
    refuse_inside(target, target)
    assert (target.origin == allowed.origin) is not is_refused


def test_the_allowed_origin_may_be_called() -> None:
    target = read_target("http://127.0.0.1:8407/hook")
    refuse_inside(target, read_target("http://127.0.0.1:8407"))
    with pytest.raises(AddressInside):
        refuse_inside(target)


@pytest.mark.parametrize("name", ["localhost", "Localhost", "a.b.localhost", "x.localdomain"])
def test_names_of_this_machine_are_known(name: str) -> None:
    assert is_this_machine(name)
    assert is_this_machine(name + ".")
    assert not is_this_machine(name + ".example")


@pytest.mark.parametrize("name", ["notlocalhost", "localhosts", "xlocaldomain", "flensburg"])
def test_other_names_are_asked_about_when_they_are_called(name: str) -> None:
    assert not is_this_machine(name)
