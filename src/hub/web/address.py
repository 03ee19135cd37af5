"""Say how another device reaches this hub, and draw that address for its camera."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from hub.auth.guard import hostname, is_loopback
from hub.web.site import markup

if TYPE_CHECKING:
    from markupsafe import Markup
    from starlette.requests import Request

    from hub.config import Settings

_WILD = {"0.0.0.0", "::"}  # noqa: S104  a comparison


@dataclass(frozen=True, slots=True)
class Address:
    """``url``: ``scheme://host:port`` for other devices; empty when none can come, with why and fix."""

    url: str
    why: str = ""
    fix: str = ""

    @property
    def silent(self) -> bool:
        """Whether browsers there get no microphone: it needs a secure context (W3C Media Capture, 10.1)."""
        return self.url.startswith("http:")


def outside(settings: Settings, request: Request) -> Address:
    """Return where other devices find the hub that answers ``request``: only by names it knows."""
    host = request.headers.get("host", "")
    if not is_loopback(hostname(host)):
        return Address(f"{request.url.scheme}://{host}")
    name = settings.names[0] if settings.names else ""
    if is_loopback(settings.host):
        if name:
            return Address(
                "", f"You opened me as {hostname(host)}.", f"Open me as {name}, and come back to this page."
            )
        return Address("", "I listen on this machine only.", f"{_settings(settings)}, then start me anew.")
    if settings.host in _WILD and not name and settings.tls.on:
        name = _nearby()
    if settings.host in _WILD and not name:
        return Address("", "I do not know my own name.", f"{_settings(settings)}, then start me anew.")
    scheme = "https" if settings.tls.on else "http"
    return Address(f"{scheme}://{_bracketed(name or settings.host)}:{request.url.port or 80}")


def draw(url: str) -> Markup:
    """Return ``url`` as a QR code (ISO/IEC 18004): dark on light in every theme, for cameras."""
    import segno  # noqa: PLC0415  only for this page

    code = segno.make(url, error="m", micro=False)
    return markup(code.svg_inline(omitsize=True, svgclass="qr", lineclass=None, border=4, light="#fff"))


def _settings(settings: Settings) -> str:
    name = f'names = ["{_nearby() or "hub.lan"}"]'
    return (
        f"Write {name} into hub.toml"
        if settings.host in _WILD
        else f'Write host = "0.0.0.0" and {name} into hub.toml'
    )


def _nearby() -> str:
    """Return an address of this machine in its home network, or nothing."""
    known = (address.address for addresses in psutil.net_if_addrs().values() for address in addresses)
    return next((address for address in known if _private(address)), "")


def _private(address: str) -> bool:
    try:
        ip = ipaddress.IPv4Address(address)
    except ValueError:
        return False
    return ip.is_private and not ip.is_loopback and not ip.is_link_local


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
