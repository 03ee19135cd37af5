"""Wait while somebody talks: house is kept in the pauses."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub import Hub

PAUSE_S = 2.0
"""Seconds after the last sign of a turn."""

MOST_S = 30.0
"""Seconds after which a step is done all the same: a house that never rests gets tidied, too."""

LOOK_S = 0.1


class Calm:
    """Follows the turns of all talks of ``hub``."""

    def __init__(self, hub: Hub, *, pause_s: float = PAUSE_S, most_s: float = MOST_S) -> None:
        self._bus, self._pause_s, self._most_s = hub.bus, pause_s, most_s
        self._last = -pause_s

    async def follow(self) -> None:
        """Note each turn's signs, for ever."""
        with self._bus.subscribe("turn.*", size=1) as turns:
            async for _ in turns:
                self._last = time.monotonic()

    async def wait(self, *, now: bool = False) -> None:
        """Return when nobody has talked for a moment, or after the longest wait; ``now``: at once."""
        end = time.monotonic() + (0 if now else self._most_s)
        while time.monotonic() < min(self._last + self._pause_s, end):  # noqa: ASYNC110  the time is what counts
            await asyncio.sleep(LOOK_S)
