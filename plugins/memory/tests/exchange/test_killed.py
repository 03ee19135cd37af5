"""An import or a document that is cut off by a kill is there whole, or not at all."""

from __future__ import annotations

import asyncio
import json
import sys
from itertools import count
from pathlib import Path

from hub import Database, MemorySelection
from hub_memory.documents.documents import Documents
from hub_memory.exchange.exchange import Exchange
from hub_memory.memory import SqliteMemory
from hub_memory.store.schema import MIGRATIONS

ROWS = 300
RAW = json.dumps([{"text": f"Number {at}."} for at in range(ROWS)]).encode()


async def nothing() -> None:
    """Learn nothing in the background."""


async def work(path: Path) -> None:
    """Import for one person after the other, and renew a document of theirs, for ever."""
    memory = SqliteMemory(Database(path, bytes(32), MIGRATIONS))
    await memory.open()
    exchange, documents = Exchange(memory, nothing), Documents(memory, nothing)
    for at in count():
        await exchange.take(f"p{at}", RAW)
        text = "\n\n".join(f"# {part}\n\nversion {at}" for part in range(ROWS))
        await documents.put("anna", "a.md", text.encode())
        print(at, flush=True)


async def test_a_kill_leaves_whole_imports_and_one_whole_version(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    for pause in (0.0, 0.013, 0.029):
        child = await asyncio.create_subprocess_exec(
            sys.executable, __file__, str(path), stdout=asyncio.subprocess.PIPE
        )
        assert child.stdout is not None
        done = int(await child.stdout.readline())
        await asyncio.sleep(pause)
        child.kill()
        await child.wait()
        memory = SqliteMemory(Database(path, bytes(32), MIGRATIONS))
        await memory.open()
        for at in range(done + 3):
            found = len(await memory.browse(MemorySelection(f"p{at}"), limit=1_000))
            assert found == ROWS if at <= done else found in (0, ROWS)
        texts = [entry.text for entry in await memory.browse(MemorySelection("anna"), limit=1_000)]
        assert len(texts) == ROWS
        assert len({text.rsplit(" ", 1)[1] for text in texts}) == 1
        await memory.close()


if __name__ == "__main__":
    asyncio.run(work(Path(sys.argv[1])))
