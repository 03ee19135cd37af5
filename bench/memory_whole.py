"""Measure a whole recall among 100,000 entries, the question's vector included: rows memory.recall100k*.

    python bench/memory_whole.py [static|minilm]

The entries are the texts of bench/memory_texts.py in talks of twenty, kept once by the real memory in an
encrypted file; the questions are the first words of texts that are not among them. The event loop, the
database's threads and the count of what was recalled are all in the time.
"""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from memory_recall import embedder_named
from memory_texts import COUNT, HERE, texts
from rows import quantile, row, save

from hub import Database, MemoryQuery, NewMemory
from hub_memory.memory import SqliteMemory
from hub_memory.recall.meaning import Meaning
from hub_memory.store.schema import MIGRATIONS

if TYPE_CHECKING:
    from hub_memory.embed.embedder import TextEmbedder

P50_MS, P95_MS = 15.0, 40.0
BATCH, TALK, START, EVERY_S = 1_000, 20, 1.7e9, 60.0
WORDS = 8
"""Words of a question, the little ones too."""

WARM = 50


def memory_over(path: Path, embedder: TextEmbedder) -> SqliteMemory:
    """Return the memory in the file at ``path``, not open yet."""
    return SqliteMemory(Database(path, b"k" * 32, MIGRATIONS, cache_kib=64000), meaning=Meaning(embedder))


async def filled(path: Path, embedder: TextEmbedder) -> None:
    """Keep the entries at ``path``, once."""
    done = path.with_suffix(".done")
    if done.exists():
        return
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()
    memory = memory_over(path, embedder)
    await memory.open()
    for at in range(0, COUNT, BATCH):
        await memory.remember(
            [
                NewMemory(text, "ann", session=f"t{n // TALK}", sequence=n % TALK, created=START + EVERY_S * n)
                for n, text in enumerate(texts()[at : at + BATCH], at)
            ]
        )
    await memory.close()
    done.touch()


async def measure(path: Path, embedder: TextEmbedder) -> tuple[list[float], list[float]]:
    """Return the milliseconds, and those of the processor, that each question took."""
    memory = memory_over(path, embedder)
    await memory.open()
    questions = [" ".join(text.split()[:WORDS]) for text in texts()[COUNT:]]
    wall, cpu = [], []
    for number, question in enumerate([*questions[:WARM], *questions]):
        began, busy = time.perf_counter(), time.process_time()
        found = await memory.recall(MemoryQuery(question, ("ann",)))
        if number >= WARM:
            wall.append((time.perf_counter() - began) * 1e3)
            cpu.append((time.process_time() - busy) * 1e3)
        assert found.hits
        assert not found.missing
    await memory.close()
    return wall, cpu


def main() -> None:
    """Measure, and keep the rows."""
    name = sys.argv[1] if len(sys.argv) > 1 else "static"
    embedder, path = embedder_named(name), HERE / f"recall-{name}.db"
    asyncio.run(filled(path, embedder))
    wall, cpu = asyncio.run(measure(path, embedder))
    note = (
        f"{embedder.model}; CPU p50 {quantile(cpu, 0.5):.1f}, p95 {quantile(cpu, 0.95):.1f} ms; "
        f"load {os.getloadavg()[0]:.1f}"
    )
    print(note)
    id_ = "memory.recall100k" if name == "static" else f"memory.recall100k_{name}"
    save("memory", [row(id_, "ms", wall, P50_MS, note=note), row(f"{id_}_p95", "ms", wall, P95_MS, by="p95")])


if __name__ == "__main__":
    main()
