"""A device that says, forgets and meets until it is killed."""

from __future__ import annotations

import asyncio
import sys
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[4]))

from plugins.memory.tests.sync.conftest import device


async def live(path: Path, shared: Path, phrase: str) -> None:
    one = await device(path, shared, phrase)
    for at in count():
        name = await one.say(f"forgotten {at}")
        await one.say(f"Heron {at}.")
        await one.meet()
        await one.forget(name)
        await one.meet()
        print(at, flush=True)


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]))
