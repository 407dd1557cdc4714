"""Where requests come from: who is counted as one stranger, and whom we believe about others."""

from functools import lru_cache
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Annotated

from pydantic import AfterValidator

OF_ONE_CONNECTION = 64
"""Bits of an IPv6 address that name a network: whoever has one address of it has all."""


NOWHERE = "nowhere"
"""Whoever comes from what is no address: whatever is made up counts as one."""


@lru_cache(maxsize=4096)
def stranger_at(address: str) -> str:
    """Who is behind an address: itself, or the network of an IPv6 one."""
    try:
        found = ip_address(address)
    except ValueError:
        return NOWHERE
    if isinstance(found, IPv4Address):
        return address
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ip_network((found, OF_ONE_CONNECTION), strict=False))


def _check_networks(written: str) -> str:
    for one in written.split(","):
        ip_network(one.strip())
    return written


Networks = Annotated[str, AfterValidator(_check_networks)]
"""Addresses and networks, with commas between them."""
