"""What is kept of calls goes after its days, every night; what is newer, and what waits, stays."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import pytest

from hub.approvals import audit
from hub.approvals.approval import Pending
from hub.approvals.retention import KIND, LogRetention
from hub.config import LIVE, Settings
from hub.jobs import Jobs

from .conftest import MEMBER

if TYPE_CHECKING:
    from .conftest import World

DAY = 86_400.0


async def decided(world: World, days_ago: float) -> str:
    """Have something done so many days ago."""
    world.now = time.time() - days_ago * DAY
    asked = await world.gate.call("wipe", {}, person="m")
    assert isinstance(asked, Pending)
    await world.gate.approve(asked.approval.id, asked.approval.digest, MEMBER)
    return asked.approval.id


@pytest.mark.parametrize(("days", "left"), [(0, [40, 29, 0]), (30, [29, 0]), (60, [40, 29, 0])])
async def test_what_is_old_goes_at_night(world: World, days: int, left: list[int]) -> None:
    made = {await decided(world, ago): ago for ago in (40, 29, 0)}
    waiting = await world.gate.call("wipe", {}, person="m")
    assert isinstance(waiting, Pending)
    jobs = Jobs(world.core, world.bus)
    retention = LogRetention(jobs, world.core, lambda: days)
    await jobs.open()
    jobs.start()
    try:
        job = await retention.plan()
        assert (await retention.plan()).due == job.due
        await jobs.change(KIND, due=jobs.clock.at(time.time() - 1))
        async with asyncio.timeout(60):
            while jobs.get(KIND).due.wall < time.time():  # type: ignore[union-attr]
                await asyncio.sleep(0.01)
    finally:
        await jobs.stop()
    assert sorted(made[one.id] for one in await world.gate.history(100, MEMBER)) == sorted(left)
    assert [one.id for one in await world.gate.waiting(MEMBER)] == [waiting.approval.id]
    told = {record.approval for _, record in await audit.records(world.core)}
    assert {made[one] for one in told if one in made} == set(left)


async def test_the_audit_goes_on_counting_where_it_was(world: World) -> None:
    await decided(world, 40)
    last = (await audit.records(world.core))[-1][0]
    retention = LogRetention(jobs := Jobs(world.core, world.bus), world.core, lambda: 30)
    await jobs.open()
    await retention._run(None)  # type: ignore[arg-type]
    assert await audit.records(world.core) == []
    await decided(world, 0)
    assert (await audit.records(world.core))[0][0] == last + 1


def test_days_are_as_promised_and_take_effect_at_once(tmp_path) -> None:  # type: ignore[no-untyped-def]
    settings = Settings(data=tmp_path)
    assert (settings.forget_after_days, settings.tool_logs_days) == (7, 30)
    assert {"forget_after_days", "tool_logs_days"} <= LIVE
