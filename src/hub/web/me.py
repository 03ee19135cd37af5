"""Serve everybody's own page: name, where one is signed in, pairing a device, logging out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from hub.auth import cookie
from hub.auth.devices import VALID_S
from hub.auth.events import DevicePaired, PersonJoined
from hub.auth.names import MAX_NAME
from hub.auth.roles import allows, require
from hub.errors import HubError
from hub.llm.private.tiers import ACT, TIERS
from hub.web.address import draw, outside
from hub.web.ago import ago
from hub.web.tiers import ABOUT

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.routing import BaseRoute

    from hub.events import Event
    from hub.llm.private.tiers import Tiers
    from hub.web.site import Site

_SHOWN, _LOOKED_AT = 3, 500


def routes(site: Site) -> list[BaseRoute]:
    """Return the routes, and offer the parts "paired" and "joined"."""
    me = Me(site)
    site.part("paired", partial(me.arrivals, "paired", DevicePaired))
    site.part("joined", partial(me.arrivals, "joined", PersonJoined), needs="see people")
    return [
        site.page("/me", me.show),
        site.page("/me", me.rename, methods=("POST",)),
        site.page("/me/sessions/{id}/end", me.end, methods=("POST",)),
        site.page("/me/privacy", me.keep_close, methods=("POST",)),
        site.page("/me/out", me.out, methods=("POST",)),
        site.page("/me/everywhere", me.everywhere, methods=("POST",)),
        site.page("/me/keys", me.make_key, methods=("POST",)),
        site.page("/me/keys/{id}/end", me.end_key, methods=("POST",)),
        site.page("/me/pair", me.choose),
        site.page("/me/pair", me.offer, methods=("POST",)),
    ]


class Me:
    """The account of whoever asks."""

    def __init__(self, site: Site) -> None:
        self._site, self._hub = site, site.hub

    async def show(self, request: Request, *, name: str = "", wrong: HubError | None = None) -> Response:
        """Show who is asking and where they are signed in."""
        person = request.state.person
        return self._site.show(
            request, "me.html", title="You", wrong=wrong, name=name[:MAX_NAME] or person.name,
            longest=MAX_NAME, sessions=self._hub.sessions.of(person.id), current=request.state.session,
            ago=ago, shared=not allows(person, "end own sessions"), tiers=_tiers(self._hub.tiers, person.id),
            keys=self._hub.keys.all(person) if allows(person, "pair own devices") else (),
            owner=allows(person, "pair shared devices"),
        )  # fmt: skip

    async def rename(self, request: Request) -> Response:
        """Change the own name."""
        person = require(request.state.person, "change own name")
        name = (await self._site.form(request)).get("name", "")
        try:
            await self._hub.people.rename(person, person.id, name)
        except HubError as error:
            return await self.show(request, name=name, wrong=error)
        return self._site.back(request, "/me", said="Your name is changed.")

    async def keep_close(self, request: Request) -> Response:
        """Have the own words go less far than the house allows."""
        person = require(request.state.person, ACT)
        try:
            await self._hub.tiers.choose(person, (await self._site.form(request)).get("tier", ""))
        except HubError as error:
            return await self.show(request, wrong=error)
        return self._site.back(request, "/me", said="It holds from now on.")

    async def end(self, request: Request) -> Response:
        """End one of the own sessions; the one that asks goes to the door."""
        person, session = require(request.state.person, "end own sessions"), request.path_params["id"]
        if session == request.state.session:
            return await self.out(request)
        await self._hub.sessions.end_one(person.id, session)
        return self._site.back(request, "/me", said="That session is over.")

    async def out(self, request: Request) -> Response:
        """Log out here."""
        require(request.state.person, "end own sessions")
        await self._hub.sessions.end(request.state.token)
        return _away(request)

    async def everywhere(self, request: Request) -> Response:
        """Log out here and everywhere else."""
        person = require(request.state.person, "end own sessions")
        await self._hub.people.sign_out(person, person.id)
        return _away(request)

    async def make_key(self, request: Request) -> Response:
        """Make a key for an app, and show it this once."""
        person = require(request.state.person, "pair own devices")
        form = await self._site.form(request)
        try:
            key, secret = await self._hub.keys.make(
                person, form.get("name", ""), form.get("kind", "personal")
            )
        except HubError as error:
            return await self.show(request, wrong=error)
        address = outside(self._hub.settings, request).url or str(request.base_url).rstrip("/")
        return self._site.show(
            request, "key.html", title="A new key", key=key, secret=secret, address=f"{address}/v1"
        )

    async def end_key(self, request: Request) -> Response:
        """End one of the keys."""
        person = require(request.state.person, "pair own devices")
        key = await self._hub.keys.revoke(person, request.path_params["id"])
        return self._site.back(request, "/me", said=f"The key of {key.name} has ended.")

    async def choose(self, request: Request, *, name: str = "", wrong: HubError | None = None) -> Response:
        """Ask what is to be paired, or say why nothing can."""
        person = require(request.state.person, "pair own devices")
        return self._site.show(
            request, "pair_new.html", title="Pair a device", address=outside(self._hub.settings, request),
            owner=allows(person, "pair shared devices"), kind=request.query_params.get("kind", ""),
            name=name, longest=MAX_NAME, wrong=wrong,
        )  # fmt: skip

    async def offer(self, request: Request) -> Response:
        """Show a code for one new device."""
        person = require(request.state.person, "pair own devices")
        address = outside(self._hub.settings, request)
        if not address.url:
            return await self.choose(request)
        form = await self._site.form(request)
        name, kind = form.get("name", ""), form.get("kind", "personal")
        try:
            code = await self._hub.devices.offer(person, name, kind)
        except HubError as error:
            return await self.choose(request, name=name[:MAX_NAME], wrong=error)
        return self._site.show(
            request, "pairing.html", title="Pair a device", parts=("paired",), code=code, kind=kind,
            name=name, address=address, qr=draw(f"{address.url}/pair?code={code}"), minutes=VALID_S // 60,
        )  # fmt: skip

    def arrivals(self, part: str, kind: type[Event]) -> str:
        """Return the latest of those who came, for whoever waits for one."""
        events = [event for event in self._hub.bus.recent(_LOOKED_AT) if isinstance(event, kind)]
        shown = events[: -_SHOWN - 1 : -1]
        return self._site.renderer.page("parts/arrivals.html", part_name=part, events=shown)


def _tiers(tiers: Tiers, person: str) -> list[tuple[str, str, str, bool]]:
    """Return what a person can choose: value, title, meaning, and whether it is chosen."""
    own, house = tiers.own(person), tiers.house
    allowed = TIERS[: TIERS.index(house) + 1]
    told = [(tier, *ABOUT[tier], own == tier) for tier in allowed]
    return [("", "As in this house", f"Now: {ABOUT[house][0]}.", own is None), *told]


def _away(request: Request) -> Response:
    """Go to the door, which says how to come back."""
    response = RedirectResponse("/", status_code=303)
    cookie.take(request, response)
    return response
