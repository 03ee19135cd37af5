"""Documents over a real encrypted file and the real table of word meanings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub import Database
from hub_memory.documents.documents import Documents
from hub_memory.embed.static import StaticEmbedder
from hub_memory.memory import SqliteMemory
from hub_memory.recall.meaning import Meaning
from hub_memory.store.schema import MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


async def nothing() -> None:
    """Learn nothing in the background."""


@pytest.fixture
async def memory(tmp_path: Path) -> AsyncIterator[SqliteMemory]:
    one = SqliteMemory(
        Database(tmp_path / "memory.db", bytes(32), MIGRATIONS), meaning=Meaning(StaticEmbedder())
    )
    await one.open()
    yield one
    await one.close()


@pytest.fixture
def documents(memory: SqliteMemory) -> Documents:
    return Documents(memory, nothing)
