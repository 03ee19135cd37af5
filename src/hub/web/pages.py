"""Serve the pages: home, a new talk, and words written without a script."""

from __future__ import annotations

import gzip
import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from hub.conversation.conversation import Conversation
    from hub.hub import Hub
    from hub.web.render import Renderer

MAX_FORM = 64 * 1024
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


class Pages:
    """The pages of one hub."""

    def __init__(self, hub: Hub, renderer: Renderer) -> None:
        self._hub, self._renderer = hub, renderer

    def routes(self) -> list[BaseRoute]:
        """Return the routes."""
        return [
            Route("/", self._guarded(self._home)),
            Route("/talks", self._guarded(self._begin), methods=["POST"]),
            Route("/talks/{id}/turns", self._guarded(self._write), methods=["POST"]),
        ]

    def _guarded(
        self, handler: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        """Show the door to strangers, and what went wrong to everybody else."""

        async def serve(request: Request) -> Response:
            began = time.perf_counter()
            response = await answer(request)
            # What the browser's tools, and ours, show as the time this page took here (W3C Server Timing).
            response.headers["server-timing"] = f"app;dur={(time.perf_counter() - began) * 1e3:.3f}"
            return response

        async def answer(request: Request) -> Response:
            if getattr(request.state, "person", None) is None:
                return self._answer(request, self._renderer.page("locked.html"), 401)
            try:
                return await handler(request)
            except HubError as error:
                page = self._renderer.page("lost.html", message=str(error), fix=error.fix)
                return self._answer(request, page, 404)

        return serve

    async def _home(self, request: Request) -> Response:
        talk = request.query_params.get("talk")
        conversations = self._hub.conversations
        conversation = await (conversations.get(talk) if talk else conversations.latest())
        return self._answer(request, self._renderer.home(conversation, request.state.person))

    async def _begin(self, _: Request) -> Response:
        conversation = await self._hub.conversations.new()
        return RedirectResponse(f"/?talk={conversation.id}", status_code=303)

    async def _write(self, request: Request) -> Response:
        conversation = await self._hub.conversations.get(request.path_params["id"])
        text = await _text(request)
        if text:
            await conversation.write(text, "text")
        if request.headers.get("hx-request") != "true":
            return RedirectResponse(f"/?talk={conversation.id}", status_code=303)
        return await self._lines(request, conversation)

    async def _lines(self, request: Request, conversation: Conversation) -> Response:
        """Return the script with the answer in it, for a page whose socket is away."""
        await conversation.settled()
        return self._answer(request, self._renderer.lines(conversation))

    def _answer(self, request: Request, page: str, status: int = 200) -> Response:
        body, headers = page.encode(), dict(HEADERS)
        if "gzip" in request.headers.get("accept-encoding", ""):
            # Level 1: on a home network the time to compress costs more than the bytes it saves.
            body = gzip.compress(body, 1, mtime=0)
            headers |= {"content-encoding": "gzip", "vary": "accept-encoding"}
        return HTMLResponse(body, status_code=status, headers=headers)


async def _text(request: Request) -> str:
    """Return the field ``text`` of a form in the browser's plain encoding."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_FORM:
            raise HubError("That is more than I can take at once.", fix="Write less than 4,000 characters.")
    fields = parse_qs(body.decode("ascii", "replace"), max_num_fields=8)
    return fields.get("text", [""])[0].strip()
