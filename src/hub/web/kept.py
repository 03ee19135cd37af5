"""Serve the page of what is kept of whoever asks: take it along, or have it forgotten."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from starlette.responses import Response, StreamingResponse

from hub import kept
from hub.auth.roles import allows, require
from hub.conversation import export
from hub.errors import HubError
from hub.web.ago import ago

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from hub.auth.sessions import Person
    from hub.plugin.reach import Forgotten, Owed
    from hub.web.site import Site

ACT = "take or forget own data"
PATH = "/me/data"


def routes(site: Site) -> list[BaseRoute]:
    """Return the routes."""
    data, post = Kept(site), ("POST",)
    return [
        site.page(PATH, data.show),
        site.page(f"{PATH}/export", data.export),
        site.page(f"{PATH}/forget", data.forget, methods=post),
        site.page(f"{PATH}/forget-everything", data.forget_everything, methods=post),
        site.page(f"{PATH}/gone/{{plugin}}", data.gone, methods=post),
    ]


class Kept:
    """What the hub and its plugins keep of whoever asks."""

    def __init__(self, site: Site) -> None:
        self._site, self._hub = site, site.hub

    async def show(self, request: Request) -> Response:
        """Show who keeps something, and what has yet to be forgotten."""
        person = require(request.state.person, ACT)
        return self._site.show(
            request, "kept.html", title="Your data", ago=ago,
            talks=await self._hub.conversations.count(person.id), keepers=self._keepers(),
            owed=[(one, what_of(one, person)) for one in await kept.owed_to(self._hub, person)],
            owner=allows(person, "manage people"), installed={plugin.name for plugin in self._hub.plugins},
        )  # fmt: skip

    async def export(self, request: Request) -> Response:
        """Hand out everything as a zip."""
        person = require(request.state.person, ACT)
        form = "md" if request.query_params.get("format") == "md" else "json"
        title = f"My data {time.strftime('%Y-%m-%d')}"
        headers = {
            "content-disposition": export.disposition(title, "zip"),
            "x-content-type-options": "nosniff",
            "cache-control": "no-store",
        }
        pack = kept.export(self._hub, person, form)  # type: ignore[arg-type]  # one of the formats
        return StreamingResponse(pack, media_type="application/zip", headers=headers)

    async def forget(self, request: Request) -> Response:
        """Forget whoever asks, but for their name and their way in."""
        person = require(request.state.person, ACT)
        return self._done(request, await kept.forget(self._hub, person.id))

    async def forget_everything(self, request: Request) -> Response:
        """Forget what everybody said."""
        require(request.state.person, "manage people")
        return self._done(request, await kept.forget_everything(self._hub))

    async def gone(self, request: Request) -> Response:
        """Take the owner's word that a plugin is gone for good, and all it kept with it."""
        require(request.state.person, "manage people")
        name = request.path_params["plugin"]
        if self._hub.plugins.get(name) is not None:
            raise HubError("That plugin is installed.", fix="Start it: then I ask it to forget.")
        await self._hub.remembered.release(name)
        return self._site.back(request, PATH, said="I ask it no more.")

    def _done(self, request: Request, done: Forgotten) -> Response:
        late = sorted({one.title for one in done.failed})
        said = f"Forgotten, but not yet by {', '.join(late)}." if late else "Forgotten, for good."
        return self._site.back(request, PATH, said=said)

    def _keepers(self) -> list[tuple[str, str]]:
        """Return title and state of each plugin that says it keeps something, or did when it last ran."""
        had = {*self._hub.remembered.had("hub_forget"), *self._hub.remembered.had("hub_export")}
        return [
            (plugin.title, plugin.state)
            for plugin in self._hub.plugins
            if plugin.name in had or {"hub_forget", "hub_export"} & set(plugin.hooks)
        ]


def what_of(one: Owed, person: Person) -> str:
    """Say in words what is to be forgotten, without repeating what was said."""
    chosen = one.selector
    if chosen.everything:
        return "Everything"
    if chosen.topic:
        return "A topic"
    if chosen.person:
        return "All of you" if chosen.person == person.id else "All of a person"
    if chosen.talk:
        return "A talk that was deleted"
    return f"What is older than {time.strftime('%-d %B %Y', time.localtime(chosen.before or 0))}"
