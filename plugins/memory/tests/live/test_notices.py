"""What the hub is told when the memory changes: soon, seldom, in counts that are whole, and never in words."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import hub_memory
from hub import Memory, MemorySelection, NewMemory, events
from hub.testing import hub_with

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_S = 60.0


async def told(subscription: Any, **wanted: int) -> list[events.MemoryChanged]:
    """Return the notices until their counts come to what is ``wanted``."""
    found: list[events.MemoryChanged] = []
    async with asyncio.timeout(PATIENCE_S):
        async for event in subscription:
            found.append(event)
            sums = {name: sum(getattr(one, name) for one in found) for name in wanted}
            if sums == wanted:
                break
    return found


async def test_a_burst_is_told_at_once_and_then_in_one(tmp_path: Path) -> None:
    async with hub_with(hub_memory, data=tmp_path) as hub:
        memory = hub.port(Memory)
        with hub.bus.subscribe("memory.changed") as changes:
            for at in range(40):
                await memory.remember([NewMemory(f"A secret walk {at}.", "ann")])
            notices = await told(changes, kept=40)
            assert notices[0].kept < 40  # the first did not wait for the rest
            assert len(notices) <= 5
            (one, *_) = await memory.browse(MemorySelection(namespace="ann"))
            await memory.change(["ann"], one.id, pinned=True)
            await memory.supersede(["ann"], one.id, NewMemory("A secret run.", "ann"))
            await memory.forget(MemorySelection(namespace="ann"))
            last = await told(changes, changed=2, forgotten=41)
        assert "secret" not in "".join(one.model_dump_json() for one in (*notices, *last))
        assert [one.fleeting for one in notices] == [True] * len(notices)
        assert [one.line() for one in last if one.forgotten] == ["41 things were forgotten"]


async def test_what_came_to_nothing_is_not_told(tmp_path: Path) -> None:
    async with hub_with(hub_memory, data=tmp_path) as hub:
        memory = hub.port(Memory)
        with hub.bus.subscribe("memory.changed") as changes:
            await memory.forget(MemorySelection(namespace="nobody"))
            await memory.sweep(memory.now())  # type: ignore[attr-defined]
            await memory.remember([NewMemory("The bins go on Monday.", "ann")])
            first, *_ = await told(changes, kept=1)
        assert (first.kept, first.changed, first.forgotten, first.learnt) == (1, 0, 0, 0)


async def test_the_tile_counts_what_was_kept_and_forgotten(tmp_path: Path) -> None:
    async with hub_with(hub_memory, data=tmp_path) as hub:
        memory, plugin = hub.port(Memory), hub.plugins.get("memory")
        assert plugin is not None
        await memory.remember([NewMemory(f"Walk {at}.", "ann") for at in range(3)])
        async with asyncio.timeout(PATIENCE_S):
            while plugin.tile().number != "3":
                await asyncio.sleep(0.01)
            await memory.forget(MemorySelection(everything=True))
            while plugin.tile().number != "0":
                await asyncio.sleep(0.01)
