"""Say how far away a host is: this machine, this house, or the world."""

from __future__ import annotations

import ipaddress
from typing import Literal

Distance = Literal["machine", "house", "world"]

_SHARED = ipaddress.ip_network("100.64.0.0/10")  # RFC 6598; overlay networks number their machines from it
_HOUSE = (".local", ".lan", ".home", ".home.arpa", ".internal")  # RFC 6762, RFC 8375, and what routers use


def distance(host: str) -> Distance:
    """Return where ``host``, a name or an address, is. Names are judged by their form, not looked up.

    A name without a dot, or below a suffix that the public DNS does not serve, is in this house.
    """
    host = host.lower().rstrip(".").strip("[]")
    if host == "localhost" or host.endswith(".localhost"):
        return "machine"
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return "house" if host and ("." not in host or host.endswith(_HOUSE)) else "world"
    if address.is_loopback:
        return "machine"
    shared = isinstance(address, ipaddress.IPv4Address) and address in _SHARED
    private = address.is_private and not address.is_unspecified
    return "house" if private or shared or address.is_link_local else "world"
