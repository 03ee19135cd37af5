"""Measure how late the event loop is: whatever blocks it, holds up everyone."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.telemetry.metrics import Metrics

EVERY_S = 0.5
KEPT = 120
"""Measurements of the last minute."""


class Lag:
    """The lag of the loop that it runs on, in seconds."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._latest: deque[float] = deque(maxlen=KEPT)

    @property
    def worst(self) -> float:
        """The longest in the last minute."""
        return max(self._latest, default=0.0)

    @property
    def usual(self) -> float:
        """The median of the last minute."""
        ordered = sorted(self._latest)
        return ordered[len(ordered) // 2] if ordered else 0.0

    async def run(self) -> None:
        """Measure until cancelled."""
        while True:
            due = time.monotonic() + EVERY_S  # the loop's own clock stands still while the loop is held up
            await asyncio.sleep(EVERY_S)
            late = max(0.0, time.monotonic() - due)
            self._latest.append(late)
            self._metrics.record("hub_event_loop_lag_seconds", late)
