"""All that happens for one reason has one trace: jobs, too, each run its own."""

from __future__ import annotations

import asyncio

from hub import events
from hub.telemetry import trace


async def test_each_run_of_a_job_is_a_trace_of_its_own(served) -> None:
    seen: list[str] = []

    async def work(_) -> None:
        seen.append(trace.current_id())
        served.hub.bus.publish(events.HubRecovered(down=0.0))

    jobs = served.hub.jobs
    jobs.register("test.work", work)
    for _ in range(2):
        await jobs.add("test.work", "Work", due=jobs.clock.after(0.0))
    async with asyncio.timeout(60):
        while len(seen) < 2:
            await asyncio.sleep(0.01)
    assert all(len(id_) == 32 for id_ in seen)
    assert len(set(seen)) == 2
    told = [event.trace for event in served.hub.bus.history() if event.name == "hub.recovered"]
    assert told == seen
