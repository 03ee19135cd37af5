"""Serve what waits for a person's yes: what it leads to, the exact call, both answers, what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.approvals.approval import Done, Refused
from hub.web.asks import NotDoneError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from hub.auth.sessions import Person
    from hub.web.site import Site

PATH, ANSWERS = "/approvals", "answer approvals"
IN_TALK = "asks-"
"""The family of parts with what waits for an answer in one talk; the talk's id follows."""

LONGEST_IN_TALK = 240
"""Characters of a call that a talk shows; a longer one is read on its own page."""


def routes(site: Site) -> list[BaseRoute]:
    """Offer the part ``approvals``; return the routes."""
    pages = ApprovalPages(site)
    site.parts.add_personal("approvals", pages.part, ANSWERS)
    site.parts.add_personal(IN_TALK, pages.in_talk, ANSWERS)
    return [
        site.page(PATH, pages.show, needs=ANSWERS),
        site.page(f"{PATH}/{{id}}/deny", pages.deny, methods=("POST",), needs=ANSWERS),
        site.page(f"{PATH}/{{id}}/approve", pages.approve, methods=("POST",), needs=ANSWERS),
    ]


class ApprovalPages:
    """The page of approvals, and the two answers."""

    def __init__(self, site: Site) -> None:
        self._site, self._hub = site, site.hub

    async def show(self, request: Request) -> Response:
        """Show what waits for whoever looks, and what was answered."""
        self._site.parts.renew()
        return self._site.show(request, "approvals.html", title="Approvals", parts=("approvals",))

    def part(self, _: str, person: Person | None) -> str:
        """Return what waits and what is over, as markup; what it shows counts as shown."""
        asks = self._site.asks
        return self._site.renderer.page(
            "parts/approvals.html", asks=asks.show(person), answers=asks.over(person),
            minutes=round(self._hub.settings.approvals.expire_s / 60),
        )  # fmt: skip

    def in_talk(self, name: str, person: Person | None) -> str:
        """Return what waits in one talk, as markup; what it shows whole counts as shown."""
        talk = name.removeprefix(IN_TALK)
        asks = self._site.asks.show(person, talk, LONGEST_IN_TALK)
        return self._site.renderer.page("parts/talk_asks.html", talk=talk, asks=asks, longest=LONGEST_IN_TALK)

    async def deny(self, request: Request) -> Response:
        """Take a no. It needs no reading: no is always safe."""
        form = await self._site.form(request)
        person, id_ = request.state.person, request.path_params["id"]
        waited = await self._waits(request)
        outcome = await self._hub.gate.deny(id_, person, form.get("digest", ""))
        after = await self._hub.gate.find(id_, person)
        if isinstance(outcome, Refused) and not (waited and after and after.state == "denied"):
            raise NotDoneError(outcome.reason, fix=outcome.fix)
        return await self._back(request, "Denied. Nothing was done.")

    async def approve(self, request: Request) -> Response:
        """Take a yes to exactly what was shown, run it, and say how that went."""
        form = await self._site.form(request)
        person, id_ = request.state.person, request.path_params["id"]
        if await self._waits(request) and not self._site.asks.read(person, id_):
            raise NotDoneError("That was too quick to be read.", fix="Read it, then answer.")
        outcome = await self._hub.gate.approve(id_, form.get("digest", ""), person)
        if not isinstance(outcome, Done):
            told = outcome if isinstance(outcome, Refused) else Refused("It waits again.", "Look once more.")
            raise NotDoneError(told.reason, fix=told.fix)
        return await self._back(request, "Approved, and done.")

    async def _waits(self, request: Request) -> bool:
        found = await self._hub.gate.find(request.path_params["id"], request.state.person)
        return found is not None and found.state == "waiting"

    async def _back(self, request: Request, said: str) -> Response:
        await self._site.asks.refresh()
        return self._site.back(request, PATH, said=said)
