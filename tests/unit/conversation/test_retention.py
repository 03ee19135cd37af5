"""Old talks are forgotten every night, if the settings say so."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from hub.conversation.retention import KIND, Retention
from hub.jobs import Jobs
from hub.store.transcripts import Turn

DAY = 86_400.0


@pytest.mark.parametrize(("days", "kept"), [(0, ["old", "new"]), (30, ["new"]), (60, ["old", "new"])])
async def test_what_is_old_goes_at_night(world: Any, days: int, kept: list[str]) -> None:
    for id_, age in (("old", 40), ("new", 1)):
        at = time.time() - age * DAY
        await world.core.execute(
            "INSERT INTO conversation (id, title, created, touched) VALUES (?, ?, ?, ?)", (id_, id_, at, at)
        )
        await world.transcripts.begin(Turn(id_, id_, at, "text", "words", "done", "", "", "", 0.0))
    jobs = Jobs(world.core, world.bus)
    retention = Retention(jobs, world.talks, lambda: days)
    await jobs.open()
    jobs.start()
    try:
        job = await retention.plan()
        assert (await retention.plan()).due == job.due
        await jobs.change(KIND, due=jobs.clock.at(time.time() - 1))
        async with asyncio.timeout(60):
            while jobs.get(KIND).due.wall < time.time():  # type: ignore[union-attr]
                await asyncio.sleep(0.01)
        assert sorted(talk.id for talk in await world.talks.list()) == sorted(kept)
        again = jobs.get(KIND)
        assert again
        assert again.due
        assert time.time() < again.due.wall < time.time() + 1.1 * DAY
    finally:
        await jobs.stop()
