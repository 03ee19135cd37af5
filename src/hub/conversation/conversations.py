"""All talks: find the latest, begin a new one, rename, delete and forget, and keep each one's single actor.

A talk belongs to one person; to everybody else there is no such talk.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import structlog

from hub.approvals import forgetting as approvals
from hub.conversation.conversation import Conversation, title_of
from hub.conversation.persona import NOBODY, Persona
from hub.errors import HubError
from hub.events import TalkDeleted, TalkRenamed, TalkRestored
from hub.plugin.hookspecs import Selector
from hub.store.index import Found
from hub.store.owed import owe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Sequence

    from hub.conversation.mediation.mediator import Mediator
    from hub.conversation.recollection import Recollection
    from hub.events import Bus
    from hub.llm.router import Router
    from hub.store.database import Database
    from hub.store.search import Search
    from hub.store.transcripts import Transcripts

log = structlog.get_logger(__name__)

HISTORY = 50
MOST_IDLE = 32
"""Talks that are kept ready although nobody looks at them."""

UNDO_S = 20.0
MAX_TITLE = 120


@dataclass(frozen=True, slots=True)
class Heading:
    """What a list says of a talk; ``touched``: Unix seconds of its last turn; ``deleted``: can be undone."""

    id: str
    title: str
    touched: float
    deleted: bool = False


class Conversations:
    """The talks of this hub. Two who ask for the same talk get the same object.

    ``on_forget`` are called when words were forgotten, for whoever keeps some of them; ``on_owed`` when
    it was written down that plugins are to forget something too (`hub.store.owed`).
    """

    def __init__(  # noqa: PLR0917  what a talk is made of
        self,
        core: Database,
        transcripts: Transcripts,
        router: Router,
        bus: Bus,
        system_prompt: str = "",
        search: Search | None = None,
        mediator: Mediator | None = None,
        recollection: Recollection | None = None,
    ) -> None:
        self._core, self._transcripts, self._router, self._bus = core, transcripts, router, bus
        self._system_prompt, self._search, self._mediator = system_prompt, search, mediator
        self._recollection = recollection
        self._known: WeakValueDictionary[str, Conversation] = WeakValueDictionary()
        self._recent: OrderedDict[str, Conversation] = OrderedDict()
        self._erasing: dict[str, asyncio.Task[None]] = {}
        self._work: set[asyncio.Task[None]] = set()
        self._hidden: set[str] = set()
        self._lock = asyncio.Lock()
        self.on_forget: list[Callable[[], object]] = []
        self.on_owed: Callable[[], object] = lambda: None
        self.persona: Callable[[str], Persona] = lambda _: NOBODY

    async def resume(self) -> None:
        """Finish the deletions that an earlier process began."""
        for (id,) in await self._core.rows("SELECT id FROM conversation WHERE deleted NOTNULL"):  # noqa: A001
            if id not in self._hidden:
                self._hidden.add(id)
                await self._erase(id)

    async def latest(self, person: str = "") -> Conversation:
        """Return the talk that ``person`` touched last, or a new one."""
        rows = await self._core.rows(
            "SELECT id FROM conversation WHERE person = ? AND deleted IS NULL ORDER BY touched DESC LIMIT 1",
            (person,),
        )
        return await self.get(rows[0][0], person) if rows else await self.new(person)

    async def new(self, person: str = "") -> Conversation:
        """Begin a talk of ``person``."""
        id, now = uuid.uuid4().hex, time.time()  # noqa: A001  as in the table
        await self._core.execute(
            "INSERT INTO conversation (id, title, created, touched, person) VALUES (?, '', ?, ?, ?)",
            (id, now, now, person),
        )
        return await self.get(id, person)

    async def get(self, id: str, person: str = "") -> Conversation:  # noqa: A002  as in the table
        """Return the talk of that id. Raises `HubError` when ``person`` has none such."""
        async with self._lock:
            talk = self._known.get(id) or await self._load(id, person)
            if talk.person != person or talk.gone:
                raise _no_such_talk()
            self._recent[id] = talk
            self._recent.move_to_end(id)
            while len(self._recent) > MOST_IDLE:
                self._recent.popitem(last=False)
            return talk

    async def list(
        self, person: str = "", limit: int = 100, before: float | None = None, *, deleted: bool = False
    ) -> list[Heading]:
        """Return the latest talks of ``person``, newest first, ``before`` a time; ``deleted`` ones too."""
        rows = await self._core.rows(
            "SELECT id, title, touched, deleted NOTNULL FROM conversation"
            " WHERE person = ? AND touched < ? AND (? OR deleted IS NULL) ORDER BY touched DESC LIMIT ?",
            (person, 1e12 if before is None else before, deleted, limit),
        )
        return [Heading(row[0], row[1], row[2], bool(row[3])) for row in rows]

    async def all(self, person: str = "") -> AsyncIterator[Heading]:
        """Yield all talks of ``person``, newest first."""
        page = await self.list(person)
        while page:
            for talk in page:
                yield talk
            page = await self.list(person, before=page[-1].touched)

    async def count(self, person: str = "") -> int:
        """Return how many talks ``person`` has."""
        rows = await self._core.rows(
            "SELECT count(*) FROM conversation WHERE person = ? AND deleted IS NULL", (person,)
        )
        return int(rows[0][0])

    async def everybody(self) -> Sequence[str]:
        """Return the ids of all who have talks."""
        return [row[0] for row in await self._core.rows("SELECT DISTINCT person FROM conversation")]

    async def heading(self, id: str, person: str = "") -> Heading:  # noqa: A002
        """Return what a list says of one talk. Raises as `get`."""
        rows = await self._core.rows(
            "SELECT id, title, touched FROM conversation WHERE id = ? AND person = ? AND deleted IS NULL",
            (id, person),
        )
        if not rows:
            raise _no_such_talk()
        return Heading(*rows[0])

    async def search(
        self, text: str, person: str = "", *, days: int = 0, page: int = 0
    ) -> tuple[Found, dict[str, str]]:
        """Return what `hub.store.search` finds for ``person``, and the titles of the talks it is in."""
        if self._search is None:
            return Found(), {}
        found = await self._search.find(text, person, days=days, hidden=frozenset(self._hidden), page=page)
        talks = tuple({hit.talk for hit in found.hits})
        marks = ", ".join("?" * len(talks))
        rows = await self._core.rows(
            f"SELECT id, title FROM conversation WHERE person = ? AND id IN ({marks})",  # noqa: S608  only marks
            (person, *talks),
        )
        return found, dict(row for row in rows)

    async def rename(self, id: str, title: str, person: str = "") -> None:  # noqa: A002
        """Give a talk a title, which it keeps; an empty one makes it be named by its words again."""
        title = " ".join(title.split())[:MAX_TITLE]
        talk = await self.get(id, person)
        named = bool(title)
        if not title:
            first = await self._transcripts.after(id, 0.0, 1)
            title = title_of(first[0].text) if first else ""
        talk.title = title
        await self._core.execute(
            "UPDATE conversation SET title = ?, named = ? WHERE id = ?", (title, named, id)
        )
        self._bus.publish(TalkRenamed(conversation=id, text=title))

    async def delete(self, id: str, person: str = "") -> None:  # noqa: A002
        """Delete a talk; for `UNDO_S` seconds it can be brought back. Raises as `get`."""
        talk = await self.get(id, person)
        talk.gone = True
        await talk.close()
        await self._core.execute("UPDATE conversation SET deleted = ? WHERE id = ?", (time.time(), id))
        self._hidden.add(id)
        self._bus.publish(TalkDeleted(conversation=id))
        self._erasing[id] = asyncio.create_task(self._erase_later(id, talk), name=f"erase:{id[:8]}")

    async def restore(self, id: str, person: str = "") -> None:  # noqa: A002
        """Bring a deleted talk back. Raises `HubError` when it is too late."""
        rows = await self._core.rows(
            "SELECT 1 FROM conversation WHERE id = ? AND person = ? AND deleted NOTNULL", (id, person)
        )
        task = self._erasing.get(id)
        if not rows or task is None:
            raise HubError("It is too late: that talk is gone.", fix="Begin a new one.")
        del self._erasing[id]
        task.cancel()
        await self._core.execute("UPDATE conversation SET deleted = NULL WHERE id = ?", (id,))
        self._hidden.discard(id)
        if talk := self._known.get(id):
            talk.gone = False
        self._bus.publish(TalkRestored(conversation=id))

    async def leave(self, person: str) -> None:
        """Erase all talks of somebody, or of a shared device, at once: nobody can undo it."""
        for talk in tuple(self._known.values()):
            if talk.person == person:
                talk.gone = True
                await talk.close()
                self._bus.publish(TalkDeleted(conversation=talk.id))
        await self._core.execute(
            "UPDATE conversation SET deleted = ? WHERE person = ? AND deleted IS NULL", (time.time(), person)
        )
        await self._core.forget(lambda db: approvals.erase(db, person=person))
        await self.resume()

    async def forget_old(self, days: int) -> Sequence[str]:
        """Forget all that was said more than ``days`` (UTC) days ago; return the days that were forgotten."""
        limit = datetime.now(UTC).date() - timedelta(days=days)
        start = datetime.combine(limit, datetime.min.time(), UTC).timestamp()
        await self._owe(Selector(before=start))
        forgotten = await self._transcripts.forget_days_before(limit)
        if forgotten:
            kept = {row[0] for row in await self._core.rows("SELECT id FROM conversation")}
            for talk in tuple(self._known.values()):
                talk.forget_before(start)
                talk.gone |= talk.id not in kept
            self._tell_forgotten(None)
            await self._name_again()
        return forgotten

    async def whose(self, id: str) -> str | None:  # noqa: A002
        """Return the id of whose talk that is, None when there is no such talk."""
        rows = await self._core.rows(
            "SELECT person FROM conversation WHERE id = ? AND deleted IS NULL", (id,)
        )
        return str(rows[0][0]) if rows else None

    async def tell(self, id: str, person: str, text: str) -> None:  # noqa: A002
        """Say something in a talk without being asked; nothing when ``person`` has no such talk any more."""
        try:
            await (await self.get(id, person)).tell(text)
        except HubError as error:
            log.info("talk.not_told", talk=id, reason=str(error))

    def instruct(self, system_prompt: str) -> None:
        """Describe the hub by ``system_prompt`` from the next question on; "" by its own words."""
        self._system_prompt = system_prompt
        for talk in tuple(self._known.values()):
            talk.instruct(system_prompt)

    def ready(self) -> Sequence[Conversation]:
        """Return the talks that are in memory."""
        return tuple(self._known.values())

    async def close(self) -> None:
        """Stop all talks; a deletion that can still be undone is done at the next start."""
        for task in self._erasing.values():
            task.cancel()
        if works := {*self._erasing.values(), *self._work}:
            await asyncio.wait(works, timeout=2)
        await asyncio.gather(*(talk.close() for talk in tuple(self._known.values())))
        if self._recollection:
            await self._recollection.settled()

    async def _load(self, id: str, person: str) -> Conversation:  # noqa: A002
        rows = await self._core.rows(
            "SELECT title, persona FROM conversation WHERE id = ? AND person = ? AND deleted IS NULL",
            (id, person),
        )
        if not rows:
            raise _no_such_talk()
        history = await self._transcripts.of(id, HISTORY)
        talk = self._known[id] = Conversation(
            id, rows[0][0], history, transcripts=self._transcripts, router=self._router, bus=self._bus,
            rename=self._name, touch=self._touch, person=person, system_prompt=self._system_prompt,
            mediator=self._mediator, recollection=self._recollection,
        )  # fmt: skip
        talk.persona = self.persona(rows[0][1])
        return talk

    async def _name(self, id: str, title: str) -> None:  # noqa: A002
        await self._core.execute("UPDATE conversation SET title = ? WHERE id = ? AND NOT named", (title, id))

    async def _touch(self, id: str, at: float) -> None:  # noqa: A002
        await self._core.execute("UPDATE conversation SET touched = ? WHERE id = ?", (at, id))

    async def _erase_later(self, id: str, talk: Conversation) -> None:  # noqa: A002
        """Wait while it can be undone; what comes then is no longer cancelled."""
        await asyncio.sleep(UNDO_S)
        self._erasing.pop(id, None)
        talk.forget_before(float("inf"))
        work = asyncio.create_task(self._erase(id), name=f"erased:{id[:8]}")
        self._work.add(work)
        work.add_done_callback(self._work.discard)

    async def _erase(self, id: str) -> None:  # noqa: A002
        """Delete what there is of a talk, its row last: a crash in between is made good at the next start."""
        try:
            await self._owe(Selector(talk=id))
            days = await self._transcripts.erase(id)
            if self._search:
                await self._search.drop(id, days)

            def delete(db: Any) -> None:
                approvals.erase(db, talk=id)
                db.execute("DELETE FROM conversation_day WHERE conversation = ?", (id,))
                db.execute("DELETE FROM conversation WHERE id = ?", (id,))

            await self._core.forget(delete)
        except HubError as error:
            log.warning("talk.not_erased", talk=id, reason=str(error), fix="I try again at the next start.")
            return
        self._hidden.discard(id)
        self._recent.pop(id, None)
        self._tell_forgotten((id,))

    async def _owe(self, selector: Selector) -> None:
        """Note that plugins are to forget it too: before it is gone here, so that a crash loses nothing."""
        await self._core.write(lambda db: owe(db, selector))
        self.on_owed()

    async def _name_again(self) -> None:
        """Name by what is left the talks that lost the words they were named by."""
        rows = await self._core.rows(
            "SELECT id FROM conversation WHERE title = ''"
            " AND id IN (SELECT conversation FROM conversation_day)"
        )
        for (id,) in rows:  # noqa: A001
            first = await self._transcripts.after(id, 0.0, 1)
            title = title_of(first[0].text) if first else ""
            await self._name(id, title)
            if talk := self._known.get(id):
                talk.title = title

    def _tell_forgotten(self, talks: Collection[str] | None) -> None:
        self._bus.forget(talks)
        for forget in self.on_forget:
            forget()


def _no_such_talk() -> HubError:
    return HubError("There is no such talk.", fix="Begin a new one.")
