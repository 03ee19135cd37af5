"""Whatever happens to the file or the machine: nothing acknowledged is lost, and the reason is told."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hub import Database, HubError, MemoryQuery, MemorySelection, NewMemory, Unavailable
from hub_memory.memory import PAGE, SqliteMemory
from hub_memory.recall.meaning import Meaning
from hub_memory.store import words
from hub_memory.store.schema import MIGRATIONS

from .children import SLOW
from .conftest import KEY, opened
from .pages import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

CHILD = Path(__file__).with_name("children.py")
ANN = MemorySelection(namespace="ann")


def child(what: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, str(CHILD), what, str(path)], stdout=subprocess.PIPE, text=True)


def killed(what: str, path: Path, lines: int, after: float = 0.01) -> list[str]:
    """Run a child until it has said so many lines, kill -9 it a moment later, and return all it said."""
    process = child(what, path)
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(lines)]
    time.sleep(random.random() * after)
    process.kill()
    said += process.stdout.readlines()
    process.wait()
    assert all(said[:lines]), "the child ended by itself"
    return [line.strip() for line in said if line.endswith("\n")]


async def sound(memory: SqliteMemory) -> bool:
    """Return whether the file, its full text too, is whole."""
    await memory._database.execute(
        "INSERT INTO memory_words (memory_words, rank) VALUES ('integrity-check', 1)"
    )
    checks = [
        await memory._database.rows(f"PRAGMA {name}") for name in ("integrity_check", "foreign_key_check")
    ]
    return checks == [[("ok",)], []]


async def test_kill_9_in_mid_write_loses_nothing_acknowledged_and_halves_nothing(tmp_path):
    path = tmp_path / "memory.db"
    for _ in range(4):
        highest = int(killed("remember", path, random.randint(1, 20))[-1])
        async with opened(path) as memory:
            (rows,) = await memory._database.rows(
                "SELECT count(*), count(DISTINCT id), max(revision) FROM memory"
            )
            assert rows[0] == rows[1] == rows[2]
            assert rows[0] % 3 == 0
            assert rows[0] // 3 in (highest + 1, highest + 2)
            assert await sound(memory)


async def test_kill_9_while_it_forgets_leaves_a_whole_file_that_forgets_anew(tmp_path):
    path = tmp_path / "memory.db"
    for _ in range(3):
        killed("forget", path, random.randint(1, 4), after=0.05)
        async with opened(path) as memory:
            assert await sound(memory)
            assert (await memory.health()).entries <= 1
            await memory.forget(MemorySelection(everything=True))
            files = [one for one in tmp_path.iterdir() if not one.name.endswith("-shm")]
            assert not any(b"quokkazebra" in plain(one, KEY) for one in files)


async def test_kill_9_in_mid_migration_leaves_the_old_file_or_the_new(tmp_path):
    path = tmp_path / "memory.db"
    async with opened(path) as memory:
        for start in range(0, 3000, 1000):
            await memory.remember([NewMemory(f"Entry {at}.", "ann") for at in range(start, start + 1000)])
    ends, before = set(), f"PRAGMA user_version = {len(MIGRATIONS)}"
    for wait in (0.05, 0.1, 0.2, 0.4):
        ends |= set(killed("migrate", path, 1, after=wait))
        database = Database(path, KEY, (*MIGRATIONS, SLOW))
        await database.open()  # goes on where the other was killed
        assert await database.rows("SELECT count(*) FROM memory WHERE language = 'en'") == [(3000,)]
        assert await database.rows("SELECT count(*) FROM copied") == [(3000,)]
        await database.write(lambda db: [db.execute(one) for one in ("DROP TABLE copied", before)] and None)
        await database.close()
    assert "begun" in ends


async def test_two_processes_share_the_file(tmp_path):
    path = tmp_path / "memory.db"
    async with opened(path) as memory:
        other = child("join", path)
        for at in range(50):
            await memory.remember([NewMemory(f"I say {at}.", "ann"), NewMemory(f"Both say {at}.", "ann")])
        assert await asyncio.to_thread(other.wait, 120) == 0
        entries = await memory.browse(ANN, limit=PAGE)
        assert len(entries) == len({one.text for one in entries}) == 150
        rows = await memory._database.rows("SELECT count(DISTINCT revision), max(revision) FROM memory")
        assert rows == [(150, 150)]
        assert await sound(memory)


async def test_another_key_is_refused_and_nothing_is_changed(tmp_path):
    async with opened(tmp_path / "memory.db") as memory:
        await memory.remember([NewMemory("The heron stands.", "ann")])
    before = (tmp_path / "memory.db").read_bytes()
    with pytest.raises(HubError, match="key") as error:
        await SqliteMemory(Database(tmp_path / "memory.db", bytes(32), MIGRATIONS)).open()
    assert "backup" in error.value.fix
    assert (tmp_path / "memory.db").read_bytes() == before


async def test_before_it_is_open_it_is_unavailable(tmp_path):
    memory = SqliteMemory(Database(tmp_path / "memory.db", KEY, MIGRATIONS))
    with pytest.raises(Unavailable):
        await memory.remember([NewMemory("Too early.", "ann")])
    with pytest.raises(Unavailable):
        await memory.get(["ann"], ["0" * 32])


async def limit(memory: SqliteMemory, pages: int) -> None:
    await memory._database.write(
        lambda db: db.execute(f"PRAGMA max_page_count = {pages}").fetchone() and None
    )


async def test_a_full_disk_is_told_loses_nothing_and_heals(memory):
    (((pages,)),) = await memory._database.rows("PRAGMA page_count")
    await limit(memory, pages + 20)
    kept = 0
    with pytest.raises(HubError, match="no room") as error:
        while kept < 1000:
            await memory.remember([NewMemory(f"{kept} " + "x" * 3000, "ann")])
            kept += 1
    assert "space" in error.value.fix
    assert 0 < kept < 1000
    assert (await memory.health()).entries == kept
    assert (await memory.recall(MemoryQuery("0", ("ann",)))).hits
    await limit(memory, 1_000_000)
    await memory.remember([NewMemory("There is room again.", "ann")])
    assert await sound(memory)


@pytest.fixture
def without_fts(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """A module of a name that no SQLite has: SQLite itself says so."""
    with monkeypatch.context() as patch:
        patch.setattr(words, "MODULE", "fts_absent")
        yield patch


async def test_without_full_text_it_keeps_entries_and_says_so(tmp_path, without_fts):
    async with opened(tmp_path / "memory.db") as memory:
        (name,) = await memory.remember([NewMemory("The heron stands.", "ann")])
        told = await memory.recall(MemoryQuery("heron", ("ann",)))
        assert not told.hits
        assert "full text" in told.missing["words"]
        assert told.legs == ()
        health = await memory.health()
        assert "full text" in health.reason
        assert health.fix
        assert [one.text for one in await memory.get(["ann"], [name])] == ["The heron stands."]
        with pytest.raises(HubError, match="topic"):
            await memory.forget(MemorySelection(topic="heron"))
        await memory.forget(MemorySelection(ids=(name,)))
        await memory.remember([NewMemory("The tide is out.", "ann")])
    without_fts.undo()
    async with opened(tmp_path / "memory.db") as memory:  # and once it is there, all is found again
        hits = (await memory.recall(MemoryQuery("tide heron", ("ann",)))).hits
        assert [hit.entry.text for hit in hits] == ["The tide is out."]
        assert await sound(memory)


async def test_full_text_that_is_behind_is_made_anew(tmp_path):
    async with opened(tmp_path / "memory.db") as memory:
        await memory._database.execute("DROP TRIGGER memory_words_out")
        await memory.remember([NewMemory("The tide is out.", "ann")])
    async with opened(tmp_path / "memory.db") as memory:
        assert (await memory.recall(MemoryQuery("tide", ("ann",)))).hits
        assert await sound(memory)


async def test_a_clock_that_is_set_back_hides_nothing_and_runs_on(tmp_path):
    now = [2_000_000_000.0]
    async with opened(tmp_path / "memory.db", clock=lambda: now[0]) as memory:
        (old,) = await memory.remember([NewMemory("Ann drinks tea.", "ann")])
        now[0] = 1_000_000_000.0
        assert [one.id for one in await memory.browse(ANN)] == [old]
        assert (await memory.recall(MemoryQuery("tea", ("ann",)))).hits
        new = await memory.supersede(["ann"], old, NewMemory("Ann drinks coffee.", "ann"))
        assert [one.id for one in await memory.browse(ANN)] == [new]
        hits = (await memory.recall(MemoryQuery("Ann drinks", ("ann",)))).hits
        assert [hit.entry.id for hit in hits] == [new]
        rows = await memory._database.rows("SELECT flags_clock FROM memory ORDER BY revision")
        assert rows == sorted(rows)
        assert rows[0][0] >= 2_000_000_000_000 << 16


async def test_what_is_planned_does_not_hold_yet(memory):
    now = time.time()
    (name,) = await memory.remember([NewMemory("Ann lives in York.", "ann", valid_from=now + 1000)])
    assert not await memory.browse(ANN)
    later = MemoryQuery("York", ("ann",), as_of=now + 2000)
    assert [hit.entry.id for hit in (await memory.recall(later)).hits] == [name]


async def test_an_embedder_that_fails_does_not_stop_remembering(tmp_path):
    class Broken:
        model = "broken@1"

        async def embed(self, texts, *, query=False):
            raise HubError("No model.", fix="Get one.")

    async with opened(tmp_path / "memory.db", meaning=Meaning(Broken())) as memory:
        await memory.remember([NewMemory("The heron stands.", "ann")])
        health = await memory.health()
        assert (health.entries, health.to_embed, health.model, health.encrypted) == (1, 1, "broken@1", True)


async def test_recalls_are_counted(tmp_path):
    async with opened(tmp_path / "memory.db") as memory:
        (name,) = await memory.remember([NewMemory("The heron stands.", "ann")])
        for _ in range(3):
            await memory.recall(MemoryQuery("heron", ("ann",)))
    async with opened(tmp_path / "memory.db") as memory:
        (entry,) = await memory.get(["ann"], [name])
        assert entry.recalled == 3
        assert abs(entry.last_recalled - time.time()) < 600
