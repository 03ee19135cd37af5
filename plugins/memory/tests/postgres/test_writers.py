"""Several hubs share one memory: they start at once, write at once, and see each other's entries."""

from __future__ import annotations

import asyncio

from hub import MemoryQuery, MemorySelection, NewMemory


async def test_hubs_may_start_at_once(cluster, memories):
    address = cluster.database()
    several = await asyncio.gather(*(memories(address) for _ in range(5)))
    (name,) = await several[0].remember([NewMemory("The heron stands.", "ann")])
    assert [one.id for one in await several[4].get(["ann"], [name])] == [name]


async def test_what_two_keep_at_once_is_there_once(cluster, memories):
    address = cluster.database()
    one, two = await memories(address), await memories(address)
    same = [NewMemory(f"Fact {at} of the heron.", "ann") for at in range(40)]
    told = await asyncio.gather(*(hub.remember([entry]) for entry in same for hub in (one, two)))
    assert len({name for (name,) in told}) == 40
    assert (await one.health()).entries == 40


async def test_the_changes_of_all_are_told_once_and_in_order(cluster, memories):
    address = cluster.database()
    several = [await memories(address) for _ in range(3)]
    seen, cursor, done = [], "", asyncio.Event()

    async def follow():
        nonlocal cursor
        while True:
            last = done.is_set()
            page, cursor = await several[0].changes(cursor, limit=6)
            seen.extend(change.id for change in page if change.group == "content")
            if last and not page:
                return

    async def write(hub, who):
        for at in range(25):
            await hub.remember([NewMemory(f"{who} saw heron {at}.", "ann")])

    following = asyncio.create_task(follow())
    await asyncio.gather(*(write(hub, who) for who, hub in enumerate(several)))
    done.set()
    await following
    assert len(seen) == len(set(seen)) == 75


async def test_places_in_a_talk_are_given_once(cluster, memories):
    address = cluster.database()
    hubs = [await memories(address) for _ in range(2)]
    said = [NewMemory(f"Line {at}.", "ann", session="talk", sequence=-1) for at in range(20)]
    await asyncio.gather(*(hubs[at % 2].remember([one]) for at, one in enumerate(said)))
    kept = await hubs[0].browse(MemorySelection(namespace="ann"))
    assert sorted(one.sequence for one in kept) == list(range(20))


async def test_flags_and_replacements_at_once_lose_none(cluster, memories):
    address = cluster.database()
    one, two = await memories(address), await memories(address)
    (name,) = await one.remember([NewMemory("The gate code.", "ann")])
    await asyncio.gather(one.change(["ann"], name, pinned=True), two.change(["ann"], name, importance=0.9))
    (entry,) = await one.get(["ann"], [name])
    assert (entry.pinned, entry.importance) == (True, 0.9)
    new = [NewMemory(f"The gate code is {at}.", "ann") for at in range(2)]
    told = await asyncio.gather(
        one.supersede(["ann"], name, new[0]), two.supersede(["ann"], name, new[1]), return_exceptions=True
    )
    assert sum(isinstance(each, Exception) for each in told) == 1
    assert len((await one.recall(MemoryQuery("gate code", ("ann",)))).hits) == 1
