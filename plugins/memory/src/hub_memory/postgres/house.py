"""Keep house in the server every hour: let what was said go in its time, and what is there twice.

Talks are not condensed and nothing is pruned here: both are the file's (`hub_memory.life.house`). The days of
summaries hold for both.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hub_memory.life.house import KIND, since

if TYPE_CHECKING:
    from hub import Hub, Running
    from hub_memory.life.house import Limits
    from hub_memory.postgres.memory import PostgresMemory
    from hub_memory.postgres.upkeep import Upkeep


class ServerHouse:
    """The hourly job, as `hub_memory.life.house.Housekeeping` is the file's."""

    def __init__(self, hub: Hub, memory: PostgresMemory, upkeep: Upkeep, limits: Limits) -> None:
        self._hub, self._memory, self._upkeep, self._limits = hub, memory, upkeep, limits

    async def open(self) -> None:
        """Let the job be done: at once the first time, then every hour, whatever became of the last."""
        jobs = self._hub.jobs
        jobs.register(KIND, self.run, tries=math.inf)
        await jobs.add(KIND, "Tidy my memory", due=jobs.clock.wall(), every="FREQ=HOURLY", id=KIND)

    async def run(self, _: Running | None = None) -> None:
        """Do all that is due."""
        await self.retire()
        await self._memory.measure()

    async def retire(self) -> int:
        """Let go what is older than what is kept; return how many entries that were."""
        now, limits = self._memory.now(), self._limits
        await self._upkeep.expire(("working", "episodic"), since(now, limits.said_days))
        await self._upkeep.expire(("summary",), since(now, limits.summaries_days))
        gone = 0
        while swept := (await self._memory.sweep(now)).expired:
            gone += swept
        return gone

    def nearly_full(self, entries: int) -> str:
        """Return nothing: a server is as large as whoever runs it makes it."""
        del entries
        return ""
