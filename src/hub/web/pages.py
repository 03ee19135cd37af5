"""Serve home, a new talk, and words written without a script."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from hub.conversation.conversation import Conversation
    from hub.web.site import Site

PATIENCE_S = 10.0
"""How long a page without scripts is held back for its answer."""


def routes(site: Site) -> list[BaseRoute]:
    """Return the routes."""
    pages = Pages(site)
    return [
        site.page("/", pages.home),
        site.page("/talks", pages.begin, methods=("POST",)),
        site.page("/talks/{id}/turns", pages.write, methods=("POST",)),
    ]


class Pages:
    """The talk of one hub, as pages."""

    def __init__(self, site: Site) -> None:
        self._site, self._conversations = site, site.hub.conversations

    async def home(self, request: Request) -> Response:
        """Show one talk, the latest unless another is named, and how all is."""
        talk, person = request.query_params.get("talk"), request.state.person
        conversation = await (
            self._conversations.get(talk, person.id) if talk else self._conversations.latest(person.id)
        )
        return self._site.answer(request, self._site.renderer.home(conversation, person))

    async def begin(self, request: Request) -> Response:
        """Begin a talk."""
        conversation = await self._conversations.new(request.state.person.id)
        return RedirectResponse(f"/?talk={conversation.id}", status_code=303)

    async def write(self, request: Request) -> Response:
        """Take words; answer with the script for a page whose socket is away, else with the page."""
        conversation = await self._conversations.get(request.path_params["id"], request.state.person.id)
        if text := (await self._site.form(request)).get("text", ""):
            await conversation.write(text, "text")
        if request.headers.get("hx-request") != "true":
            with suppress(TimeoutError):  # without scripts nothing brings the answer later
                await asyncio.wait_for(conversation.settled(), PATIENCE_S)
            return RedirectResponse(f"/?talk={conversation.id}", status_code=303)
        return await self._lines(request, conversation)

    async def _lines(self, request: Request, conversation: Conversation) -> Response:
        await conversation.settled()
        return self._site.answer(request, self._site.renderer.lines(conversation))
