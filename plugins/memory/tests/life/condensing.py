"""A process that condenses the talks of a file until it is killed, and says so after each."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from hub import Database
from hub_memory.life.condense import Condensing
from hub_memory.memory import SqliteMemory
from hub_memory.store.schema import MIGRATIONS

KEY = bytes(range(32))


async def no_intent(_: str) -> str:
    return "talk"


async def condense(path: Path) -> None:
    """Condense all talks, one after the other."""
    database = Database(path, KEY, MIGRATIONS)
    memory = SqliteMemory(database, clock=lambda: 2e9)
    await memory.open()
    condensing = Condensing(database, memory, no_intent)
    await condensing.open()
    async for made in condensing.steps():
        print(made, flush=True)


if __name__ == "__main__":
    asyncio.run(condense(Path(sys.argv[1])))
