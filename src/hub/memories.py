"""The memory of whoever asks: what they may read, change and have forgotten, by the same rules everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.auth.roles import allows, require
from hub.errors import HubError
from hub.ports.memory import (
    CONFIRMED,
    HOUSE,
    OWNER,
    Memory,
    MemoryQuery,
    MemorySelection,
    NewMemory,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.auth.sessions import Person
    from hub.hub import Hub
    from hub.ports.memory import Kind, MemoryEntry, MemoryHealth, Recalled

READ, CHANGE_HOUSE = "recall own memory", "change the house's memory"
PAGE = 50
OLDER = 20
"""Earlier wordings of an entry that are told."""


class NoEntryError(HubError):
    """There is no such entry, or whoever asks may not know of it: they are told the same."""

    status = 404


@dataclass(frozen=True, slots=True)
class Shelf:
    """What to list or to search. ``of``: "mine", "house", or "" for both; times in Unix seconds.

    ``pinned``: only what is; ``waiting``: what is in quarantine; ``documents``: their parts; each instead of
    the rest, in which there are no documents, for one of them may have more parts than all else together.
    None of these is for a search.
    """

    kind: Kind | None = None
    of: str = ""
    since: float | None = None
    before: float | None = None
    pinned: bool = False
    waiting: bool = False
    documents: bool = False


@dataclass(frozen=True, slots=True)
class Whole:
    """An entry, what holds now in its place, what held before, and what it was made of."""

    entry: MemoryEntry
    newer: MemoryEntry | None
    older: tuple[MemoryEntry, ...]
    sources: tuple[MemoryEntry, ...]


class Memories:
    """What ``hub`` remembers, as far as somebody may see it. All methods raise as `hub.ports.Memory` does."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    @property
    def port(self) -> Memory:
        """Return the memory there is now."""
        return self._hub.port(Memory)  # type: ignore[type-abstract]  # a Protocol is the key

    def spaces(self, person: Person, of: str = "") -> tuple[str, ...]:
        """Return the namespaces that ``person`` may read: their own and the house's, or the house's alone."""
        own = (person.id,) if allows(person, READ) and of != "house" else ()
        return own if of == "mine" and own else (*own, HOUSE)

    def may_change(self, person: Person, entry: MemoryEntry) -> bool:
        """Say whether ``person`` may change an entry that they may read."""
        return entry.namespace == person.id or allows(person, CHANGE_HOUSE)

    async def health(self, person: Person) -> MemoryHealth:
        """Say how the memory does, and count what ``person`` may read."""
        return await self.port.health(self.spaces(person))

    async def browse(
        self, person: Person, shelf: Shelf, *, after: str = "", limit: int = PAGE
    ) -> tuple[Sequence[MemoryEntry], str]:
        """Return a page of a shelf, the newest first, and the id ``after`` which the next begins, or ""."""
        if shelf.waiting:
            require(person, READ)  # nobody has confirmed it: it is for those who can
        found: list[MemoryEntry] = []
        for space in self.spaces(person, shelf.of):
            chosen = MemorySelection(
                namespace=space, kind=shelf.kind, since=shelf.since, before=shelf.before,
                quarantined=True if shelf.waiting else None, pinned=shelf.pinned or None,
                documents=None if shelf.waiting or shelf.pinned else shelf.documents,
            )  # fmt: skip
            found += await self.port.browse(chosen, limit=limit + 1, after=after)
        found.sort(key=lambda entry: entry.id, reverse=True)  # an id begins with its time
        return found[:limit], found[limit - 1].id if len(found) > limit else ""

    async def search(
        self, person: Person, text: str, shelf: Shelf, *, as_of: float | None = None, limit: int = 20
    ) -> Recalled:
        """Find what ``text`` is about, as a talk would; ``as_of``: what held at that time."""
        query = MemoryQuery(
            text, self.spaces(person, shelf.of), limit, kinds=(shelf.kind,) if shelf.kind else (),
            since=shelf.since, until=shelf.before, as_of=as_of,
        )  # fmt: skip
        return await self.port.recall(query)

    async def get(self, person: Person, id_: str) -> MemoryEntry:
        """Return one entry. Raises `NoEntryError` for what is not there, or somebody else's."""
        found = await self.port.get(self.spaces(person), [id_])
        if not found or (found[0].quarantined and not allows(person, READ)):
            raise NoEntryError("There is no such entry.", fix="It may be forgotten. Search for it.")
        return found[0]

    async def whole(self, person: Person, id_: str) -> Whole:
        """Return an entry and what belongs to it."""
        entry, spaces = await self.get(person, id_), self.spaces(person)
        newer = await self.port.get(spaces, [entry.superseded_by]) if entry.superseded_by else ()
        sources = await self.port.get(spaces, entry.sources) if entry.sources else ()
        if not allows(person, READ):  # what waits is not theirs to know of
            newer, sources = ([one for one in found if not one.quarantined] for found in (newer, sources))
        older = await self._older(entry)
        return Whole(entry, newer[0] if newer else None, older, tuple(sources))

    async def change(
        self, person: Person, id_: str, *, pinned: bool | None = None, importance: float | None = None
    ) -> MemoryEntry:
        """Pin an entry or let it go, and say how much it matters, 0 to 1."""
        entry = await self._own(person, id_)
        return await self.port.change([entry.namespace], entry.id, pinned=pinned, importance=importance)

    async def let_in(self, person: Person, id_: str) -> MemoryEntry:
        """Let an entry out of quarantine: from now on it is found, and trusted as confirmed."""
        entry = await self._own(person, id_)
        trust = max(entry.trust, self._trust(entry))
        return await self.port.change([entry.namespace], entry.id, quarantined=False, trust=trust)

    async def edit(self, person: Person, id_: str, text: str) -> str:
        """Put other words in the place of an entry, which is still found as of before; return the new id."""
        entry = await self._own(person, id_)
        new = NewMemory(
            text, entry.namespace, kind=entry.kind, trust=self._trust(entry), session=entry.session,
            sequence=entry.sequence, importance=entry.importance, pinned=entry.pinned,
            valid_until=entry.valid_until if not entry.superseded_by else 0.0, expires=entry.expires,
            language=entry.language, tags=entry.tags, sources=entry.sources,
        )  # fmt: skip
        return await self.port.supersede([entry.namespace], entry.id, new)

    async def forget(self, person: Person, id_: str) -> int:
        """Destroy one entry, with its earlier wordings and what was made of it; return how many went."""
        entry = await self._own(person, id_)
        gone = await self.port.forget(MemorySelection(namespace=entry.namespace, ids=(entry.id,)))
        await self._hub.gate.forget(person=person.id, topics=(entry.text,))  # which tool was asked to keep it
        forget_copies(self._hub)
        return gone

    async def _own(self, person: Person, id_: str) -> MemoryEntry:
        entry = await self.get(person, id_)
        require(person, READ if entry.namespace == person.id else CHANGE_HOUSE)
        return entry

    async def _older(self, entry: MemoryEntry) -> tuple[MemoryEntry, ...]:
        """Return what held before, the latest first."""
        found: list[MemoryEntry] = []
        seen, asked = {entry.id}, [entry.id]
        while asked and len(found) < OLDER:
            chosen = MemorySelection(namespace=entry.namespace, superseded_by=asked.pop(0))
            for one in await self.port.browse(chosen, limit=OLDER):
                if one.id not in seen:
                    seen.add(one.id)
                    found.append(one)
                    asked.append(one.id)
        return tuple(found[:OLDER])

    @staticmethod
    def _trust(entry: MemoryEntry) -> int:
        return OWNER if entry.namespace == HOUSE else CONFIRMED


def forget_copies(hub: Hub) -> None:
    """Drop from RAM what may hold forgotten words: answers that are kept, and texts looked through."""
    hub.privacy.forget()
    hub.replies.forget()
