"""A device with a file and a hub with a server tell each other everything, and remember the same."""

from __future__ import annotations

import random

import pytest

from hub import Database, HubError, MemorySelection, NewMemory
from hub_memory.memory import SqliteMemory
from hub_memory.store.schema import MIGRATIONS


@pytest.fixture
async def two(memories, tmp_path):
    file = SqliteMemory(Database(tmp_path / "memory.db", bytes(32), MIGRATIONS))
    await file.open()
    yield await memories(), file
    await file.close()


async def everything(memory):
    told, cursor, before = [], "", "-"
    while cursor != before:
        before = cursor
        page, cursor = await memory.changes(cursor, limit=50)
        told += page
    return told


def same(entry):
    return {
        name: getattr(entry, name) for name in entry.__slots__ if name not in {"recalled", "last_recalled"}
    }


@pytest.mark.parametrize("seed", range(4))
async def test_they_converge_whatever_happens_in_whatever_order(two, seed):
    chance = random.Random(seed)
    names = []
    for at in range(20):
        entry = NewMemory(
            f"Entry {at} \x00 \x1a0", "ann", session="talk", sequence=at, tags=("b", "a", "a"),
            sources=tuple(names[:2]), pinned=at % 3 == 0, importance=at / 20,
        )  # fmt: skip
        names += await two[at % 2].remember([entry])
    for memory in two:
        await memory.apply(await everything(two[1 if memory is two[0] else 0]))
    for _ in range(25):
        memory, name = chance.choice(two), chance.choice(names)
        try:
            match chance.randrange(4):
                case 0:
                    await memory.change(["ann"], name, pinned=chance.random() < 0.5)
                case 1:
                    await memory.change(["ann"], name, importance=round(chance.random(), 3))
                case 2:
                    new = NewMemory(f"New {chance.random()}", "ann")
                    names.append(await memory.supersede(["ann"], name, new))
                case _:
                    await memory.forget(MemorySelection(ids=(name,)))
        except HubError:
            continue
    for _ in range(2):
        for here, there in (two, two[::-1]):
            told = await everything(there)
            chance.shuffle(told)
            for start in range(0, len(told), 7):
                await here.apply(told[start : start + 7])
    server, file = [[same(one) for one in await memory.get(["ann"], names)] for memory in two]
    assert server == file
    assert len(server) > 0
    assert (await two[0].apply(await everything(two[1]))).applied == 0


async def test_a_change_that_is_none_is_refused_and_takes_none_along(two):
    server, file = two
    await file.remember([NewMemory("The heron stands.", "ann")])
    good = await everything(file)
    bad = [type(good[0])(good[0].id, good[0].clock, good[0].node, "content", {"text": "half"})]
    with pytest.raises(HubError):
        await server.apply([*good, *bad])
    assert not (await server.browse(MemorySelection(namespace="ann")))


@pytest.mark.parametrize("cursor", ["soon", "-1", "9" * 40, "٣"])
async def test_a_cursor_that_is_none_is_refused_or_finds_nothing(memory, cursor):
    await memory.remember([NewMemory("The heron stands.", "ann")])
    try:
        assert (await memory.changes(cursor))[0] == []
    except HubError as error:
        assert error.fix
