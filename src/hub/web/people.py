"""Serve the people of the hub: who they are, and for the owner invites, roles, leaving and shared devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.auth.invites import VALID_H
from hub.auth.names import MAX_NAME
from hub.auth.roles import ABOUT, allows
from hub.errors import HubError
from hub.web.address import draw, outside
from hub.web.ago import ago, left

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from hub.web.site import Site

HOURS = {"1": "an hour", "24": "a day", "168": "a week", "720": "30 days"}


def routes(site: Site) -> list[BaseRoute]:
    """Return the routes."""
    people = PeoplePages(site)
    acts = {
        "role": people.role,
        "link": people.link,
        "out": people.sign_out,
        "owner": people.hand_over,
        "remove": people.remove,
    }
    return [
        site.page("/people", people.show, needs="member"),
        site.page("/people", people.invite, methods=("POST",), needs="owner"),
        site.page("/people/invites/{id}/revoke", people.revoke_invite, methods=("POST",), needs="owner"),
        site.page("/people/devices/{id}/revoke", people.revoke_device, methods=("POST",), needs="owner"),
        site.page("/people/devices/{id}/rename", people.rename_device, methods=("POST",), needs="owner"),
        site.page("/people/{id}", people.one, needs="owner"),
        site.page("/people/{id}", people.rename, methods=("POST",), needs="owner"),
        *(
            site.page(f"/people/{{id}}/{name}", act, methods=("POST",), needs="owner")
            for name, act in acts.items()
        ),
    ]


class PeoplePages:
    """The pages about people."""

    def __init__(self, site: Site) -> None:
        self._site, self._hub = site, site.hub

    async def show(self, request: Request, *, name: str = "", wrong: HubError | None = None) -> Response:
        """Show everybody, and to the owner what waits and what is shared."""
        me, hub = request.state.person, self._hub
        owner = allows(me, "manage people")
        devices = await hub.devices.all(me) if owner else []
        return self._site.show(
            request, "people.html", title="People", people=await hub.people.all(), me=me, owner=owner,
            invites=await hub.invites.open(me) if owner else [], about=ABOUT, hours=HOURS, usual=VALID_H,
            devices=[device for device in devices if device.kind == "shared"],
            longest=MAX_NAME, name=name[:MAX_NAME], wrong=wrong, ago=ago, left=left,
        )  # fmt: skip

    async def invite(self, request: Request) -> Response:
        """Make an invite and show its link, once."""
        form = await self._site.form(request)
        name, hours = form.get("name", ""), form.get("hours", "")
        try:
            if hours not in HOURS:
                raise HubError("There is no such time.", fix="Choose one of the list.")  # noqa: TRY301
            code = await self._hub.invites.new(request.state.person, name, form.get("role", ""), float(hours))
        except HubError as error:
            return await self.show(request, name=name, wrong=error)
        return self._link(request, name, code, HOURS[hours])

    async def revoke_invite(self, request: Request) -> Response:
        """End an invite."""
        await self._hub.invites.revoke(request.state.person, request.path_params["id"])
        return self._site.back(request, "/people", said="That invite is void.")

    async def revoke_device(self, request: Request) -> Response:
        """Shut a device out."""
        device = await self._hub.devices.revoke(request.state.person, request.path_params["id"])
        return self._site.back(request, "/people", said=f"{device.name} is disconnected.")

    async def rename_device(self, request: Request) -> Response:
        """Give a device another name."""
        name = (await self._site.form(request)).get("name", "")
        await self._hub.devices.rename(request.state.person, request.path_params["id"], name)
        return self._site.back(request, "/people", said="The name is changed.")

    async def one(self, request: Request, *, name: str = "", wrong: HubError | None = None) -> Response:
        """Show one person, and what the owner can do about them."""
        person = await self._hub.people.get(request.path_params["id"])
        return self._site.show(
            request, "person.html", title=person.name, person_shown=person, about=ABOUT, longest=MAX_NAME,
            name=name[:MAX_NAME] or person.name, wrong=wrong, sessions=self._hub.sessions.of(person.id),
            ago=ago, me=request.state.person,
        )  # fmt: skip

    async def rename(self, request: Request) -> Response:
        """Give a person another name."""
        name = (await self._site.form(request)).get("name", "")
        try:
            await self._hub.people.rename(request.state.person, request.path_params["id"], name)
        except HubError as error:
            return await self.one(request, name=name, wrong=error)
        return self._back(request, "The name is changed.")

    async def role(self, request: Request) -> Response:
        """Make a member a guest, or a guest a member."""
        role = (await self._site.form(request)).get("role", "")
        person = await self._hub.people.set_role(request.state.person, request.path_params["id"], role)
        return self._back(request, f"{person.name} is a {person.role} now.")

    async def link(self, request: Request) -> Response:
        """Make a link that lets a person back in, and show it once."""
        person = await self._hub.people.get(request.path_params["id"])
        code = await self._hub.invites.back_in(request.state.person, person)
        return self._link(request, person.name, code, HOURS[str(VALID_H)])

    async def sign_out(self, request: Request) -> Response:
        """Sign a person out everywhere."""
        await self._hub.people.sign_out(request.state.person, request.path_params["id"])
        return self._back(request, "They are signed out everywhere.")

    async def hand_over(self, request: Request) -> Response:
        """Make a member the owner."""
        heir = await self._hub.people.hand_over(request.state.person, request.path_params["id"])
        return self._site.back(request, "/people", said=f"{heir.name} owns this hub now.")

    async def remove(self, request: Request) -> Response:
        """Remove a person."""
        person = await self._hub.people.remove(request.state.person, request.path_params["id"])
        return self._site.back(request, "/people", said=f"{person.name} is removed.")

    def _link(self, request: Request, name: str, code: str, lasts: str) -> Response:
        address = outside(self._hub.settings, request)
        here = f"{request.url.scheme}://{request.headers['host']}"
        link = f"{address.url or here}/invite/{code}"
        return self._site.show(
            request, "invited.html", title="Invite", parts=("joined",), name=name, link=link,
            qr=draw(link) if address.url else None, address=address, lasts=lasts,
        )  # fmt: skip

    def _back(self, request: Request, said: str) -> Response:
        return self._site.back(request, f"/people/{request.path_params['id']}", said=said)
