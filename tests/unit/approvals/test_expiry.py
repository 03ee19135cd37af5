"""An answer has its time, by the server's clock and by one that nobody can set."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from hub.approvals.approval import Done, Pending, Refused
from hub.events import ApprovalExpired

from .conftest import MEMBER

if TYPE_CHECKING:
    from .conftest import World


async def ask(world: World) -> Any:
    asked = await world.gate.call("wipe", {}, person="m")
    assert isinstance(asked, Pending)
    return asked.approval


async def test_a_yes_in_the_last_second_counts_and_one_later_does_not(world: World) -> None:
    for late, counts in ((599.0, True), (600.0, False), (601.0, False)):
        world.now, world.ran = world.now + 10_000, []
        asked = await ask(world)
        assert asked.expires == world.now + 600
        world.now += late
        outcome = await world.gate.approve(asked.id, asked.digest, MEMBER)
        assert isinstance(outcome, Done if counts else Refused)
        assert bool(world.ran) is counts


async def test_setting_the_clock_back_gives_no_more_time(world: World) -> None:
    asked = await ask(world)
    world.now -= 3_600  # the wall clock: an hour back
    assert isinstance(await world.gate.approve(asked.id, asked.digest, MEMBER), Refused)
    world.now += 3_601
    world.ticks += 601  # it looks as if one second had gone by, but it was ten minutes
    assert await world.gate.waiting(MEMBER) == []
    assert isinstance(await world.gate.approve(asked.id, asked.digest, MEMBER), Refused)
    await world.gate._expire()
    world.made()  # and a restart, which forgets what the other clock said, makes it no younger
    await world.gate.open()
    assert isinstance(await world.gate.approve(asked.id, asked.digest, MEMBER), Refused)
    assert world.ran == []


async def test_nor_does_it_after_a_restart(world: World) -> None:
    asked = await ask(world)
    world.made()
    await world.gate.open()
    world.now -= 3_600
    assert isinstance(await world.gate.approve(asked.id, asked.digest, MEMBER), Refused)
    assert world.ran == []


async def test_it_ends_at_its_time_by_itself_and_says_so(world: World) -> None:
    world.made(expire_s=600.0)
    keeping = asyncio.create_task(world.gate.keep())
    asked = await ask(world)
    world.now += 601
    world.gate._asked.set()
    for _ in range(3_000):
        if any(isinstance(event, ApprovalExpired) for event in world.bus.recent()):
            break
        await asyncio.sleep(0.01)
    keeping.cancel()
    [past] = await world.gate.history()
    assert (past.id, past.state, past.outcome) == (asked.id, "expired", "Nobody answered in time.")
    assert await world.audit() == ["asked", "expired"]
    world.now -= 601
    assert isinstance(await world.gate.approve(asked.id, asked.digest, MEMBER), Refused)


async def test_an_expired_one_makes_room_for_the_same_call(world: World) -> None:
    first = await ask(world)
    world.now += 601
    second = await ask(world)
    assert first.id != second.id
    assert isinstance(await world.gate.approve(second.id, second.digest, MEMBER), Done)
