"""Forget a topic, a span of time or all of somebody: first say what would go, then have it gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub import kept
from hub.auth.roles import require
from hub.errors import HubError, Unavailable
from hub.memories import READ, Memories, forget_copies
from hub.plugin.hookspecs import Selector
from hub.ports.memory import MemorySelection
from hub.store.search import PAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.auth.sessions import Person
    from hub.conversation.conversations import Heading
    from hub.hub import Hub
    from hub.plugin.reach import Owed
    from hub.ports.memory import MemoryEntry

MOST = 1_000
"""Entries that are counted one by one; of more it is said that there are more."""

MOST_TALKS = 200
LONGEST_TOPIC = 200
PATIENCE_S = 60.0
"""How long the last words may take until their talk can be found."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to forget of somebody: about a ``topic``, of a span of Unix seconds, or ``everything``.

    ``talks``: the talks that it is in go too: those that say the topic, or that lie within the span whole.
    """

    topic: str = ""
    since: float | None = None
    before: float | None = None
    everything: bool = False
    talks: bool = False


@dataclass(frozen=True, slots=True)
class Would:
    """What would go: how many ``entries`` at least, the latest of them, and the talks that it is in."""

    entries: int
    more: bool
    latest: tuple[MemoryEntry, ...]
    talks: tuple[Heading, ...]


@dataclass(frozen=True, slots=True)
class Gone:
    """What went: entries (of ``everything``: all that plugins kept), talks, and who has yet to forget."""

    entries: int
    talks: int
    owed: tuple[Owed, ...] = ()


class Forgetting:
    """Forgets what a person wants forgotten of their own: nobody else's, and nothing of the house."""

    def __init__(self, hub: Hub) -> None:
        self._hub, self._memories = hub, Memories(hub)

    async def would(self, person: Person, wanted: Wanted) -> Would:
        """Return what `forget` would take now. Raises `HubError` for what names nothing."""
        require(person, READ)
        chosen = _chosen(person, wanted)
        entries = [*await self._memories.port.browse(chosen, limit=MOST)]
        entries += await self._memories.port.browse(_waiting(chosen), limit=MOST)
        entries.sort(key=lambda entry: entry.id, reverse=True)
        talks = await self._talks(person, wanted)
        return Would(len(entries), len(entries) >= MOST, tuple(entries[:5]), tuple(talks))

    async def forget(self, person: Person, wanted: Wanted) -> Gone:
        """Destroy it, for good. A talk that goes can be brought back for some seconds more."""
        require(person, READ)
        chosen = _chosen(person, wanted)
        if wanted.everything:
            talks = await self._hub.conversations.count(person.id)
            done = await kept.forget(self._hub, person.id)
            return Gone(sum(done.counts.values()), talks, done.failed)
        if wanted.talks and wanted.topic and not await self._hub.search.caught_up(PATIENCE_S):
            raise Unavailable("I am still reading your talks.", fix="Ask again in a minute.")
        talks_ = await self._talks(person, wanted) if wanted.talks else ()
        gone, owed = await self._entries(person, wanted, chosen)
        for talk in talks_:
            await self._hub.conversations.delete(talk.id, person.id)
        forget_copies(self._hub)
        return Gone(gone, len(talks_), owed)

    async def _entries(
        self, person: Person, wanted: Wanted, chosen: MemorySelection
    ) -> tuple[int, tuple[Owed, ...]]:
        """Have a topic forgotten by all plugins, and a span by the memory alone.

        Others would take a span for something else: a voice that I learnt last week was not said then.
        """
        if not wanted.topic or wanted.since is not None:
            return await self._memories.port.forget(chosen), ()
        await self._hub.gate.forget(person=person.id, before=wanted.before, topics=(wanted.topic,))
        done = await self._hub.reach.forget(
            Selector(person=person.id, topic=wanted.topic, before=wanted.before)
        )
        return sum(done.counts.values()), done.failed

    async def _talks(self, person: Person, wanted: Wanted) -> Sequence[Heading]:
        if wanted.everything:
            return await self._hub.conversations.list(person.id, MOST_TALKS)
        return await (self._about if wanted.topic else self._within)(person, wanted)

    async def _about(self, person: Person, wanted: Wanted) -> list[Heading]:
        """Return the talks that say the topic, in the span if there is one."""
        words, ids, page = " ".join(f'"{word}"' for word in _words(wanted.topic)), dict[str, None](), 0
        while len(ids) < MOST_TALKS:
            found, _ = await self._hub.conversations.search(words, person.id, page=page)
            ids |= {hit.talk: None for hit in found.hits if _in(wanted, hit.at)}
            page += 1
            if not found.hits or page * PAGE >= found.total:
                break
        talks = []
        for id_ in tuple(ids)[:MOST_TALKS]:
            try:
                talks.append(await self._hub.conversations.heading(id_, person.id))
            except HubError:  # deleted since it was indexed
                continue
        return talks

    async def _within(self, person: Person, wanted: Wanted) -> list[Heading]:
        """Return the talks of which every turn lies in the span."""
        before = wanted.before
        listed = await self._hub.conversations.list(
            person.id, MOST_TALKS, *([] if before is None else [before])
        )
        found = []
        for talk in listed:
            if wanted.since is not None and talk.touched < wanted.since:
                break
            first = await self._hub.transcripts.after(talk.id, 0.0, 1)
            if first and _in(wanted, first[0].at):
                found.append(talk)
        return found


def _chosen(person: Person, wanted: Wanted) -> MemorySelection:
    topic = " ".join(wanted.topic.split())
    if wanted.everything:
        if topic or wanted.since is not None or wanted.before is not None:
            raise HubError("Everything was asked for, and then less.", fix="Choose one of them.")
        return MemorySelection(namespace=person.id)
    if not topic and wanted.since is None and wanted.before is None:
        raise HubError("You named nothing to forget.", fix="Name a topic or a time.")
    if len(topic) > LONGEST_TOPIC:
        raise HubError("That topic is too long.", fix="Name it in a few words.")
    if topic and not _words(topic):
        raise HubError("That topic has no word.", fix="Name it in a few words.")
    if wanted.since is not None and wanted.before is not None and wanted.since >= wanted.before:
        raise HubError("That time ends before it begins.", fix="Swap the two days.")
    return MemorySelection(namespace=person.id, topic=topic, since=wanted.since, before=wanted.before)


def _waiting(chosen: MemorySelection) -> MemorySelection:
    return MemorySelection(
        chosen.namespace, topic=chosen.topic, since=chosen.since, before=chosen.before, quarantined=True
    )


def _words(topic: str) -> list[str]:
    return "".join(char if char.isalnum() else " " for char in topic).split()


def _in(wanted: Wanted, at: float) -> bool:
    return (wanted.since is None or at >= wanted.since) and (wanted.before is None or at < wanted.before)
