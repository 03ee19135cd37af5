"""Show how a phone comes to trust this hub, and hand out what it needs; open to strangers, also in plain."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from hub.auth.guard import hostname, is_loopback
from hub.tls.profile import MEDIA, profile
from hub.web.address import draw
from hub.web.site import HEADERS

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from hub.tls.keeper import Keeper
    from hub.web.site import Site

PATH = "/trust"
CERTIFICATE = "application/x-x509-ca-cert"
TITLE = "Hub at home"


def routes(site: Site) -> list[BaseRoute]:
    """Return the routes."""
    pages = TrustPages(site)
    return [
        Route(PATH, pages.get),
        Route(f"{PATH}/hub.crt", pages.certificate),
        Route(f"{PATH}/hub.mobileconfig", pages.profile),
    ]


class TrustPages:
    """The page and its two files. Nothing here is secret: an authority's certificate is for everybody."""

    def __init__(self, site: Site) -> None:
        self._site, self._hub = site, site.hub
        self._kept: Keeper | None = None

    async def get(self, request: Request) -> Response:
        """Show the steps for the device that asks first, and those of the others."""
        keeper = self._keeper()
        standing = await asyncio.to_thread(keeper.standing) if self._hub.settings.tls.on else None
        plain, secure = await self._addresses(request, keeper)
        page = self._site.renderer.page(
            "trust.html", standing=standing, kind=_kind(request.headers.get("user-agent", "")),
            plain=plain, secure=secure, safe=request.url.scheme == "https",
            qr=draw(f"{plain}{PATH}") if standing and plain else None,
        )  # fmt: skip
        return self._site.answer(request, page)

    async def certificate(self, _: Request) -> Response:
        """Hand out the authority's certificate (DER), as Android, Windows and browsers take it."""
        return await self._file("hub.crt", CERTIFICATE)

    async def profile(self, _: Request) -> Response:
        """Hand out the same as a profile for Apple's devices."""
        return await self._file("hub.mobileconfig", MEDIA)

    async def _file(self, name: str, media: str) -> Response:
        der = await asyncio.to_thread(self._keeper().authority_der) if self._hub.settings.tls.on else None
        if der is None:
            said = "There is nothing to trust yet. On the hub's machine run: hub tls on\n"
            return PlainTextResponse(said, status_code=404, headers=HEADERS)
        body = profile(der, TITLE) if media == MEDIA else der
        kept = HEADERS | {"content-disposition": f'attachment; filename="{name}"'}
        return Response(body, media_type=media, headers=kept)

    async def _addresses(self, request: Request, keeper: Keeper) -> tuple[str, str]:
        """Return where the house finds the hub, in plain and securely; "" when it does not."""
        host = request.headers.get("host", "")
        if is_loopback(hostname(host)):
            near = await asyncio.to_thread(keeper.nearest)
            near = f"[{near}]" if ":" in near else near
            host = f"{near}:{request.url.port or 80}" if near and self._hub.settings.tls.on else ""
        return (f"http://{host}", f"https://{host}") if host else ("", "")

    def _keeper(self) -> Keeper:
        from hub.tls.keeper import Keeper  # noqa: PLC0415  only for this page

        self._kept = self._kept or Keeper(self._hub.settings)
        return self._kept


def _kind(agent: str) -> str:
    """Return which steps come first: "apple", "android" or "desktop"."""
    told = agent.lower()
    if "android" in told:
        return "android"
    return "apple" if "iphone" in told or "ipad" in told else "desktop"
