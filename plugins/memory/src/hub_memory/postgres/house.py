"""Keep house in the server every hour, in the pauses of talks: let the old go, and drop what is too many.

Of several hubs that share a server each does it, which harms nothing: what one has done the next finds done.
Talks are not condensed here, nor is one made of what says nearly the same.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import structlog

from hub import Swept
from hub_memory.life.calm import Calm
from hub_memory.life.house import FULL, KIND, STEP, YOUNG_S, since
from hub_memory.postgres.schema import one
from hub_memory.store.upkeep import PAST, SAID

if TYPE_CHECKING:
    from psycopg import AsyncConnection

    from hub import Hub, Running
    from hub_memory.life.house import Limits
    from hub_memory.postgres.memory import PostgresMemory

log = structlog.get_logger(__name__)

_GOES = f"SELECT rid FROM memory WHERE NOT pinned AND expires <> {PAST}"  # noqa: S608  a number
_SAID = f"{_GOES} AND kind IN {SAID} AND origin <> 'import' AND created < %s LIMIT %s"
_SUMMARIES = f"{_GOES} AND kind = 'summary' AND created < %s LIMIT %s"
_LEAST = f"""{_GOES} AND kind IN {SAID} AND created < %s
    AND NOT EXISTS (SELECT 1 FROM memory AS made WHERE made.sources <> '{{}}'
        AND made.sources @> ARRAY[memory.id] AND made.kind IN ('fact', 'procedure'))
    ORDER BY superseded_by IS NULL, least(recalled, 1), importance, created LIMIT %s"""  # noqa: S608  our own names
_EXCESS = f"SELECT count(*) FILTER (WHERE expires <> {PAST}) FROM memory"  # noqa: S608  a number


class Housekeeping:
    """The hourly job, as `hub_memory.life.house` does it for a file. ``limits``: how long and how much."""

    def __init__(self, hub: Hub, memory: PostgresMemory, limits: Limits) -> None:
        self._hub, self._memory, self._limits = hub, memory, limits
        self._calm = Calm(hub)
        self._swept = Swept()

    async def open(self) -> None:
        """Let the job be done: at once the first time, then every hour, whatever became of the last."""
        jobs = self._hub.jobs
        jobs.register(KIND, self.run, tries=math.inf)
        await jobs.add(KIND, "Tidy my memory", due=jobs.clock.wall(), every="FREQ=HOURLY", id=KIND)
        self._hub.spawn(self._calm.follow(), name="memory waits for talks")

    async def run(self, running: Running | None = None) -> None:
        """Do all that is due."""
        self._swept, now = Swept(), self._memory.now()
        if running:
            await running.progress(0, 0, "I let go what is old.")
        if before := since(now, self._limits.said_days):
            await self._expire(_SAID, before)
        if before := since(now, self._limits.summaries_days):
            await self._expire(_SUMMARIES, before)
        pruned = await self._expire(_LEAST, now - YOUNG_S, most=self._limits.most) if self._limits.most else 0
        self._swept = replace(self._swept, pruned=pruned)
        await self._clear()
        if self._swept != Swept():
            log.info("memory.tidied", expired=self._swept.expired, duplicates=self._swept.duplicates,
                     pruned=self._swept.pruned)  # fmt: skip

    @property
    def swept(self) -> Swept:
        """What the last time came to."""
        return self._swept

    async def retire(self) -> int:
        """Let go at once what is older than what is kept; return how many entries that were."""
        if before := since(self._memory.now(), self._limits.said_days):
            await self._expire(_SAID, before, wait=False)
        return await self._clear(wait=False)

    def nearly_full(self, entries: int) -> str:
        """Return what to say of so many entries before any is dropped; "" while there is room."""
        most = self._limits.most
        return f"I hold {entries:,} of {most:,} entries." if most and entries >= FULL * most else ""

    async def _expire(self, due: str, before: float, *, most: int = 0, wait: bool = True) -> int:
        """Let what is ``due`` expire, step by step; with ``most`` only what is beyond so many entries."""
        count = 0

        async def step(to: AsyncConnection) -> int:
            excess = (await one(await to.execute(_EXCESS.encode())))[0] - most if most else STEP
            if excess <= 0:
                return 0
            sql = f"UPDATE memory SET expires = {PAST} WHERE rid IN ({due})"  # noqa: S608  our own conditions
            return (await to.execute(sql.encode(), (before, min(excess, STEP)))).rowcount

        while done := await self._memory.server.write(step):
            count += done
            await self._calm.wait(now=not wait)
        return count

    async def _clear(self, *, wait: bool = True) -> int:
        """Remove what expired and exact twins, then rewrite the tables once; return how many expired."""
        gone, step = 0, Swept(expired=1)
        while step.expired or step.duplicates:
            await self._calm.wait(now=not wait)
            step = await self._memory.sweep(self._memory.now(), budget=STEP, rewrite=False)
            gone += step.expired
            self._swept = replace(self._swept, duplicates=self._swept.duplicates + step.duplicates)
        self._swept = replace(self._swept, expired=self._swept.expired + gone)
        await self._memory.rewrite()
        return gone
