"""A hub whose setting names a server keeps its memory there, and nowhere else."""

from __future__ import annotations

import asyncio
import time

import pytest

import hub_memory
from hub import Memory, MemoryQuery, MemorySelection, NewMemory, Selector, Unavailable
from hub.testing import hub_with
from hub_memory.postgres import server as server_module
from hub_memory.postgres.memory import PostgresMemory

from .cluster import Cluster


def named(address: str) -> dict[str, dict[str, str]]:
    return {"memory": {"server": address, "embedder": "static"}}


async def test_it_remembers_there_by_meaning_too(cluster, tmp_path):
    address = cluster.database()
    async with hub_with(hub_memory, settings=named(address), data=tmp_path) as hub:
        memory = hub.port(Memory)
        assert isinstance(memory, PostgresMemory)
        await memory.remember([NewMemory("The heron stands in the water.", "house")])
    assert not (tmp_path / "memory.db").exists()
    async with hub_with(hub_memory, settings=named(address), data=tmp_path) as hub:
        told = await hub.port(Memory).recall(MemoryQuery("bird by the lake", ("house",)))
        assert [hit.entry.text for hit in told.hits] == ["The heron stands in the water."]
        assert "meaning" in told.hits[0].parts
        assert hub.plugins.get("memory").state == "ready"


async def test_forgetting_and_export_reach_it(cluster):
    async with hub_with(hub_memory, settings=named(cluster.database())) as hub:
        memory, me = hub.port(Memory), (await hub.claims.owner()).id
        await memory.remember([NewMemory("Said.", me), NewMemory("Known for ever.", me, kind="fact")])
        told = await hub_memory.hub_export(me)
        assert {one["text"] for one in told["entries"]} == {"Said.", "Known for ever."}
        await hub_memory.hub_forget(Selector(person=me))
        assert not await memory.browse(MemorySelection(namespace=me))
        assert await hub_memory.hub_export(me) is None


async def test_what_is_old_or_too_much_goes_in_idle_time(cluster):
    settings = named(cluster.database())
    settings["memory"] |= {"keep_said_days": 30, "keep_summaries_days": 60, "most_entries": 6}
    day, now = 86_400.0, time.time()
    async with hub_with(hub_memory, settings=settings) as hub:
        memory = hub.port(Memory)
        names = await memory.remember([
            NewMemory("Said long ago.", "house", created=now - 40 * day),
            NewMemory("Said long ago and pinned.", "house", created=now - 40 * day, pinned=True),
            NewMemory("Known long ago.", "house", kind="fact", created=now - 400 * day),
            NewMemory("An old talk.", "house", kind="summary", created=now - 70 * day),
            NewMemory("A talk.", "house", kind="summary", created=now - 40 * day),
            *(NewMemory(f"Said {at} days ago.", "house", created=now - at * day) for at in range(2, 8)),
        ])  # fmt: skip
        await hub_memory._plugin._keeper.housekeeping.run()
        left = {entry.id for entry in await memory.get(["house"], names)}
        assert left == {names[at] for at in (1, 2, 4, 5, 6, 7)}
        assert "6 of 6" in (await hub_memory.hub_health()).reason


async def test_what_only_a_file_can_keep_is_refused_with_a_reason(cluster):
    async with hub_with(hub_memory, settings=named(cluster.database())):
        routes = hub_memory._plugin._keeper.routes
        with pytest.raises(Unavailable, match="PostgreSQL") as caught:
            await routes._documents.put("house", "rules.md", b"# Heating")
        assert caught.value.fix


async def test_what_was_kept_without_a_vector_gets_one(cluster, memories):
    address = cluster.database()
    bare = await memories(address)
    await bare.remember([NewMemory(f"The heron {at} stands in the water.", "house") for at in range(30)])
    async with hub_with(hub_memory, settings=named(address)) as hub:
        hub.jobs.start()
        memory = hub.port(Memory)
        async with asyncio.timeout(30):
            while (await memory.health()).to_embed:
                await asyncio.sleep(0.05)
        told = await memory.recall(MemoryQuery("bird by the lake", ("house",)))
        assert "meaning" in told.hits[0].parts


@pytest.fixture
def own(monkeypatch):
    monkeypatch.setattr(server_module, "FIRST_S", 0.05)
    monkeypatch.setattr(server_module, "LAST_S", 0.2)
    one = Cluster()
    one.start()
    yield one
    one.destroy()


async def test_away_it_is_degraded_with_a_reason_and_no_file_stands_in(own, tmp_path):
    address = own.database()
    own.stop()
    async with hub_with(hub_memory, settings=named(address), data=tmp_path) as hub:
        health = await hub_memory.hub_health()
        assert health.state == "degraded"
        assert "is away" in health.reason
        assert health.fix
        with pytest.raises(Unavailable):
            await hub.port(Memory).remember([NewMemory("The heron stands.", "house")])
        assert not (tmp_path / "memory.db").exists()
        own.start()
        async with asyncio.timeout(30):
            while (await hub_memory.hub_health()).state != "ready":
                await asyncio.sleep(0.05)
        await hub.port(Memory).remember([NewMemory("The heron stands in the water.", "house")])
        told = await hub.port(Memory).recall(MemoryQuery("bird by the lake", ("house",)))
        assert "meaning" in told.hits[0].parts


async def test_an_address_that_is_none_starts_no_memory(tmp_path):
    settings = named("postgresql://hub:hunter2@db.example/hub")
    async with hub_with(hub_memory, settings=settings, data=tmp_path) as hub:
        plugin = hub.plugins.get("memory")
        assert plugin.state == "disabled"
        assert "password" in plugin.reason
        assert "hunter2" not in plugin.reason
        assert not (await hub.port(Memory).recall(MemoryQuery("heron", ("house",)))).hits
        assert not (tmp_path / "memory.db").exists()
