"""Say by which names and addresses this machine is reached in its house."""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hub.config import Settings

MOST = 32
"""Addresses of one machine; whoever has more has them for containers."""

LONGEST_NAME = 253
_LABEL = re.compile("[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")

_WILD = {"0.0.0.0", "::"}  # noqa: S104  a comparison


@dataclass(frozen=True, slots=True)
class Names:
    """``hosts``: names, lower case; ``addresses``: IP addresses, as written. Both sorted, without repeats."""

    hosts: tuple[str, ...]
    addresses: tuple[str, ...]

    @property
    def all(self) -> tuple[str, ...]:
        """Names and addresses."""
        return (*self.hosts, *self.addresses)

    @property
    def nearest(self) -> str:
        """The address to give to another device in the house; "" when there is none."""
        return next((one for one in self.addresses if _of_the_house(one)), "")


def found(settings: Settings) -> Names:
    """Return the names that ``settings`` give, and those that this machine has."""
    own = socket.gethostname().lower().rstrip(".")
    given = [one.lower().strip("[]") for one in (*settings.names, settings.host) if one not in _WILD]
    short = own.partition(".")[0]
    hosts = {"localhost", *(one for one in given if not _is_address(one))}
    if short and short != "localhost":
        hosts |= {own, short, f"{short}.local"}
    addresses = {"127.0.0.1", "::1", *(one for one in given if _is_address(one)), *_interfaces()}
    return Names(tuple(sorted(filter(_is_name, hosts))), tuple(sorted(addresses, key=_order)))


def _interfaces() -> Iterable[str]:
    known = [address.address for addresses in psutil.net_if_addrs().values() for address in addresses]
    return sorted(filter(_of_the_house, known), key=_order)[:MOST]


def _of_the_house(text: str) -> bool:
    """Tell whether other devices in the house reach this machine by it: private, and not of one link only."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return address.is_private and not (address.is_loopback or address.is_link_local or address.is_unspecified)


def _order(text: str) -> tuple[int, int, int]:
    """Sort homes' usual networks first, containers' last: 192.168, 10, the rest, and version 6 behind."""
    address = ipaddress.ip_address(text)
    kind = next((at for at, start in enumerate(("192.168.", "10.")) if text.startswith(start)), 2)
    return (address.version, kind, int(address))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_name(text: str) -> bool:
    """Tell whether ``text`` can stand in a certificate (RFC 1123, 2.1)."""
    return len(text) <= LONGEST_NAME and all(_LABEL.fullmatch(label) for label in text.split("."))
