"""Real encrypted files, and a look at every byte of them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest

from hub import Database
from hub_memory.memory import SqliteMemory
from hub_memory.store.schema import MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

KEY = bytes(range(32))


@asynccontextmanager
async def opened(path: Path, **options: Any) -> AsyncIterator[SqliteMemory]:
    memory = SqliteMemory(Database(path, KEY, MIGRATIONS), **options)
    await memory.open()
    try:
        yield memory
    finally:
        await memory.close()


@pytest.fixture
async def memory(tmp_path: Path) -> AsyncIterator[SqliteMemory]:
    async with opened(tmp_path / "memory.db") as one:
        yield one


@pytest.fixture
async def memories(tmp_path: Path) -> AsyncIterator[Callable[[], Any]]:
    """Make as many memories as are asked for."""
    made: list[SqliteMemory] = []

    async def make() -> SqliteMemory:
        made.append(SqliteMemory(Database(tmp_path / f"memory{len(made)}.db", KEY, MIGRATIONS)))
        await made[-1].open()
        return made[-1]

    yield make
    for one in made:
        await one.close()
