"""What was forgotten is in no file of the tables; what keeps them from being rewritten is told."""

from __future__ import annotations

import psycopg
import pytest

from hub import MemoryQuery, MemorySelection, NewMemory
from hub_memory.postgres import forget
from hub_memory.postgres.memory import LEFTOVERS

SECRET = "quokkazebra"


def files_with(cluster, word: str) -> list[str]:
    """Return the files of tables and indexes that hold ``word``; the log is beyond us, and says so."""
    with psycopg.connect(cluster.address("postgres"), autocommit=True) as connection:
        connection.execute("CHECKPOINT")
    base = cluster.folder / "data" / "base"
    return [str(path) for path in base.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


@pytest.fixture
async def filled(memory):
    await memory.remember([NewMemory(f"{SECRET}{at} {SECRET} hides here.", "ann") for at in range(50)])
    await memory.remember([NewMemory("The heron stands.", "ann", tags=("bird",))])
    return memory


async def test_no_table_holds_what_was_forgotten(cluster, filled):
    await filled.server.outside(lambda of: of.execute("VACUUM ANALYZE"))  # as the server does now and then
    assert files_with(cluster, SECRET)
    assert await filled.forget(MemorySelection(topic=SECRET)) == 50
    assert files_with(cluster, SECRET) == []
    assert not (await filled.health()).reason
    assert len((await filled.recall(MemoryQuery("heron", ("ann",)))).hits) == 1


async def test_what_expired_goes_from_the_files_too(cluster, memory):
    await memory.remember([NewMemory(f"{SECRET}expired soon.", "ann", expires=1.0)])
    assert (await memory.sweep(2.0)).expired == 1
    assert files_with(cluster, f"{SECRET}expired") == []


async def test_what_another_device_buried_goes_from_the_files_too(cluster, memories):
    here, there = await memories(), await memories()
    (name,) = await here.remember([NewMemory(f"{SECRET}buried.", "ann")])
    await there.apply((await here.changes())[0])
    await here.forget(MemorySelection(ids=(name,)))
    await there.apply((await here.changes())[0])
    assert files_with(cluster, f"{SECRET}buried") == []


async def test_who_reads_for_long_delays_it_and_that_is_told(cluster, memories, monkeypatch):
    monkeypatch.setattr(forget, "WAITS", "100ms")
    address = cluster.database()
    memory = await memories(address)
    await memory.remember([NewMemory(f"{SECRET}delayed.", "ann")])
    with psycopg.connect(address) as reader:
        reader.execute("SELECT count(*) FROM hub_memory.memory").fetchone()
        assert await memory.forget(MemorySelection(namespace="ann")) == 1
        assert not (await memory.browse(MemorySelection(namespace="ann")))
        health = await memory.health()
        assert health.reason == LEFTOVERS
        assert health.fix
        assert not memory.server.trouble
    await memory.sweep(memory.now())
    assert not (await memory.health()).reason
    assert files_with(cluster, f"{SECRET}delayed") == []
