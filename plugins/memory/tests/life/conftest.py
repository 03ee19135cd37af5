"""A memory in a real file with the real table of meanings, whose time the test sets, and its housekeeping."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from hub import Database, MemorySelection, NewMemory
from hub.config import Settings
from hub.hub import Hub
from hub_memory.embed.static import StaticEmbedder
from hub_memory.life.house import Housekeeping, Limits
from hub_memory.memory import SqliteMemory
from hub_memory.recall.meaning import Meaning
from hub_memory.store.schema import MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

sys.path.append(str(Path(__file__).parents[4] / "bench"))  # the fixture is there

KEY = bytes(range(32))
DAY = 86_400.0
MONDAY = 1_767_571_200.0
"""5 January 2026, midnight (UTC)."""

TALK = (
    ("user_text", "The dishwasher in the kitchen is broken, it leaks under the door."),
    ("assistant", "That is often the seal of the door. Shall I look for the manual of your Miele?"),
    ("user_text", "Yes, please."),
    ("assistant", "Page 41 says that the seal has the number 5823140 and is changed without tools."),
    ("user_text", "Order nothing yet, Petra knows somebody who repairs dishwashers for 60 euros."),
    ("user_text", "She will bring him on Thursday at four."),
)


@dataclass
class Life:
    """A memory and what is done to it in idle time. ``now``: its time, in Unix seconds."""

    memory: SqliteMemory
    database: Database
    hub: Hub
    limits: Limits
    now: float = MONDAY + 12 * 3_600
    _house: list[Housekeeping] = field(default_factory=list)

    @property
    def house(self) -> Housekeeping:
        """The housekeeping of one start of the hub."""
        return self._house[-1]

    async def restart(self, limits: Limits | None = None) -> None:
        """Begin anew with what is in the file, and nothing in RAM."""
        self.limits = limits or self.limits
        self._house.append(Housekeeping(self.hub, self.database, self.memory, self.limits))
        await self._house[-1].open()

    async def say(self, *said: Any, session: str = "t1", start: int = 0, **more: Any) -> list[str]:
        """Keep texts, or pairs of origin and text, as turns 20 s apart that have just ended."""
        pairs = [("user_text", one) if isinstance(one, str) else one for one in said]
        at = self.now - 20.0 * len(pairs)
        new = [
            NewMemory(
                text, "ann", session=session, sequence=start + place, origin=origin,
                created=at + 20.0 * place, **more,
            )
            for place, (origin, text) in enumerate(pairs)
        ]  # fmt: skip
        return list(await self.memory.remember(new))

    async def run(self, later: float = 3_600.0) -> None:
        """Let so many seconds pass and keep house."""
        self.now += later
        await self.house.run()

    async def summaries(self) -> list[Any]:
        """Return the summaries that hold, the oldest first."""
        return list(await self.memory.browse(MemorySelection("ann", kind="summary")))[::-1]

    async def texts(self, **selection: Any) -> set[str]:
        """Return what holds."""
        return {
            one.text for one in await self.memory.browse(MemorySelection("ann", **selection), limit=1_000)
        }


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub whose jobs run."""
    one = Hub(Settings(data=tmp_path / "hub"), ())
    await one.core.open()
    await one.jobs.open()
    yield one
    await one.jobs.stop()
    await one.core.close()


@pytest.fixture
async def make_life(tmp_path: Path, hub: Hub) -> AsyncIterator[Callable[..., Any]]:
    """Make a life with given limits."""
    made: list[Life] = []

    async def make(**limits: int) -> Life:
        database = Database(tmp_path / "memory.db", KEY, MIGRATIONS)
        memory = SqliteMemory(database, meaning=Meaning(StaticEmbedder()), clock=lambda: life.now)
        life = Life(memory, database, hub, Limits(**limits))
        made.append(life)
        await memory.open()
        await life.restart()
        return life

    yield make
    for one in made:
        await one.memory.close()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        if task.get_name() == "memory waits for talks":
            task.cancel()


@pytest.fixture
async def life(make_life: Callable[..., Any]) -> Any:
    """A life with the limits that are the default."""
    return await make_life()
