"""Measure the memory as it is used: rows memory.*; ``python bench/memory.py [PART ...] [--no-peers]``.

Parts of the whole store (100,000 texts of bench/memory_texts.py in one encrypted file, embedded by the static
table, which is what a hub has when nobody chose otherwise): bulk, write, ready, recall, browse, merge,
forgotten; then those of bench/memory_knn.py (vectors alone, beside the peers) and bench/memory_recall.py
(fixture: what is found) and bench/memory_quotes.py (quoted).
One thread each; rows are kept in bench/out/memory.json as each part is done.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import memory_knn
from memory_texts import COUNT, HERE, texts
from rows import quantile, row, save

from hub import Database, MemoryQuery, MemorySelection, NewMemory
from hub_memory.embed.static import StaticEmbedder
from hub_memory.index.codes import CodeIndex
from hub_memory.memory import READ_KIB, SqliteMemory
from hub_memory.recall.meaning import Meaning
from hub_memory.store.schema import MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from hub import MemoryChange

KEY, ME, START = b"k" * 32, "ann", 1.75e9
BATCH, TALK = 5_000, 20
PAGES = Path(__file__).parents[1] / "plugins/memory/tests/store"

Row = dict[str, Any]


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[SqliteMemory]:
    """Return the store at ``path``, open, with the table and codes: what is there without any extra."""
    path.parent.mkdir(parents=True, exist_ok=True)
    database = Database(path, KEY, MIGRATIONS, cache_kib=READ_KIB)
    memory = SqliteMemory(database, meaning=Meaning(StaticEmbedder(), CodeIndex))
    await memory.open()
    try:
        yield memory
    finally:
        await memory.close()


def said(sentences: list[str], first: int = 0) -> list[NewMemory]:
    """Return entries of talks of `TALK` turns, one a minute."""
    return [
        NewMemory(
            text, ME, session=f"talk-{at // TALK}", sequence=at % TALK, created=START + 60 * at,
            kind="fact" if at % 10 == 0 else "episodic",
        )
        for at, text in enumerate(sentences, first)
    ]  # fmt: skip


def loaded() -> str:
    """Return how busy the machine is."""
    return f"load {os.getloadavg()[0]:.1f}"


async def whole() -> Path:
    """Return the file of 100,000 entries; made by the part bulk."""
    path = HERE / "memory-static.db"
    if not path.with_suffix(".done").exists():
        await bulk()
    return path


async def bulk() -> list[Row]:
    """bulk: 100,000 texts, embedded and written, 5,000 at a time."""
    path = HERE / "memory-static.db"
    for old in (*HERE.glob("memory-static.*"),):
        old.unlink()
    entries, rates, cpu = said(texts()[:COUNT]), [], []
    async with opened(path) as memory:
        await memory.remember([NewMemory("It is warm.", "house")])
        for at in range(0, COUNT, BATCH):
            began, busy = time.perf_counter(), time.process_time()
            await memory.remember(entries[at : at + BATCH])
            rates.append(BATCH / (time.perf_counter() - began))
            cpu.append(BATCH / (time.process_time() - busy))
    path.with_suffix(".done").touch()
    note = f"embedding, full text and journal included; of CPU p50 {quantile(cpu, 0.5):,.0f}; {loaded()}"
    return [row("memory.bulk", "rows/s", rates, 20_000, at_least=True, note=note)]


async def write() -> list[Row]:
    """write: one entry, embedded, written and synced, in a store of 100,000."""
    samples = []
    fresh = said([f"{text} {random.Random(3).random()}" for text in texts()[COUNT:]], COUNT)
    async with opened(await whole()) as memory:
        await memory.remember(fresh[:1])
        for entry in fresh[1:401]:
            began = time.perf_counter()
            await memory.remember([entry])
            samples.append((time.perf_counter() - began) * 1e3)
        await memory.forget(MemorySelection(ME, since=START + 60 * COUNT))
    return [row("memory.write", "ms", samples, 5, by="p95", note=f"durable when it returns; {loaded()}")]


async def ready() -> list[Row]:
    """ready: from a closed file of 100,000 entries to the first answer."""
    path, samples, first = await whole(), [], []
    for _ in range(20):
        began = time.perf_counter()
        async with opened(path) as memory:
            samples.append(time.perf_counter() - began)
            await memory.recall(MemoryQuery("a text editor for the terminal", (ME,), now=START + 60 * COUNT))
            first.append(time.perf_counter() - began)
    return [
        row("memory.ready", "s", samples, 0.3, note=f"open, with the table; {loaded()}"),
        row("memory.ready_first", "s", first, 0.3, note="to the first answer, with the index"),
    ]


async def recall() -> list[Row]:
    """recall100k: a question embedded, found by all legs, and read out of the encrypted file."""
    samples, cpu, legs = [], [], set[str]()
    async with opened(await whole()) as memory:
        asked = [MemoryQuery(text, (ME,), now=START + 60 * COUNT) for text in texts()[COUNT:]]
        for query in asked[:100]:
            await memory.recall(query)
        for query in asked:
            began, busy = time.perf_counter(), time.process_time()
            told = await memory.recall(query)
            samples.append((time.perf_counter() - began) * 1e3)
            cpu.append((time.process_time() - busy) * 1e3)
            legs |= {*told.legs}
    busy_ = f"CPU p50 {quantile(cpu, 0.5):.1f}, p95 {quantile(cpu, 0.95):.1f} ms; {loaded()}"
    note = f"legs {', '.join(sorted(legs))}; {busy_}"
    return [
        row("memory.recall100k", "ms", samples, 15, note=note),
        row("memory.recall100k_p95", "ms", samples, 40, by="p95"),
    ]


async def browse() -> list[Row]:
    """browse: a page of 51 entries of the list of one who has all, and of one who has little."""
    samples = []
    async with opened(await whole()) as memory:
        shelves = [
            MemorySelection(ME), MemorySelection(ME, kind="fact"), MemorySelection(ME, kind="summary"),
            MemorySelection(ME, pinned=True), MemorySelection(ME, quarantined=True), MemorySelection("house"),
        ]  # fmt: skip
        for shelf in shelves * 50:
            began = time.perf_counter()
            await memory.browse(shelf, limit=51)
            samples.append((time.perf_counter() - began) * 1e3)
    return [row("memory.browse", "ms", samples, 10, by="p95", note=f"six lists in turn; {loaded()}")]


async def merge() -> list[Row]:
    """merge: 10,000 entries of another device into an empty store; into one that has half; and again."""
    with tempfile.TemporaryDirectory() as folder:
        async with opened(Path(folder) / "other.db") as other:
            other.meaning = None
            await other.remember(said(texts()[:10_000]))
            told = await _changes(other)
        fresh, half, again = [], [], []
        for turn in range(7):
            async with opened(Path(folder) / f"one-{turn}.db") as one:
                fresh.append(await _timed(one, told))
                again.append(await _timed(one, told))
            async with opened(Path(folder) / f"two-{turn}.db") as two:
                await two.apply(told[:10_000])
                half.append(await _timed(two, told))
    note = f"SQLCipher, full text and checks included; {loaded()}"
    return [
        row("memory.merge", "s", fresh, 0.1, note=f"none was there; {note}"),
        row("memory.merge_half", "s", half, 0.1, note="half were there"),
        row("memory.merge_again", "s", again, 0.1, note="all were there: nothing changes"),
    ]


async def _changes(memory: SqliteMemory) -> list[MemoryChange]:
    told, cursor = list[Any](), ""
    while True:
        more, cursor = await memory.changes(cursor)
        if not more:
            return told
        told += more


async def _timed(memory: SqliteMemory, changes: list[MemoryChange]) -> float:
    began = time.perf_counter()
    await memory.apply(changes)
    return time.perf_counter() - began


async def forgotten() -> list[Row]:
    """forgotten: bytes of 500 forgotten texts in any file, every page opened with the key."""
    sys.path.insert(0, str(PAGES))
    from pages import plain  # the tests' own

    marks = [f"heron{at}reeds" for at in range(500)]
    kept = texts()[:2_000]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "memory.db"
        async with opened(path) as memory:
            await memory.remember(said([f"{text} {mark}" for text, mark in zip(kept, marks, strict=False)]))
            await memory.remember(said(kept, 10_000))
            gone = await memory.forget(MemorySelection(ME, before=START + 60 * 500))
            assert gone == len(marks)
            found = sum(_occurrences(plain(one, KEY), marks) for one in Path(folder).glob("memory.db*"))
    return [
        row(
            "memory.forgotten",
            "bytes",
            [float(found)],
            0,
            by="max",
            note=f"{gone} of 2,500 entries forgotten",
        )
    ]


def _occurrences(data: bytes, marks: list[str]) -> int:
    return sum(data.count(mark.encode()) * len(mark) for mark in marks)


PARTS: dict[str, Callable[[], Awaitable[list[Row]]]] = {
    "bulk": bulk, "write": write, "ready": ready, "recall": recall, "browse": browse, "merge": merge,
    "forgotten": forgotten,
}  # fmt: skip


def main() -> None:
    """Run the parts that were asked for, each in a process of its own with one thread."""
    given = [one for one in sys.argv[1:] if not one.startswith("-")]
    if "--inside" in sys.argv:
        save("memory", asyncio.run(PARTS[given[0]]()))  # type: ignore[arg-type]
        return
    here, options = Path(__file__), [one for one in sys.argv[1:] if one.startswith("-")]
    scripts = dict.fromkeys(PARTS, here) | dict.fromkeys(memory_knn.PARTS, here.with_name("memory_knn.py"))
    scripts |= {"fixture": here.with_name("memory_recall.py"), "quoted": here.with_name("memory_quotes.py")}
    if unknown := set(given) - set(scripts):
        sys.exit(f"There is no {', '.join(unknown)}; there are {', '.join(scripts)}.")
    texts()
    for part in given or scripts:
        command = [sys.executable, str(scripts[part]), part, "--inside", *options]
        subprocess.run(command, check=True, env=os.environ | dict.fromkeys(memory_knn.ONE_THREAD, "1"))


if __name__ == "__main__":
    main()
