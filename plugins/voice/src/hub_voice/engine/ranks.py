"""Say who goes first where work waits for an engine: what a person waits for, before all else."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

YIELD_S = 2.0
"""A request lets talks go first for so long at each of its steps; then it takes its share."""


class Rank(IntEnum):
    """What the work is for; the lowest goes first."""

    BARGE_IN = 0
    FINAL = 1
    FIRST_SOUND = 2
    TURN = 3
    REST = 4
    PARTIAL = 5
    REQUEST = 6


class Traffic:
    """Counts the work of live talks, so that requests keep off a processor that a talk needs."""

    def __init__(self) -> None:
        self._live = 0
        self._quiet = asyncio.Event()
        self._quiet.set()

    @asynccontextmanager
    async def live(self) -> AsyncIterator[None]:
        """Hold requests back while this lasts."""
        self._live += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._live -= 1
            if not self._live:
                self._quiet.set()

    async def quiet(self) -> None:
        """Wait until no talk needs an engine, at most `YIELD_S`."""
        try:
            async with asyncio.timeout(YIELD_S):
                await self._quiet.wait()
        except TimeoutError:
            return
