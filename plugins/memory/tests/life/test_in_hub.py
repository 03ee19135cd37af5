"""In a running hub the job condenses what was said there, and says when the memory is nearly full."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from tests.serving import Told

from hub import MemorySelection, Selector
from hub_memory.life.house import KIND

from ..live.conftest import memory_of, remembering, said  # noqa: TID252
from .conftest import TALK

if TYPE_CHECKING:
    from pathlib import Path

    from tests.serving import Serving


async def idle(served: Serving, seconds: float) -> None:
    """Let so many seconds pass for the memory, and its hourly job be done."""
    memory, jobs = memory_of(served), served.hub.jobs
    memory._clock = lambda: time.time() + seconds
    jobs.start()
    async with asyncio.timeout(60):
        while jobs.get(KIND).state != "waiting" or not jobs.get(KIND).due.wall > time.time():
            await asyncio.sleep(0.02)  # the first time, at the start
        due = jobs.get(KIND).due.wall
        await jobs.change(KIND, due=jobs.clock.at(time.time() - 1))
        while jobs.get(KIND).state != "waiting" or jobs.get(KIND).due.wall < due:
            await asyncio.sleep(0.02)


async def test_a_talk_is_condensed_in_idle_time_and_forgotten_with_its_turns(tmp_path: Path) -> None:
    async with remembering(tmp_path, Told("I see.")) as served:
        me, talk = served.owner.id, ""
        for origin, text in TALK:
            if origin == "user_text":
                talk, _ = await said(served, text, talk)
        await idle(served, 3_600)
        (made,) = await memory_of(served).browse(MemorySelection(me, kind="summary"))
        assert made.session == talk
        assert "dishwasher" in made.text
        assert served.hub.jobs.get(KIND).reason == ""
        await served.hub.reach.forget(Selector(talk=talk))
        assert not await memory_of(served).browse(MemorySelection(me))


async def test_talks_are_forgotten_earlier_than_what_i_remember_of_them(tmp_path: Path) -> None:
    async with remembering(tmp_path) as served:
        await said(served, "My sister Ines keeps bees in Évora.")
        (gone,) = await served.hub.plugins.hooks.each(
            "hub_forget", 30, selector=Selector(before=time.time() + 60)
        )
        assert gone.value == 0
        assert await memory_of(served).browse(MemorySelection(served.owner.id, kind="episodic"))


async def test_nearly_full_is_said_with_what_to_do(tmp_path: Path) -> None:
    async with remembering(tmp_path, plugins={"memory": {"most_entries": 2}}) as served:
        await said(served, "Remember that bins go out on Tuesday.")
        await said(served, "Remember that glass goes out on Friday.")
        served.hub.recheck("memory")
        async with asyncio.timeout(30):
            while served.hub.plugins.get("memory").state != "degraded":
                await asyncio.sleep(0.02)
        plugin = served.hub.plugins.get("memory")
        assert plugin.reason == "I hold 2 of 2 entries."
        assert plugin.fix
