"""Jobs on a real, encrypted store, with clocks that a test can set."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from hub.events import Bus
from hub.jobs import Clock, Jobs, scheduler
from hub.store.database import Database
from hub.store.schema import CORE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

START = 1_795_000_000.0  # 2026-11-18T09:46:40Z


class SetClock(Clock):
    """Two clocks that stand still until they are told to go on."""

    def __init__(self, boot: str = "first") -> None:
        self.boot, self._wall, self._elapsed = boot, START, 1_000.0

    def wall(self) -> float:
        return self._wall

    def elapsed(self) -> float:
        return self._elapsed

    def pass_(self, seconds: float) -> None:
        self._wall += seconds
        self._elapsed += seconds

    def set(self, seconds: float) -> None:
        """Set the wall clock forward, or back."""
        self._wall += seconds

    def reboot(self, away: float) -> None:
        self._wall += away
        self._elapsed, self.boot = 5.0, self.boot + "+"


class House:
    """The jobs of a hub that can be stopped and started again."""

    def __init__(self, folder: Path, zone: str = "Europe/Berlin") -> None:
        self.clock, self.bus, self.zone = SetClock(), Bus(), ZoneInfo(zone)
        self._path = folder / "core.db"
        self.prepare: Callable[[House], None] = lambda _: None

    async def start(self) -> None:
        self.core = Database(self._path, bytes(32), CORE)
        await self.core.open()
        self.jobs = Jobs(self.core, self.bus, self.clock, lambda: self.zone)
        self.prepare(self)
        await self.jobs.open()
        self.jobs.start()

    async def stop(self) -> None:
        await self.jobs.stop()
        await self.core.close()

    async def die(self) -> None:
        """End as kill -9 does: nothing more is written."""
        for task in (self.jobs._scheduler, *self.jobs._runs.values()):
            task.cancel()
        await asyncio.sleep(0)
        await self.core.close()

    def told(self, name: str) -> list:
        return [event for event in self.bus.recent(500) if event.name == name]


async def until(check: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not check():
            await asyncio.sleep(0.002)


@asynccontextmanager
async def started(
    folder: Path, prepare: Callable[[House], None], zone: str = "Europe/Berlin"
) -> AsyncIterator[House]:
    house = House(folder, zone)
    house.prepare = prepare
    await house.start()
    try:
        yield house
    finally:
        await house.stop()


@pytest.fixture(autouse=True)
def _watch_closely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "WATCH_S", 0.002)
