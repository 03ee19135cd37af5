"""A process with one long job that saves a checkpoint after each step; the test kills it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from hub.events import Bus
from hub.jobs import Jobs, Running
from hub.store.database import Database
from hub.store.schema import CORE

STEPS = 20


async def main(folder: Path) -> None:
    core = Database(folder / "core.db", bytes(32), CORE)
    await core.open()
    jobs, over = Jobs(core, Bus()), asyncio.Event()

    async def run(job: Running) -> None:
        for step in range(job.checkpoint or 0, STEPS):
            with (folder / "steps").open("a") as steps:
                steps.write(f"{step}\n")
            await job.save(step + 1)
            print(step + 1, flush=True)
        over.set()

    jobs.register("steps", run)
    await jobs.open()
    job = await jobs.add("steps", "many steps", id="only")
    if job.state == "done":  # the kill came after the last step was kept, and before this process said so
        over.set()
    jobs.start()
    await over.wait()
    await jobs.stop()
    await core.close()
    print("done", flush=True)


asyncio.run(main(Path(sys.argv[1])))
