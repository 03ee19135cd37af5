"""Tell the hub that the memory has changed: at once, then at most once a second, in counts and no words."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from typing import TYPE_CHECKING

import structlog

from hub import HubError, events

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub import Hub

log = structlog.get_logger(__name__)

PAUSE_S, SHARE = 1.0, 20
"""Seconds from one to the next, or so many times as long as it took to count: that grows with the entries."""


class Notices:
    """Gathers counts and publishes `hub.events.MemoryChanged`; ``look`` counts anew what the tile shows."""

    def __init__(self, hub: Hub, look: Callable[[], Awaitable[None]]) -> None:
        self._hub, self._look = hub, look
        self._counts: Counter[str] = Counter()
        self._telling: asyncio.Task[None] | None = None

    def note(self, **counts: int) -> None:
        """Add to what is told next; nothing is told of what came to nothing."""
        self._counts += Counter(counts)
        if self._counts and (self._telling is None or self._telling.done()):
            self._telling = self._hub.spawn(self._tell(), name="memory notices")

    async def _tell(self) -> None:
        while self._counts:
            told, self._counts = self._counts, Counter()
            self._hub.bus.publish(events.MemoryChanged(**told))
            began = time.monotonic()
            try:
                await self._look()
            except HubError as error:
                log.warning("memory.not_counted", reason=str(error), fix=error.fix)
            await asyncio.sleep(max(PAUSE_S, SHARE * (time.monotonic() - began)))
