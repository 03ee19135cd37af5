"""Destroy every night what is kept of tools that were called long ago: what was asked, decided and done."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from hub.approvals.forgetting import erase

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.jobs import Due, Job, Jobs, Running
    from hub.store.database import Database

log = structlog.get_logger(__name__)

KIND = "approvals.forget"
_NIGHT = datetime(2026, 1, 1, 3, 40)  # noqa: DTZ001  local, as recurrences are


class LogRetention:
    """The nightly job. ``days``: how long it is kept; 0 keeps it for ever."""

    def __init__(self, jobs: Jobs, core: Database, days: Callable[[], int]) -> None:
        self._jobs, self._core, self._days = jobs, core, days
        jobs.register(KIND, self._run)

    async def plan(self) -> Job:
        """See that the job is there; a night that was slept through is made good at the next start."""
        return await self._jobs.add(KIND, "Forget old calls", every="FREQ=DAILY", start=_NIGHT, id=KIND)

    async def _run(self, _: Running) -> Due | None:
        if days := self._days():
            limit = datetime.now(UTC).date() - timedelta(days=days)
            before = datetime.combine(limit, datetime.min.time(), UTC).timestamp()
            count = await self._core.forget(lambda db: _destroy(db, before))
            log.info("approvals.forgotten", calls=count)
        return None


def _destroy(db: Any, before: float) -> int:
    """Delete approvals and audit records of before a time (Unix seconds), in the file or a copy of it."""
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'audit_outbox'").fetchone():
        db.execute("DELETE FROM audit_outbox WHERE at < ?", (before,))
    return erase(db, before=before)
