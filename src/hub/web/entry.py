"""Serve one entry of the memory: where it is from, what it replaced, and what one can do with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.errors import HubError
from hub.memories import READ, Memories
from hub.ports.memory import HOUSE
from hub.web.ago import ago
from hub.web.remembered import KINDS, TRUST, cut, date, who

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from hub.auth.sessions import Person
    from hub.hub import Hub
    from hub.web.site import Site

LIST = "/memory"
LONGEST_SHOWN, LONGEST_EDIT = 20_000, 8_000
"""Characters of an entry on its page, and of one that can be edited there: a form takes no more."""

MATTERS = {"0.2": "Little", "0.5": "As usual", "0.8": "Much"}


def routes(site: Site) -> list[BaseRoute]:
    """Return the routes; they come behind all below /memory that has a name of its own."""
    pages, post = EntryPages(site), ("POST",)
    acts = {
        "pin": pages.pin, "importance": pages.importance, "edit": pages.edit, "let-in": pages.let_in,
        "forget": pages.forget,
    }  # fmt: skip
    return [
        site.page(f"{LIST}/{{id}}", pages.show),
        *(site.page(f"{LIST}/{{id}}/{name}", act, methods=post, needs=READ) for name, act in acts.items()),
    ]


class EntryPages:
    """One entry of whoever asks, or of the house."""

    def __init__(self, site: Site) -> None:
        self._site, self._hub, self._memories = site, site.hub, Memories(site.hub)

    async def show(self, request: Request, *, wrong: HubError | None = None, text: str = "") -> Response:
        """Show it; ``wrong``: what was with the ``text`` that was to take its place."""
        person = request.state.person
        whole = await self._memories.whole(person, request.path_params["id"])
        one = whole.entry
        return self._site.show(
            request, "memory_entry.html", title="An entry", entry=one, whole=whole,
            changes=self._memories.may_change(person, one) and not one.superseded_by,
            who=lambda entry: who(entry, person), cut=cut, date=date, ago=ago, kind=KINDS[one.kind],
            trust=TRUST[one.trust], house=one.namespace == HOUSE, matters=MATTERS,
            chosen=min(MATTERS, key=lambda value: abs(float(value) - one.importance)),
            talk=await own_talk(self._hub, person, one.session), shown=one.text[:LONGEST_SHOWN],
            longest=LONGEST_EDIT, wrong=wrong, text=text or one.text,
        )  # fmt: skip

    async def pin(self, request: Request) -> Response:
        """Pin it, or let it go."""
        form = await self._site.form(request)
        pinned = form.get("pinned") == "1"
        await self._memories.change(request.state.person, request.path_params["id"], pinned=pinned)
        said = "Pinned: it stays whatever else goes." if pinned else "No longer pinned."
        return self._site.back(request, _back(form, request), said=said)

    async def importance(self, request: Request) -> Response:
        """Say how much it matters."""
        form = await self._site.form(request)
        value = form.get("importance", "")
        if value not in MATTERS:
            raise HubError("I do not know that measure.", fix="Load the page anew.")
        await self._memories.change(request.state.person, request.path_params["id"], importance=float(value))
        return self._site.back(request, _back(form, request), said="Noted.")

    async def edit(self, request: Request) -> Response:
        """Put other words in its place."""
        text = (await self._site.form(request)).get("text", "").replace("\r\n", "\n")
        try:
            new = await self._memories.edit(request.state.person, request.path_params["id"], text)
        except HubError as error:
            if hasattr(error, "status"):  # it is not theirs: there is no page to show it on
                raise
            return await self.show(request, wrong=error, text=text)
        return self._site.back(request, f"{LIST}/{new}", said="Changed. What held before is kept below.")

    async def let_in(self, request: Request) -> Response:
        """Let it out of quarantine."""
        form = await self._site.form(request)
        await self._memories.let_in(request.state.person, request.path_params["id"])
        return self._site.back(request, _back(form, request), said="It is in: I can find it now.")

    async def forget(self, request: Request) -> Response:
        """Destroy it."""
        form, id_ = await self._site.form(request), request.path_params["id"]
        gone = await self._memories.forget(request.state.person, id_)
        back = _back(form, request)
        more = "" if gone == 1 else f", with {gone - 1} more that came of it or before it"
        back = LIST if back.startswith(f"{LIST}/{id_}") else back
        return self._site.back(request, back, said=f"Forgotten, for good{more}.")


async def own_talk(hub: Hub, person: Person, session: str) -> str:
    """Return ``session`` when it is a talk of ``person``'s that can be read, else ""."""
    return session if session and await hub.conversations.whose(session) == person.id else ""


def _back(form: dict[str, str], request: Request) -> str:
    """Return where a form wants to go back to: a page of the memory, and nowhere else."""
    back, own = form.get("back", ""), f"{LIST}/{request.path_params['id']}"
    inside = back == LIST or back.startswith((f"{LIST}?", f"{LIST}/waiting", own))
    return back if inside and "\\" not in back else own
