"""Condense talks that have ended: one `summary` entry for each part of a talk, pointing at its turns.

What it says is quoted (`hub_memory.life.extract`). A part whose turns are all in its summary is done; one
that goes on gets another summary in the place of the first. All that this knows is in memory.db, so it may
be killed at any time.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import structlog

from hub import HubError, NewMemory
from hub_memory.life import talks
from hub_memory.life.extract import condensed, names
from hub_memory.store.check import MOST, checked

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from hub import Database
    from hub_memory.life.extract import Said
    from hub_memory.life.talks import Read, Summary, Talk
    from hub_memory.memory import SqliteMemory

    Intent = Callable[[str], Awaitable[str]]

log = structlog.get_logger(__name__)

QUIET_S = 1_800.0
"""Seconds without a word after which a talk has ended, for now."""

PAUSE_S = 6 * 3_600.0
"""Seconds between two turns that begin another part of the talk."""

LEAST = 4
"""Turns of a part that is worth a summary: fewer are their own."""

ASKED = 12
"""Turns of the person that are asked for their intent."""

NOTHING = frozenset(("", "talk", "courtesy", "limits"))
"""Intents that say nothing of a talk: talking, being polite, and asking for what takes a larger model."""

IMPORTANCE = 0.0
"""While its turns are there, they answer better. Of the fixture's answers 0.615 are in the ten best without
summaries, 0.579 beside those of importance 0.5, 0.603 beside these; once what says the same is merged, 0.615,
and 0.628 in a turn or in its summary."""

CONFIRMED = 2
ORIGIN = "hub"
"""Who says what a summary says: neither the person nor an answer."""


@dataclass(slots=True)
class Part:
    """Turns that belong together, and the summary that some of them have."""

    turns: list[Said] = field(default_factory=list)
    summary: Summary | None = None

    @property
    def open(self) -> bool:
        """Whether it may go on: it is not full, and its summary nobody's but the hub's."""
        return len(self.turns) < MOST and (self.summary is None or self.summary.trust < CONFIRMED)

    @property
    def due(self) -> bool:
        """Whether it is to be condensed: its turns are in no summary, or in one that lacks some of them."""
        if self.summary is None:
            return len(self.turns) >= LEAST
        if self.summary.doubted:
            return True
        return self.summary.trust < CONFIRMED and not {one.id for one in self.turns} <= self.summary.sources


class Condensing:
    """Condenses one talk at a time. ``intent``: what a person's sentence asks for, "talk" for nothing."""

    def __init__(self, database: Database, memory: SqliteMemory, intent: Intent) -> None:
        self._database, self._memory, self._intent = database, memory, intent
        self._revision = -1
        self._waiting: dict[Talk, None] = {}

    async def open(self) -> None:
        """Make what this needs in the file."""
        await self._database.write(talks.prepare)

    async def steps(self) -> AsyncIterator[int]:
        """Condense every talk that is due, one a step; yield how many summaries each step made."""
        found, self._revision = await self._database.read(lambda db: talks.changed(db, self._revision))
        self._waiting.update(dict.fromkeys(found))
        for talk in [*self._waiting]:
            try:
                read = await self._read(talk)
                if self._memory.now() - read.newest < QUIET_S:
                    continue  # it still waits the next time
                made = await self._condense(talk, read)
            except HubError as error:  # no other talk is to wait for this one
                log.warning("memory.not_condensed", reason=str(error), fix=error.fix)
                continue
            del self._waiting[talk]
            yield made

    async def _read(self, talk: Talk) -> Read:
        meaning = self._memory.meaning
        model = meaning.model if meaning else ""
        return await self._database.read(lambda db: talks.read(db, talk, model))

    async def _condense(self, talk: Talk, read: Read) -> int:
        made, parts = 0, parted(read)
        kept = {part.summary.id for part in parts if part.summary}
        for part in parts:
            made += part.due and await self._keep(talk, part)
        now = self._memory.now()
        for summary in read.summaries:
            if summary.doubted and summary.id not in kept:  # no turn is left that nobody doubts
                await self._database.write(partial(talks.doubt, summary=summary, now=now))
        return made

    async def _keep(self, talk: Talk, part: Part) -> bool:
        new = checked(await self._summary(talk, part), now := self._memory.now())
        meaning, vectors = self._memory.meaning, None
        if meaning:
            try:
                values = await meaning.embedder.embed([new.entry.text])
                vectors = meaning.embedder.model, values.astype(np.float16)
            except HubError:
                pass  # it is embedded later, like any other
        return bool(await self._database.write(lambda db: talks.keep(db, new, part.summary, now, vectors)))

    async def _summary(self, talk: Talk, part: Part) -> NewMemory:
        turns, old = part.turns, part.summary
        text, named = await asyncio.to_thread(lambda: (condensed(turns), names(turns)))
        return NewMemory(
            text, talk[0], kind="summary", origin=ORIGIN, trust=min(turn.trust for turn in turns),
            session=talk[1], sequence=beside(turns), created=turns[-1].created,
            importance=old.importance if old else IMPORTANCE, pinned=old.pinned if old else False,
            tags=(*named, *await self._intents(turns)), sources=tuple(turn.id for turn in turns),
        )  # fmt: skip

    async def _intents(self, turns: Sequence[Said]) -> tuple[str, ...]:
        found = dict[str, None]()
        for turn in [turn for turn in turns if turn.own][:ASKED]:
            intent = await self._intent(turn.text)
            if intent not in NOTHING:
                found[f"intent:{intent}"[:200]] = None
        return tuple(found)


def parted(read: Read) -> list[Part]:
    """Return the parts of a talk: up to 64 turns, as many as a summary can point at, without a long pause.

    Turns that have a summary stay with it, however many before them have gone meanwhile.
    """
    owners = {one: summary for summary in read.summaries for one in summary.sources}
    parts, before = [Part()], None
    for turn in read.turns:
        owner = owners.get(turn.id)
        if owner is None and turn.id in read.done:
            parts.append(Part())
            continue
        part = parts[-1]
        paused = before is not None and turn.created - before > PAUSE_S
        other = owner is not None and part.summary is not None and owner.id != part.summary.id
        mine = owner is not None and part.summary is not None and owner.id == part.summary.id
        if part.turns and (paused or other or not (part.open or mine)):
            parts.append(part := Part())
        part.turns.append(turn)
        part.summary = part.summary or owner
        before = turn.created
    return [part for part in parts if part.turns]


def beside(turns: Sequence[Said]) -> int:
    """Return a place for the summary of ``turns`` that is beside no turn's and no other summary's."""
    return -2 * (abs(turns[-1].sequence) + 2)
