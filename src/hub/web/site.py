"""What every page is made with: the door, the layout, forms, and the parts that stay up to date."""

from __future__ import annotations

import asyncio
import gzip
import time
from collections import OrderedDict
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from hub.auth.roles import allows
from hub.errors import HubError
from hub.web.asks import Asks
from hub.web.nav import places, tabs
from hub.web.parts import Parts
from hub.web.render import Renderer
from hub.web.static import Static

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from hub.hub import Hub

    Handler = Callable[[Request], Awaitable[Response]]

MAX_FORM = 64 * 1024
MAX_FIELDS = 64
PATIENCE_S = 30.0
"""How long a form may take to arrive."""

_SAID = 256
# Audio worklets are scripts to a browser, so script-src covers them; nothing inline, nothing from elsewhere.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "media-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "permissions-policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=()",
    # Not no-referrer: with it a form's Origin is "null", and the guard refuses what it cannot know.
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


class Site:
    """Handed to every area of the page; an area is a module here with ``routes(site)``."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.static = Static()
        self.parts = Parts()
        self.asks = Asks(hub)
        self.renderer = Renderer(hub, self.static, self.parts, self.asks)
        self._said: OrderedDict[str, str] = OrderedDict()

    def page(
        self, path: str, handler: Handler, *, methods: tuple[str, ...] = ("GET",), needs: str = "guest"
    ) -> BaseRoute:
        """Return a route for people who are signed in and whose role is at least ``needs``."""
        return Route(path, self._guarded(handler, needs), methods=list(methods))

    def part(self, name: str, render: Callable[[], str], *, needs: str = "guest") -> None:
        """Keep ``name`` up to date on the pages that show it; see `Parts.add`."""
        self.parts.add(name, render, needs)

    def show(
        self, request: Request, template: str, *, title: str, parts: tuple[str, ...] = (), **values: object
    ) -> Response:
        """Answer with ``template``, which extends page.html; ``parts`` are those it shows."""
        names, person = (*parts, "asked", "alarms"), request.state.person
        panels = self.renderer.panels()
        page = self.renderer.page(
            template, title=title, names=names, rev=self.parts.revision(names, person),
            person=person, places=places(request.url.path, person, panels),
            tabs=tabs(request.url.path, person, panels),
            said=self._said.pop(request.state.token, ""), **values,
        )  # fmt: skip
        return self.answer(request, page)

    def answer(self, request: Request, page: str, status: int = 200) -> Response:
        """Answer with markup, compressed where the browser takes it, under the strict policy."""
        body, headers = page.encode(), dict(HEADERS)
        if "gzip" in request.headers.get("accept-encoding", ""):
            # Level 1: on a home network the time to compress costs more than the bytes it saves.
            body = gzip.compress(body, 1, mtime=0)
            headers |= {"content-encoding": "gzip", "vary": "accept-encoding"}
        return HTMLResponse(body, status_code=status, headers=headers)

    def back(self, request: Request, path: str, said: str = "") -> Response:
        """Go to ``path`` after a form was taken; ``said`` is told once at the top of that page."""
        self.parts.renew()  # the page that follows shows what the form changed
        if said:
            self._said[request.state.token] = said
            while len(self._said) > _SAID:
                self._said.popitem(last=False)
        return RedirectResponse(path, status_code=303)

    async def form(self, request: Request) -> dict[str, str]:
        """Return the fields of a form in the browser's plain encoding; of a repeated one the last.

        Raises `HubError` when it is larger than a person writes.
        """
        return dict(await self.fields(request))

    async def fields(self, request: Request) -> list[tuple[str, str]]:
        """Return name and value of each field in order, stripped; as `form`, but with what is repeated."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                body = await _body(request)
        except TimeoutError:
            raise HubError("That came too slowly.", fix="Send it once more.") from None
        try:
            pairs = parse_qsl(
                body.decode("ascii", "replace"), keep_blank_values=True, max_num_fields=MAX_FIELDS
            )
        except ValueError as error:
            raise HubError("That form has too many fields.", fix="Send fewer at once.") from error
        return [(name, value.strip()) for name, value in pairs]

    def _guarded(self, handler: Handler, needs: str) -> Handler:
        """Show the door to strangers, and what went wrong to everybody else."""

        async def serve(request: Request) -> Response:
            began = time.perf_counter()
            response = await answer(request)
            # What the browser's tools, and ours, show as the time this page took here (W3C Server Timing).
            response.headers["server-timing"] = f"app;dur={(time.perf_counter() - began) * 1e3:.3f}"
            return response

        async def answer(request: Request) -> Response:
            person = getattr(request.state, "person", None)
            if person is None:
                door = self.renderer.page("locked.html", logins=self.hub.plugins.logins())
                return self.answer(request, door, 401)
            if not allows(person, needs):
                who = "the owner" if needs == "owner" else f"a {needs}"
                said = {"message": f"This page is for {who}.", "fix": "Ask the owner of this hub."}
                return self.answer(request, self.renderer.page("lost.html", **said), 403)
            try:
                if await self.asks.refresh():
                    self.parts.renew()
                return await handler(request)
            except HubError as error:
                page = self.renderer.page("lost.html", message=str(error), fix=error.fix)
                return self.answer(request, page, getattr(error, "status", 404))

        return serve


async def _body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM:
            raise HubError("That is more than I can take at once.", fix="Write less than 4,000 characters.")
    return body


def markup(html: str) -> Markup:
    """Mark what our own templates rendered, and escaped, as markup."""
    return Markup(html)  # noqa: S704  see above
