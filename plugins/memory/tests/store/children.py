"""Processes that write to a memory until they are killed, and say what was acknowledged."""

from __future__ import annotations

import asyncio
import sys
from itertools import count
from pathlib import Path

from hub import Database, MemorySelection, NewMemory
from hub_memory.memory import SqliteMemory
from hub_memory.store.schema import MIGRATIONS

KEY = bytes(range(32))
SLOW = """
    CREATE TABLE copied (rid INTEGER PRIMARY KEY, text TEXT);
    INSERT INTO copied SELECT rid, text FROM memory;
    UPDATE copied SET text = text || hex(randomblob(500));
    CREATE INDEX copied_text ON copied (text);
    UPDATE memory SET language = 'en';
"""


async def remember(path: Path) -> None:
    """Remember three entries at a time, for ever."""
    memory = SqliteMemory(Database(path, KEY, MIGRATIONS))
    await memory.open()
    start = (await memory.health()).entries
    for at in count(start // 3):
        await memory.remember([NewMemory(f"Batch {at} part {part}.", "ann") for part in range(3)])
        print(at, flush=True)


async def forget(path: Path) -> None:
    """Remember something and forget it again, for ever."""
    memory = SqliteMemory(Database(path, KEY, MIGRATIONS))
    await memory.open()
    for at in count():
        (name,) = await memory.remember([NewMemory(f"quokkazebra {at}", "ann")])
        await memory.forget(MemorySelection(ids=(name,)))
        print(at, flush=True)


async def migrate(path: Path) -> None:
    """Open the file with one more migration, that takes a while."""
    print("begun", flush=True)
    await Database(path, KEY, (*MIGRATIONS, SLOW)).open()
    print("migrated", flush=True)


async def join(path: Path) -> None:
    """Remember fifty entries beside somebody else."""
    memory = SqliteMemory(Database(path, KEY, MIGRATIONS))
    await memory.open()
    for at in range(50):
        await memory.remember(
            [NewMemory(f"The other says {at}.", "ann"), NewMemory(f"Both say {at}.", "ann")]
        )
    await memory.close()


if __name__ == "__main__":
    asyncio.run(globals()[sys.argv[1]](Path(sys.argv[2])))
