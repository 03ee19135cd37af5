"""Read where the server is, without its password, and see to it that the way there is encrypted."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from hub import HubError

CONNECT_S = 5
"""Seconds that a server has to answer a knock."""

_FIX = "Write it as postgresql://user@host/database."
_KEPT_ALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


def parameters(server: str, password: str = "") -> dict[str, Any]:
    """Return what libpq needs to connect; raise `HubError` for an address that cannot be one.

    A password in the address is refused: settings are shown and backed up, secrets are not. A server on
    another machine is spoken to over TLS, unless ``sslmode`` says otherwise.
    """
    if not server.startswith(("postgresql://", "postgres://")):
        raise HubError("The address of the memory's server is none.", fix=_FIX)
    try:
        given: dict[str, Any] = dict(conninfo_to_dict(server))
    except ProgrammingError:  # its words may hold what stands in the address
        raise HubError("The address of the memory's server cannot be read.", fix=_FIX) from None
    if given.get("password"):
        raise HubError(
            "The address of the memory's server has a password in it.",
            fix="Take it out, and put it into the field Password.",
        )
    if not _near(str(given.get("hostaddr") or given.get("host") or "")):
        given.setdefault("sslmode", "require")
    given = {"connect_timeout": CONNECT_S, **_KEPT_ALIVE, "application_name": "hub", **given}
    return given | ({"password": password} if password else {})


def told(given: dict[str, Any]) -> str:
    """Return how a server is named in what a person reads: never its user, never a secret."""
    host = str(given.get("host") or given.get("hostaddr") or "this machine")
    return "this machine" if host.startswith("/") else host


def _near(host: str) -> bool:
    """Say whether every one of the hosts is this machine: a socket's folder, or a loopback address."""
    return all(not one or one.startswith(("/", "@")) or _loopback(one) for one in host.split(","))


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
