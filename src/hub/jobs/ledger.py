"""Keep what jobs there are: on disk first, then in memory, each change whole and one after the other.

What is on disk is the truth; the jobs that still matter are held in memory as well, so that looking
at them costs nothing.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hub.errors import HubError
from hub.events import JobChanged
from hub.jobs import job as table
from hub.jobs.job import LIVE, Job, Progress

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Sequence

    from hub.events import Bus
    from hub.jobs.clock import Clock
    from hub.store.database import Connection, Database

    Also = Callable[[Connection], None]

KEPT_S = 30 * 86_400
"""How long a job that has ended is kept, in seconds."""


class Ledger:
    """The jobs of a hub. Methods that change something return when it is durable."""

    def __init__(self, core: Database, bus: Bus, clock: Clock) -> None:
        self.clock = clock
        self.lock = asyncio.Lock()
        self.changed = asyncio.Event()
        self._core, self._bus = core, bus
        self._live: dict[str, Job] = {}

    async def open(self, afresh: Callable[[Job], Job]) -> None:
        """Read the jobs, each as it is ``afresh`` in this life of the hub; forget what ended long ago."""
        old = self.clock.wall() - KEPT_S

        def read(connection: Any) -> list[Job]:
            connection.execute(
                "DELETE FROM job WHERE state NOT IN ('waiting', 'running') AND changed < ?", (old,)
            )
            jobs = [afresh(job) for job in table.load(connection, "state IN ('waiting', 'running')")]
            table.save(connection, jobs)
            return jobs

        self._live = {job.id: job for job in await self._core.write(read)}

    def get(self, id: str) -> Job | None:  # noqa: A002  as in the table
        """Return a job that waits or runs."""
        return self._live.get(id)

    def all(self) -> Sequence[Job]:
        """Return the jobs that wait or run."""
        return tuple(self._live.values())

    async def past(self, kinds: Sequence[str], limit: int) -> Sequence[Job]:
        """Return the jobs of ``kinds`` that have ended, the latest first."""
        marks = ", ".join("?" * len(kinds))
        where = f"state NOT IN ('waiting', 'running') AND kind IN ({marks}) ORDER BY changed DESC LIMIT ?"
        return await self._core.read(lambda connection: table.load(connection, where, (*kinds, limit)))

    async def add(self, fresh: Job) -> Job:
        """Add a job, unless there is one of its id: then return that."""

        async def work() -> Job:
            async with self.lock:
                known = self._live.get(fresh.id) or await self._find(fresh.id)
                if known is None:
                    await self.write([fresh])
                return known or fresh

        return await whole(work())

    async def change(self, id: str, fields: dict[str, Any], also: Also | None = None) -> Job:  # noqa: A002
        """Change ``fields`` of a job that waits or runs. Raises `HubError` when there is none.

        ``also`` is done in the same transaction.
        """

        async def work() -> Job:
            async with self.lock:
                changed = replace(self.required(id), **fields)
                await self.write([changed], also)
                return changed

        return await whole(work())

    async def restore(self, id: str, kinds: Sequence[str] = ()) -> Job:  # noqa: A002
        """Let a cancelled job, one of ``kinds`` (default: all), wait again.

        Raises `HubError` for one that has ended otherwise, or is of another kind.
        """

        async def work() -> Job:
            async with self.lock:
                job = self._live.get(id) or await self._find(id)
                if job is None or job.state not in (*LIVE, "cancelled") or (kinds and job.kind not in kinds):
                    raise _unknown()
                if job.state == "cancelled":
                    job = replace(job, state="waiting", attempts=0, checkpoint=None)
                    await self.write([job])
                return job

        return await whole(work())

    def note(self, id: str, progress: Progress) -> None:  # noqa: A002
        """Take the progress of a running job, in memory only."""
        if job := self._live.get(id):
            self._live[id] = replace(job, progress=progress)
            self._tell(self._live[id])

    def required(self, id: str) -> Job:  # noqa: A002
        """Return a job that waits or runs. Raises `HubError` when there is none."""
        if id not in self._live:
            raise _unknown()
        return self._live[id]

    async def write(self, jobs: Iterable[Job], also: Also | None = None) -> None:
        """Put ``jobs`` on disk in one transaction, then into memory, and tell. For who holds the lock."""
        changed = [replace(job, changed=self.clock.wall()) for job in jobs]
        if not changed:
            return

        def work(connection: Connection) -> None:
            table.save(connection, changed)
            if also:
                also(connection)

        await self._core.write(work)
        for job in changed:
            if job.state in LIVE:
                self._live[job.id] = job
            else:
                self._live.pop(job.id, None)
            self._tell(job)
        self.changed.set()

    async def _find(self, id: str) -> Job | None:  # noqa: A002
        found = await self._core.read(lambda connection: table.load(connection, "id = ?", (id,)))
        return found[0] if found else None

    def _tell(self, job: Job) -> None:
        at, progress = job.due.wall if job.due else None, job.progress
        self._bus.publish(
            JobChanged(
                job=job.id, kind=job.kind, title=job.title, state=job.state, due=at, done=progress.done,
                total=progress.total, note=progress.note, reason=job.reason, fix=job.fix,
            )
        )  # fmt: skip


async def whole(work: Coroutine[Any, Any, Job]) -> Job:
    """Await ``work``, which goes on to its end even when whoever asked for it is cancelled."""
    return await asyncio.shield(asyncio.create_task(work))


def _unknown() -> HubError:
    return HubError("That is over, or never was.", fix="Look at the list for what there is now.")
