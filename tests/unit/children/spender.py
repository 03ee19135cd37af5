"""Ask an imagined language model as fast as it goes, and say what was asked and settled, until killed."""

from __future__ import annotations

import asyncio
import itertools
import random
import sys
from pathlib import Path

from hub.llm.budget import Budget, Reservation
from hub.llm.provider import Caps, Message, Price, Request, Usage
from hub.store.database import Database
from hub.store.schema import CORE

CAPS = Caps(local=False, quality="full", distance="world", model="m", price=Price(1.0, 1.0, 1.0))
ASKED = Request((Message("user", "x" * 83),), max_tokens=900)  # puts 1,015 tokens aside


async def ask(budget: Budget, number: int) -> None:
    """Have one request cost 500 millionths of a dollar. Once it is "asked", it is billed."""
    made = budget.reserve("p", CAPS, ASKED)
    assert isinstance(made, Reservation)
    await made.stored()
    print("asked", number, flush=True)
    await asyncio.sleep(random.random() * 0.02)
    made.settle(Usage(200, 300))
    print("settled", number, flush=True)


async def run(path: Path) -> None:
    """Ask eight at a time."""
    core = Database(path, bytes.fromhex(sys.argv[2]), CORE)
    await core.open()
    budget = Budget(core)
    await budget.open()
    numbers = itertools.count()

    async def go_on() -> None:
        while True:
            await ask(budget, next(numbers))

    await asyncio.gather(*(go_on() for _ in range(8)))


asyncio.run(run(Path(sys.argv[1])))
