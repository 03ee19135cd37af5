"""What the function of a job is given while it runs: its arguments, its checkpoint, and ways to report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub.jobs.job import Progress

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.jobs.job import Job
    from hub.jobs.scheduler import Jobs
    from hub.store.database import Connection

NOTED_S = 1.0
"""Seconds between two writes of the same job's progress."""


class Running:
    """A job that runs: what its function is given. ``late``: seconds after it was due."""

    def __init__(self, jobs: Jobs, job: Job, late: float) -> None:
        self.id, self.kind, self.title, self.args = job.id, job.kind, job.title, job.args
        self.due, self.attempt, self.late = job.due, job.attempts, late
        self.checkpoint = job.checkpoint
        self._jobs, self._noted = jobs, 0.0

    async def progress(self, done: float, total: float = 0.0, note: str = "") -> None:
        """Tell how far it is; cheap enough to be called often."""
        now = self._jobs.clock.elapsed()
        durable = now - self._noted > NOTED_S
        self._noted = now if durable else self._noted
        await self._jobs.note(self.id, Progress(done, total, note), durable=durable)

    async def save(self, checkpoint: Any, also: Callable[[Connection], None] | None = None) -> None:
        """Keep ``checkpoint`` (JSON): after a kill the job begins again with it. Durable when this returns.

        ``also`` writes rows of the job's own to core.db in the same transaction: both are kept, or none.
        """
        await self._jobs.keep(self.id, checkpoint, also)
        self.checkpoint = checkpoint
