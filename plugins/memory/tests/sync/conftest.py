"""Devices: real encrypted memories that meet over a real folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from hub import Database, MemorySelection, NewMemory
from hub_memory.memory import SqliteMemory
from hub_memory.store.schema import MIGRATIONS
from hub_memory.sync.folder import Folder
from hub_memory.sync.ledger import Ledger
from hub_memory.sync.phrase import keys, new_phrase
from hub_memory.sync.syncing import Sync
from hub_memory.sync.travel import Travel

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

KEY = bytes(range(32))
PHRASE = new_phrase()
KEYS = keys(PHRASE)
NOW = 1_700_000_000.0


@dataclass
class Device:
    """A memory and its sync, with a clock of its own that may be wrong."""

    memory: SqliteMemory
    database: Database
    folder: Folder
    sync: Sync
    ledger: Ledger
    node: str
    wire: dict[str, str] = field(default_factory=lambda: {"house": "house"})
    now: float = NOW

    async def meet(self) -> dict[str, Any]:
        self.now += 1
        await self.sync.meet([self.folder], patient=False)
        return await self.sync.status()

    async def say(self, text: str, namespace: str = "house", **more: Any) -> str:
        self.now += 1
        return (await self.memory.remember([NewMemory(text, namespace, **more)]))[0]

    async def forget(self, name: str) -> int:
        self.now += 1
        return await self.memory.forget(MemorySelection(ids=(name,)))

    async def texts(self, namespace: str = "house") -> list[str]:
        rows = await self.database.rows(
            "SELECT text FROM memory WHERE namespace = ? ORDER BY text", (namespace,)
        )
        return [row[0] for row in rows]

    async def rows(self) -> list[Any]:
        """All that devices must agree on."""
        return [
            await self.database.rows(
                "SELECT id, namespace, text, kind, created, trust, pinned, importance, superseded_by,"
                " content_clock, content_node, flags_clock, flags_node FROM memory ORDER BY id"
            ),
            await self.database.rows("SELECT id, clock, node FROM gone WHERE id IS NOT NULL ORDER BY id"),
        ]


async def device(path: Path, folder: Path, phrase: str = PHRASE) -> Device:
    """Return a device whose file is ``path``."""
    database = Database(path, KEY, MIGRATIONS)
    made: list[Device] = []

    async def travel() -> Travel:
        return Travel(made[0].wire)

    memory = SqliteMemory(database, clock=lambda: made[0].now)
    await memory.open()
    ledger = Ledger(database)
    node = await ledger.node()
    shared = Folder(str(folder), keys(phrase), node)
    made.append(Device(memory, database, shared, Sync(memory, ledger, travel), ledger, node))
    return made[0]


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    folder = tmp_path / "shared"
    folder.mkdir()
    return folder


@pytest.fixture
async def devices(tmp_path: Path, shared: Path) -> AsyncIterator[Callable[..., Any]]:
    """Make as many devices as are asked for, with one folder."""
    made: list[Device] = []

    async def make(phrase: str = PHRASE) -> Device:
        made.append(await device(tmp_path / f"memory{len(made)}.db", shared, phrase))
        return made[-1]

    yield make
    for one in made:
        await one.memory.close()
