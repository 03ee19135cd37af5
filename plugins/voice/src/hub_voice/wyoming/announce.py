"""Tell the local network of our Wyoming server, so that Home Assistant finds it (DNS-SD, RFC 6763)."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

log = structlog.get_logger(__name__)

KIND = "_wyoming._tcp.local."


class Announcement:
    """One announcement of a ``port``; ``addresses``: of this machine, by default all that others reach."""

    def __init__(self, port: int, *, name: str = "", addresses: Sequence[str] = ()) -> None:
        self._port = port
        self._name = name or f"Hub on {socket.gethostname().partition('.')[0]}"
        self._addresses = tuple(addresses)
        self._zeroconf: AsyncZeroconf | None = None
        self._info: AsyncServiceInfo | None = None

    async def begin(self) -> None:
        """Announce; a network that does not let us is logged, and the server goes on unannounced."""
        from zeroconf import Error  # noqa: PLC0415  heavy, and most hubs announce nothing
        from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf  # noqa: PLC0415

        addresses = self._addresses or _own()
        if not addresses:
            log.warning("wyoming.unannounced", reason="this machine has no address that others reach")
            return
        host = socket.gethostname().partition(".")[0] or "hub"
        self._info = AsyncServiceInfo(
            KIND, f"{self._name}.{KIND}", port=self._port, server=f"{host}.local.",
            addresses=[ipaddress.ip_address(one).packed for one in addresses],
        )  # fmt: skip
        try:
            self._zeroconf = AsyncZeroconf(interfaces=[*addresses])
            registered = await self._zeroconf.async_register_service(self._info, allow_name_change=True)
            await registered
        except (OSError, Error) as error:
            log.warning("wyoming.unannounced", reason=str(error) or type(error).__name__)
            await self.end()

    async def end(self) -> None:
        """Take it back. Safe to call twice."""
        zeroconf, self._zeroconf = self._zeroconf, None
        if zeroconf:
            await zeroconf.async_unregister_all_services()
            await zeroconf.async_close()


def _own() -> list[str]:
    """Return the IPv4 addresses of this machine that others reach."""
    import psutil  # noqa: PLC0415

    found = [
        one.address
        for every in psutil.net_if_addrs().values()
        for one in every
        if one.family is socket.AF_INET
    ]
    return [one for one in found if not ipaddress.ip_address(one).is_loopback]
