"""Serve the memory: how it does, the search with why each was found, and the lists."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from hub.auth.roles import allows
from hub.errors import HubError
from hub.events import MemoryChanged
from hub.memories import READ, Memories, Shelf
from hub.ports.memory import Memory
from hub.web.entry import own_talk
from hub.web.remembered import KINDS, LEGS, WIDTH, day, item, looked_at, sentence, why
from hub.web.talks import Group

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import BaseRoute

    from hub.auth.sessions import Person
    from hub.ports.memory import MemoryHealth
    from hub.web.remembered import Item
    from hub.web.site import Site

PATH, WAITING, FILES, PART = "/memory", "/memory/waiting", "/memory/files", "memory-now"
DEVICES = "/memory/devices"
FOUND, MOST_FOUND = 20, 100
WHOLE = 1_000
"""Characters of an entry that waits: whoever lets it in has read it."""

LOOKED_AT = 500
DOCUMENTS = "documents"
"""What the page calls parts of documents beside the kinds."""

WHOSE = {"": "All", "mine": "Mine", "house": "The house's"}


def routes(site: Site) -> list[BaseRoute]:
    """Offer the part that says when the memory has changed; return the routes."""
    pages = MemoryPages(site)
    site.part(PART, pages.now)
    return [
        site.page(PATH, pages.index),
        site.page(WAITING, pages.waiting, needs=READ),
        site.page(FILES, pages.files, needs=READ),
        site.page(DEVICES, pages.devices, needs="owner"),
    ]


class MemoryPages:
    """The memory of whoever asks."""

    def __init__(self, site: Site) -> None:
        self._site, self._hub, self._memories = site, site.hub, Memories(site.hub)

    def now(self) -> str:
        """Return what is another after each change: the page then asks anew for what it shows."""
        changes = (
            one.serial for one in reversed(self._hub.bus.recent(LOOKED_AT)) if isinstance(one, MemoryChanged)
        )
        return f'<div id="{PART}" hidden data-change="{next(changes, 0)}"></div>'

    # -- lists -----------------------------------------------------------------------------------------

    async def index(self, request: Request) -> Response:
        """List entries, or show what was searched for."""
        person, query = request.state.person, request.query_params
        q, shelf = query.get("q", "").strip()[:500], _shelf(query)
        health = await self._health(person)
        told: dict[str, Any] = {"groups": [], "older": "", "hits": [], "told": "", "missing": [], "more": ""}
        if health["health"] and health["health"].legs:  # what can find nothing now can list nothing either
            told |= await (self._found(request, q, shelf) if q else self._listed(request, shelf))
        return self._site.show(
            request, "memory.html", title="Memory", parts=(PART,), q=q, shelf=shelf, kinds=KINDS, whose=WHOSE,
            own=allows(person, READ), given={name: query.get(name, "")[:10] for name in ("from", "to", "on")},
            legs=LEGS, width=WIDTH, here=_here(request), tallied=_tallied, **health, **told,
        )  # fmt: skip

    async def _listed(self, request: Request, shelf: Shelf) -> dict[str, Any]:
        person, query = request.state.person, request.query_params
        found, after = await self._memories.browse(person, shelf, after=query.get("after", "")[:64])
        items = [item(entry, person, self._memories) for entry in found]
        groups = _by_day(items)
        if groups and groups[0].title == query.get("day"):
            groups[0] = Group("", groups[0].items)  # the page goes on below the same heading
        older = ""
        if after:
            kept = {name: query[name] for name in ("kind", "of", "pinned", "from", "to") if query.get(name)}
            older = f"{PATH}?{urlencode(kept | {'after': after, 'day': items[-1].day})}"
        return {"groups": groups, "older": older}

    async def _found(self, request: Request, q: str, shelf: Shelf) -> dict[str, Any]:
        person, query = request.state.person, request.query_params
        limit = MOST_FOUND if query.get("more") else FOUND
        found = await self._memories.search(
            person, q, shelf, as_of=day(query.get("on", ""), end=True), limit=limit
        )
        best = max((hit.score for hit in found.hits), default=0.0)
        more = ""
        if limit == FOUND == len(found.hits):
            kept = {name: query[name] for name in ("q", "kind", "of", "from", "to", "on") if query.get(name)}
            more = f"{PATH}?{urlencode(kept | {'more': 1})}"
        return {
            "hits": [
                item(hit.entry, person, self._memories, why=why(hit, best), dated=True) for hit in found.hits
            ],
            "missing": [(LEGS[leg], reason) for leg, reason in found.missing.items()],
            "told": looked_at(found.since, found.until),
            "more": more,
        }

    async def waiting(self, request: Request) -> Response:
        """List what nobody finds until somebody lets it in."""
        person = request.state.person
        shelf = Shelf(waiting=True)
        found, after = await self._memories.browse(
            person, shelf, after=request.query_params.get("after", "")[:64]
        )
        talks = [await own_talk(self._hub, person, entry.session) for entry in found]
        items = [item(entry, person, self._memories, dated=True, short=WHOLE) for entry in found]
        return self._site.show(
            request, "memory_waiting.html", title="Waiting", parts=(PART,),
            items=list(zip(items, talks, strict=True)), here=_here(request),
            older=f"{WAITING}?{urlencode({'after': after})}" if after else "",
        )  # fmt: skip

    async def files(self, request: Request) -> Response:
        """Show where documents are given, and what was remembered is brought and taken along.

        The memory's plugin serves all of that below its own path; the page asks it there.
        """
        plugin = self._hub.provided_by(Memory)  # type: ignore[type-abstract]  # a Protocol is the key
        return self._site.show(request, "memory_files.html", title="Files", parts=(PART,), plugin=plugin)

    async def devices(self, request: Request) -> Response:
        """Show the devices that the memory is kept alike with: its plugin tells, and the page asks it."""
        plugin = self._hub.provided_by(Memory)  # type: ignore[type-abstract]  # a Protocol is the key
        return self._site.show(request, "memory_devices.html", title="Devices", plugin=plugin)

    async def _health(self, person: Person) -> dict[str, Any]:
        try:
            health = await self._memories.health(person)
        except HubError as error:
            told = f"I remember nothing: {error}"
            return {"sentence": told, "fix": error.fix, "health": None, "calm": False}
        trouble, fix = self._trouble(health)
        return {
            "sentence": sentence(health, trouble, own=allows(person, READ)), "fix": fix, "health": health,
            "calm": not trouble,
        }  # fmt: skip

    def _trouble(self, health: MemoryHealth) -> tuple[str, str]:
        """Return what is not well, and what mends it: as the plugin says, or the memory itself."""
        plugin = self._hub.plugins.get(self._hub.provided_by(Memory))  # type: ignore[type-abstract]  # the key
        if plugin and plugin.state == "degraded":
            return plugin.reason, plugin.fix
        return health.reason or next(iter(health.missing.values()), ""), health.fix


def _tallied(health: MemoryHealth, q: str) -> dict[str, int]:
    """Return how many there are of each kind: a search finds parts of documents as facts, a list does not."""
    facts = health.by_kind.get("fact", 0) - (0 if q else health.documents)
    return {**{str(kind): count for kind, count in health.by_kind.items()}, "fact": facts}


def _shelf(query: Any) -> Shelf:
    """Return what the address asks for; what it asks for oddly is not asked."""
    kind, of = query.get("kind", ""), query.get("of", "")
    since, before = day(query.get("from", "")), day(query.get("to", ""), end=True)
    return Shelf(
        kind if kind in KINDS else None, of if of in WHOSE else "", since, before,
        pinned=query.get("pinned") == "1", documents=kind == DOCUMENTS and not query.get("q"),
    )  # fmt: skip


def _by_day(items: Iterable[Item]) -> list[Group]:
    return [Group(day, list(group)) for day, group in groupby(items, lambda one: one.day)]


def _here(request: Request) -> str:
    """Return the address shown, to come back to."""
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")
