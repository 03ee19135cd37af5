"""A server that goes away takes nothing with it, and is used again by itself when it is back."""

from __future__ import annotations

import asyncio
import contextlib
import signal

import psycopg
import pytest

from hub import HubError, MemoryQuery, MemorySelection, NewMemory, Unavailable
from hub_memory.postgres import server as server_module

from .cluster import Cluster


@pytest.fixture
def own(monkeypatch):
    """A server of this test's own, to be stopped."""
    monkeypatch.setattr(server_module, "FIRST_S", 0.05)
    monkeypatch.setattr(server_module, "LAST_S", 0.2)
    one = Cluster()
    one.start()
    yield one
    one.destroy()


async def back(memory):
    async with asyncio.timeout(30):
        while memory.server.trouble:
            await asyncio.sleep(0.02)


async def test_it_says_so_and_comes_back(own, memories):
    memory = await memories(own.database())
    (name,) = await memory.remember([NewMemory("The heron stands.", "ann")])
    own.stop()
    told = await memory.recall(MemoryQuery("heron", ("ann",)))
    assert not told.hits
    assert "is away" in told.missing["words"]
    assert told.missing["meaning"]
    with pytest.raises(Unavailable, match="is away") as caught:
        await memory.remember([NewMemory("The tide is out.", "ann")])
    assert caught.value.fix
    health = await memory.health()
    assert health.reason
    assert health.fix
    own.start()
    await back(memory)
    assert [hit.entry.id for hit in (await memory.recall(MemoryQuery("heron", ("ann",)))).hits] == [name]
    assert not (await memory.health()).reason


async def test_one_that_is_away_at_the_start_is_waited_for(own, memories):
    address = own.database()
    own.stop()
    memory = await memories(address)
    assert "is away" in (await memory.health()).reason
    own.start()
    await back(memory)
    assert await memory.remember([NewMemory("The heron stands.", "ann")])


async def test_ended_sessions_are_not_noticed(cluster, memories, monkeypatch):
    monkeypatch.setattr(server_module, "FRESH_S", 0.0)
    memory = await memories(cluster.database())
    await memory.remember([NewMemory("The heron stands.", "ann")])
    await memory.recall(MemoryQuery("heron", ("ann",)))
    with psycopg.connect(cluster.address("postgres"), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'hub'"
        )
    assert (await memory.recall(MemoryQuery("heron", ("ann",)))).hits
    assert await memory.remember([NewMemory("The tide is out.", "ann")])


async def test_what_was_acknowledged_before_a_crash_is_there(own, memories):
    memory = await memories(own.database())
    kept: list[str] = []

    async def write(who):
        with contextlib.suppress(HubError):
            for at in range(10_000):
                kept.extend(
                    await memory.remember(
                        [NewMemory(f"{who} saw {at}.", "ann"), NewMemory(f"{who} heard {at}.", "ann")]
                    )
                )

    writers = [asyncio.create_task(write(who)) for who in range(3)]
    while len(kept) < 60:
        await asyncio.sleep(0.01)
    own.stop(signal.SIGQUIT)
    await asyncio.gather(*writers)
    own.start()
    await back(memory)
    assert len(await memory.get(["ann"], kept)) == len(kept)
    assert (await memory.health()).entries % 2 == 0


async def test_a_server_that_hangs_holds_nobody_for_long(own, memories, monkeypatch):
    monkeypatch.setattr(server_module, "READ_S", 0.3)
    memory = await memories(own.database())
    await memory.remember([NewMemory("The heron stands.", "ann")])
    assert (await memory.recall(MemoryQuery("heron", ("ann",)))).hits
    pids = own.sessions()
    for pid in pids:
        own.send(pid, signal.SIGSTOP)
    try:
        async with asyncio.timeout(15):
            told = await memory.recall(MemoryQuery("heron", ("ann",)))
    finally:
        for pid in pids:
            own.send(pid, signal.SIGCONT)
    assert not told.hits
    assert told.missing["words"]
    await back(memory)
    assert (await memory.recall(MemoryQuery("heron", ("ann",)))).hits


@pytest.mark.parametrize("seconds", [0.02, 0.035, 0.05])
async def test_who_gives_up_leaves_nothing_half_done(cluster, memories, seconds):
    memory = await memories(cluster.database())
    many = [NewMemory(f"Fact {at} of the heron.", "ann") for at in range(3_000)]
    work = asyncio.create_task(memory.remember(many))
    await asyncio.sleep(seconds)
    work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work
    assert (await memory.health()).entries in {0, 3_000}
    assert await memory.remember([NewMemory("The tide is out.", "ann")])


async def test_no_trouble_tells_the_password(cluster, memories, caplog):
    address = cluster.address("nowhere")
    memory = await memories(address, password="hunter2quokka")
    told = str((await memory.health()).reason) + caplog.text
    with pytest.raises(Unavailable) as caught:
        await memory.forget(MemorySelection(everything=True))
    assert "hunter2quokka" not in told + str(caught.value) + repr(caught.value.__cause__)


async def test_the_tables_of_a_newer_hub_are_left_alone(cluster, memories):
    address = cluster.database()
    first = await memories(address)
    await first.remember([NewMemory("The heron stands.", "ann")])
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("INSERT INTO hub_memory.version VALUES (99)")
    other = await memories(address)
    assert "newer hub" in (await other.health()).reason


async def test_a_password_is_asked_for_and_given(own, memories):
    address = own.database()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE USER member PASSWORD 'hunter2quokka'")
        connection.execute("ALTER DATABASE memory1 OWNER TO member")
    (own.folder / "data" / "pg_hba.conf").write_text("local all hub trust\nlocal all all scram-sha-256\n")
    own.stop()
    own.start()
    theirs = address.replace("hub@", "member@")
    wrong = await memories(theirs, password="wrongquokka")
    health = await wrong.health()
    assert "does not let me in" in health.reason
    assert "quokka" not in health.reason + health.fix
    memory = await memories(theirs, password="hunter2quokka")
    assert "CREATE EXTENSION" in (await memory.health()).fix
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION vector")
    await back(memory)
    assert await memory.remember([NewMemory("The heron stands.", "ann")])
