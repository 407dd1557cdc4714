"""Where a webhook may go: never inside, however the address is written."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_network

from shared.codes import Refusal

IPAddress = IPv4Address | IPv6Address
ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<user>[^/?#\s]*@)?"
    r"(?P<host>\[[0-9a-f:.]+(%[\w.-]+)?\]|[\w.-]+)(:(?P<port>[0-9]{1,5}))?"
    r"(?P<path>[/?][!\"$-\[\]-~]*)?",
    re.IGNORECASE,
)
MOST_CHARACTERS = 2000
PORTS = {"http": 80, "https": 443}

INSIDE_4 = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
            *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24"),
            *("192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24"),
            *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        ),
    )
)
"""IANA's special-purpose addresses: private, shared (CGNAT), own, link, tests, multicast."""

OUTSIDE_6 = ip_network("2000::/3")
INSIDE_6 = tuple(map(ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))
"""Within what is global: Teredo and other protocols, documentation, 6to4. What is not global
(loopback, link, private, multicast, IPv4 in IPv6, NAT64) needs no list."""


class AddressMalformed(Refusal):
    """No address that a webhook can be sent to."""

    code = "address-malformed"


class AddressInside(Refusal):
    """The address leads into an internal network."""

    code = "address-inside"


@dataclass(frozen=True, slots=True)
class Target:
    """An http(s) address in parts; `host` is a name in ASCII or an address without brackets."""

    scheme: str
    host: str
    port: int
    path: str
    literal: IPAddress | None

    @property
    def origin(self) -> tuple[str, str, int]:
        """What makes two addresses the same place."""
        return self.scheme, self.host, self.port


def read_target(address: str) -> Target:
    """The parts of an address, or AddressMalformed, or AddressInside where it hides a user."""
    found = ADDRESS.fullmatch(address) if len(address) <= MOST_CHARACTERS else None
    if found is None:
        raise AddressMalformed
    scheme = found["scheme"].lower()
    port = int(found["port"] or PORTS[scheme])
    host, literal = _read_host(found["host"])
    path = found["path"] or "/"
    target = Target(scheme, host, port, path if path[0] == "/" else f"/{path}", literal)
    if found["user"] or not 1 <= port <= 65535:
        refuse_inside(target)
        raise AddressMalformed
    return target


def refuse_inside(target: Target, allowed: Target | None = None) -> None:
    """Raise AddressInside where address or name alone tell; `allowed` is the one exception."""
    if allowed and target.origin == allowed.origin:
        return
    if is_this_machine(target.host) or (target.literal and leads_inside(target.literal)):
        raise AddressInside


def is_this_machine(name: str) -> bool:
    """Whether a name means this machine without asking anyone (RFC 6761)."""
    plain = name.rstrip(".").lower()
    return plain.endswith((".localhost", ".localdomain")) or plain in {
        "localhost",
        "ip6-localhost",
        "ip6-loopback",
    }


def leads_inside(address: IPAddress) -> bool:
    """Whether an address is anything but a public host's."""
    if isinstance(address, IPv4Address):
        return any(address in network for network in INSIDE_4)
    return address not in OUTSIDE_6 or any(address in network for network in INSIDE_6)


def _read_host(written: str) -> tuple[str, IPAddress | None]:
    if written.startswith("["):
        literal = _read_ipv6(written[1:-1])
        return str(literal), literal
    try:
        name = written.encode("idna").decode("ascii").lower()
    except UnicodeError as fault:
        raise AddressMalformed from fault
    if "_" in name:
        raise AddressMalformed
    address = _read_ipv4(name)
    return (str(address), address) if address else (name, None)


def _read_ipv6(written: str) -> IPv6Address:
    try:
        return IPv6Address(written)
    except ValueError as fault:
        raise AddressMalformed from fault


def _read_ipv4(name: str) -> IPv4Address | None:
    """The address that a name is if it ends in a number, as the URL Standard of WHATWG reads it.

    So 2130706433, 0x7f.1 and 0177.0.0.1 are 127.0.0.1, and 1.2.3.4.5 is malformed.
    """
    parts = name.removesuffix(".").split(".")
    if not re.fullmatch(r"[0-9]+|0x[0-9a-f]*", parts[-1]):
        return None
    numbers = [_read_number(part) for part in parts]
    *high, low = numbers
    if len(numbers) > 4 or any(one > 255 for one in high) or low >= 256 ** (5 - len(numbers)):
        raise AddressMalformed
    return IPv4Address(sum(one << 8 * (3 - place) for place, one in enumerate(high)) + low)


def _read_number(part: str) -> int:
    base, digits = 10, part
    if part.startswith("0x"):
        base, digits = 16, part[2:] or "0"
    elif part.startswith("0") and len(part) > 1:
        base, digits = 8, part[1:]
    try:
        return int(digits, base)
    except ValueError as fault:
        raise AddressMalformed from fault
