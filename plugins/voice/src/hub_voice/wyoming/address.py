"""Say where a Wyoming server is: ``host:port``, as a person writes it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from hub import HubError

_FIX = "Write host:port, such as 192.168.1.20:10300."
_LONGEST = 200


def is_loopback(host: str) -> bool:
    """Say whether ``host``, an address or ``localhost``, reaches this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Address:
    """A TCP address."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return it as a person writes it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def local(self) -> bool:
        """Whether it is this machine."""
        return is_loopback(self.host)


def parse(text: str) -> Address:
    """Return the address that ``text`` names, with or without ``tcp://``. Raises `HubError`."""
    told = text.strip().removeprefix("tcp://").rstrip("/")
    try:
        parts = urlsplit(f"//{told}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    plain = parts.netloc == told and "@" not in told if host else False
    if not plain or not port or len(told) > _LONGEST:
        raise HubError(f"{text[:_LONGEST]!r} is no address of a Wyoming server.", fix=_FIX)
    return Address(host, port)
