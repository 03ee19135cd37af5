"""Memories that files are taken into, over real encrypted files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from hub import Database
from hub_memory.embed.static import StaticEmbedder
from hub_memory.exchange.exchange import Exchange
from hub_memory.memory import SqliteMemory
from hub_memory.recall.meaning import Meaning
from hub_memory.store.schema import MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path


async def nothing() -> None:
    """Learn nothing in the background."""


@pytest.fixture
async def memories(tmp_path: Path) -> AsyncIterator[Callable[[], Any]]:
    """Make as many memories as are asked for."""
    made: list[SqliteMemory] = []

    async def make() -> SqliteMemory:
        path = tmp_path / f"memory{len(made)}.db"
        made.append(SqliteMemory(Database(path, bytes(32), MIGRATIONS), meaning=Meaning(StaticEmbedder())))
        await made[-1].open()
        return made[-1]

    yield make
    for one in made:
        await one.close()


@pytest.fixture
async def memory(memories: Callable[[], Any]) -> SqliteMemory:
    one: SqliteMemory = await memories()
    return one


@pytest.fixture
def exchange(memory: SqliteMemory) -> Exchange:
    return Exchange(memory, nothing)
