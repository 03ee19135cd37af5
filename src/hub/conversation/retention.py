"""Forget old talks every night, after as many days as the settings say."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.conversation.conversations import Conversations
    from hub.jobs import Due, Job, Jobs, Running

log = structlog.get_logger(__name__)

KIND = "talks.forget"
_NIGHT = datetime(2026, 1, 1, 3, 30)  # noqa: DTZ001  local, as recurrences are


class Retention:
    """The nightly job. ``days``: how long talks are kept; 0 keeps them for ever."""

    def __init__(self, jobs: Jobs, conversations: Conversations, days: Callable[[], int]) -> None:
        self._jobs, self._conversations, self._days = jobs, conversations, days
        jobs.register(KIND, self._run)

    async def plan(self) -> Job:
        """See that the job is there; a night that was slept through is made good at the next start."""
        return await self._jobs.add(KIND, "Forget old talks", every="FREQ=DAILY", start=_NIGHT, id=KIND)

    async def _run(self, _: Running) -> Due | None:
        if days := self._days():
            forgotten = await self._conversations.forget_old(days)
            log.info("talks.forgotten", days=len(forgotten))
        return None
