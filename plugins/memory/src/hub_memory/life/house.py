"""Keep house every hour, in the pauses of talks: condense, let the old go, and make one of what is twice.

A durable job in small steps: a step holds the file for some hundredths of a second at most. It can be
cancelled or killed at any time; what is done is done, and the next hour goes on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from hub import Swept, understand
from hub_memory.life import near
from hub_memory.life.calm import Calm
from hub_memory.life.condense import Condensing
from hub_memory.store import upkeep

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hub import Connection, Database, Hub, Running
    from hub_memory.memory import SqliteMemory

log = structlog.get_logger(__name__)

KIND = "memory.house"
DAY_S = 86_400.0
STEP, CLEARED = 500, 200
"""Entries that one step looks at, and that one removes: with their words and vectors that takes longer."""

YOUNG_S = DAY_S
"""What is younger than this is never pruned, however full the memory is."""

FULL = 0.95
"""The share of the entries that there may be at which I say that it will be too many."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Days for which what was said, and what talks were condensed to, is kept (0: for ever); most entries."""

    said_days: int = 30
    summaries_days: int = 0
    most: int = 200_000

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Limits:
        """Return those that the ``settings`` of the manifest say."""
        return cls(settings["keep_said_days"], settings["keep_summaries_days"], settings["most_entries"])


def since(now: float, days: int) -> float:
    """Return the time before which nothing is kept: whole days (UTC), so that it moves on once a day.

    What goes is followed by a rewrite of the file, which is not to be done every hour.
    """
    return (now // DAY_S - days) * DAY_S if days else 0.0


class Housekeeping:
    """The hourly job. ``limits``: how long and how much is kept."""

    def __init__(self, hub: Hub, database: Database, memory: SqliteMemory, limits: Limits) -> None:
        self._hub, self._database, self._memory, self._limits = hub, database, memory, limits
        self._calm = Calm(hub)
        self._condensing = Condensing(database, memory, self._intent)
        self._swept = Swept()

    async def open(self) -> None:
        """Let the job be done: at once the first time, then every hour, whatever became of the last."""
        await self._database.write(near.prepare)
        await self._condensing.open()
        jobs = self._hub.jobs
        jobs.register(KIND, self.run, tries=math.inf)
        await jobs.add(KIND, "Tidy my memory", due=jobs.clock.wall(), every="FREQ=HOURLY", id=KIND)
        self._hub.spawn(self._calm.follow(), name="memory waits for talks")

    async def run(self, running: Running | None = None) -> None:
        """Do all that is due. Talks are condensed before any of their turns can go."""
        self._swept = Swept()
        for note, work in (
            ("I condense what was said.", self._condense),
            ("I let go what is old.", self._retire),
            ("I make one of what is there twice.", self._merge),
            ("I drop what matters least.", self._prune),
            ("I clear up.", self._clear),
            ("I look how well I find.", self._memory.measure),
        ):
            if running:
                await running.progress(0, 0, note)
            await work()
        if self._swept != Swept():
            log.info("memory.tidied", expired=self._swept.expired, duplicates=self._swept.duplicates,
                     condensed=self._swept.condensed, pruned=self._swept.pruned)  # fmt: skip

    @property
    def swept(self) -> Swept:
        """What the last time came to."""
        return self._swept

    async def retire(self) -> int:
        """Let go at once what is older than what is kept; return how many entries that were."""
        before = since(self._memory.now(), self._limits.said_days)
        await self._expire(lambda db: upkeep.said_before(db, before, STEP), wait=False)
        return await self._clear(wait=False)

    def nearly_full(self, entries: int) -> str:
        """Return what to say of so many entries before any is dropped; "" while there is room."""
        most = self._limits.most
        return f"I hold {entries:,} of {most:,} entries." if most and entries >= FULL * most else ""

    async def _condense(self) -> None:
        async for made in self._condensing.steps():
            self._swept = replace(self._swept, condensed=self._swept.condensed + made)
            await self._calm.wait()

    async def _retire(self) -> None:
        now = self._memory.now()
        if before := since(now, self._limits.said_days):
            await self._expire(lambda db: upkeep.said_before(db, before, STEP))
        if before := since(now, self._limits.summaries_days):
            await self._expire(lambda db: upkeep.summaries_before(db, before, STEP))

    async def _merge(self) -> None:
        await self._database.write(partial(near.untangle, now=self._memory.now()))
        looked = 1
        while looked:
            await self._calm.wait()
            now = self._memory.now()
            looked, merged = await self._database.write(partial(near.merge, now=now))
            self._swept = replace(self._swept, duplicates=self._swept.duplicates + merged)

    async def _prune(self) -> None:
        most, before = self._limits.most, self._memory.now() - YOUNG_S
        if most:
            pruned = await self._expire(lambda db: upkeep.least_worth(db, most, before, STEP))
            self._swept = replace(self._swept, pruned=pruned)

    async def _clear(self, *, wait: bool = True) -> int:
        """Remove what expired and exact twins, then rewrite the file once; return how many expired."""
        gone, step = 0, Swept(expired=1)
        while step.expired or step.duplicates:
            await self._calm.wait(now=not wait)
            step = await self._memory.sweep(self._memory.now(), budget=CLEARED, rewrite=False)
            gone += step.expired
            self._swept = replace(self._swept, duplicates=self._swept.duplicates + step.duplicates)
        self._swept = replace(self._swept, expired=self._swept.expired + gone)
        if gone:
            await self._memory.rewrite()
        return gone

    async def _expire(self, due: Callable[[Connection], Sequence[int]], *, wait: bool = True) -> int:
        """Let what is ``due`` expire, step by step; return how many entries that are."""
        count = 0
        while rids := await self._database.read(due):
            await self._calm.wait(now=not wait)
            count += await self._database.write(partial(upkeep.expire, rids=rids))
        return count

    async def _intent(self, text: str) -> str:
        """Return what a sentence asks for, "talk" for nothing or for one that is too long."""
        try:
            return (await understand(self._hub, text)).intent
        except Exception as error:  # noqa: BLE001  a tag less is no reason to leave a talk
            log.debug("memory.no_intent", reason=repr(error))
            return "talk"
