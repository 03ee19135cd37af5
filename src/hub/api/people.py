"""People, sessions, devices and invites as JSON; each route names the act that it needs."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from hub.auth.devices import VALID_S
from hub.auth.invites import VALID_H
from hub.auth.people import check_role
from hub.auth.roles import ACTS, allows, require
from hub.auth.sessions import Person

if TYPE_CHECKING:
    from hub.hub import Hub

_TEXT = Field(max_length=500)


class Change(BaseModel):
    """What is to change about a person."""

    name: str | None = Field(None, max_length=500)
    role: str | None = None


class NewInvite(BaseModel):
    """Who is invited, as what, and for how many hours."""

    name: str = _TEXT
    role: str = "guest"
    hours: float = VALID_H


class NewPairing(BaseModel):
    """What is to be paired: ``personal`` or ``shared``."""

    name: str = _TEXT
    kind: str = "personal"


def needs(act: str) -> Any:
    """Return a dependency that lets in who may do ``act``; strangers get 401, all others 403."""

    def check(request: Request) -> Person:
        return require(request.scope.get("state", {}).get("person"), act)

    return Depends(check)


Known = Annotated[Person, needs("guest")]


def router(hub: Hub) -> APIRouter:  # noqa: C901  a list of routes
    """Return the routes about people."""
    api = APIRouter(prefix="/api")

    @api.get("/me")
    async def me(who: Known) -> Person:
        """Return who is asking."""
        return who

    @api.get("/people", dependencies=[needs("see people")])
    async def people() -> list[Person]:
        """List everybody."""
        return await hub.people.all()

    @api.patch("/people/{person}", dependencies=[needs("change own name")])
    async def change(person: str, body: Change, who: Known) -> Person:
        """Change a name, one's own or as the owner anyone's, or as the owner a role."""
        if body.role is not None:
            require(who, "manage people")  # before anything is changed
            check_role(body.role)
        if body.name is not None:
            await hub.people.rename(who, person, body.name)
        if body.role is not None:
            await hub.people.set_role(who, person, body.role)
        require(who, "change own name" if who.id == person else "manage people")
        return await hub.people.get(person)

    @api.delete("/people/{person}", dependencies=[needs("manage people")])
    async def remove(person: str, who: Known) -> Person:
        """Remove a person."""
        return await hub.people.remove(who, person)

    @api.post("/people/{person}/owner", dependencies=[needs("manage people")])
    async def hand_over(person: str, who: Known) -> Person:
        """Make a member the owner."""
        return await hub.people.hand_over(who, person)

    @api.delete("/people/{person}/sessions", dependencies=[needs("manage people")])
    async def sign_out(person: str, who: Known) -> dict[str, int]:
        """Sign a person out everywhere."""
        return {"ended": await hub.people.sign_out(who, person)}

    @api.get("/sessions", dependencies=[needs("end own sessions")])
    async def sessions(request: Request, who: Known) -> list[dict[str, Any]]:
        """List where one is signed in."""
        current = request.scope["state"]["session"]
        return [
            {
                "id": session.id,
                "title": session.title,
                "browser": session.browser,
                "device": session.device,
                "created": session.created,
                "seen": session.seen,
                "current": session.id == current,
            }
            for session in hub.sessions.of(who.id)
        ]

    @api.delete("/sessions", dependencies=[needs("end own sessions")])
    async def everywhere(who: Known) -> dict[str, int]:
        """Log out everywhere, here too."""
        return {"ended": await hub.people.sign_out(who, who.id)}

    @api.delete("/sessions/{session}", dependencies=[needs("end own sessions")])
    async def end(session: str, who: Known) -> dict[str, int]:
        """End one of one's own sessions."""
        await hub.sessions.end_one(who.id, session)
        return {"ended": 1}

    @api.get("/devices", dependencies=[needs("pair own devices")])
    async def devices(who: Known) -> list[dict[str, Any]]:
        """List one's own devices; for the owner all of them."""
        return [dataclasses.asdict(device) for device in await hub.devices.all(who)]

    @api.post("/devices", dependencies=[needs("pair own devices")])
    async def offer(body: NewPairing, who: Known) -> dict[str, Any]:
        """Return a code that pairs one device; type it at ``/pair`` there."""
        return {"code": await hub.devices.offer(who, body.name, body.kind), "valid_s": VALID_S}

    @api.patch("/devices/{device}", dependencies=[needs("pair own devices")])
    async def rename_device(device: str, body: Change, who: Known) -> list[dict[str, Any]]:
        """Give a device another name."""
        await hub.devices.rename(who, device, body.name or "")
        return await devices(who)

    @api.delete("/devices/{device}", dependencies=[needs("pair own devices")])
    async def revoke_device(device: str, who: Known) -> dict[str, Any]:
        """Shut a device out at once."""
        return dataclasses.asdict(await hub.devices.revoke(who, device))

    @api.get("/invites", dependencies=[needs("invite people")])
    async def invites(who: Known) -> list[dict[str, Any]]:
        """List the invites that wait."""
        return [dataclasses.asdict(invite) for invite in await hub.invites.open(who)]

    @api.post("/invites", dependencies=[needs("invite people")])
    async def invite(body: NewInvite, who: Known) -> dict[str, Any]:
        """Make an invite; its path is returned once and kept nowhere."""
        code = await hub.invites.new(who, body.name, body.role, body.hours)
        return {"path": f"/invite/{code}", "hours": body.hours}

    @api.delete("/invites/{invite}", dependencies=[needs("invite people")])
    async def revoke_invite(invite: str, who: Known) -> dict[str, bool]:
        """Revoke an invite."""
        await hub.invites.revoke(who, invite)
        return {"revoked": True}

    @api.get("/roles")
    async def may(who: Known) -> dict[str, bool]:
        """Tell what whoever asks may do."""
        return {act: allows(who, act) for act in ACTS}

    return api
