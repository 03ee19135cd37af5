"""Ask language models as fast as it goes, imagined or real ones, and say what was asked, until killed."""

from __future__ import annotations

import asyncio
import itertools
import random
import sys
from dataclasses import replace
from pathlib import Path

from hub.llm.canned import Canned
from hub.llm.money.budget import Budget, Reservation
from hub.llm.provider import Caps, Message, Price, Request, Usage
from hub.llm.router import Router
from hub.llm.servers.openai import OpenAI, Server
from hub.llm.stations import Stations
from hub.store.database import Database
from hub.store.schema import CORE

CAPS = Caps(local=False, quality="full", distance="world", model="m", price=Price(1.0, 1.0, 1.0))
ASKED = Request((Message("user", "x" * 83),), max_tokens=900)  # puts 1,015 tokens aside


class Question:
    """A question with a number."""

    def __init__(self, number: int) -> None:
        self.number = number

    def for_provider(self, caps: Caps) -> Request:
        """Ask it."""
        return Request((Message("user", f"#{self.number} tell me more"),), max_tokens=caps.answer_tokens)

    def prefix(self, caps: Caps) -> tuple[Message, ...]:
        """Say nothing before it."""
        del caps
        return ()


async def imagine(budget: Budget, number: int) -> None:
    """Have one request cost 500 millionths of a dollar. Once it is "asked", it is billed."""
    made = budget.reserve("p", CAPS, ASKED)
    assert isinstance(made, Reservation)
    print("asked", number, flush=True)
    await asyncio.sleep(random.random() * 0.02)
    made.settle(Usage(200, 300))
    print("settled", number, flush=True)


async def ask(router: Router, number: int) -> None:
    """Ask a server."""
    async for _ in router.answer(Question(number)):
        pass
    print("answered", number, flush=True)


async def run(path: Path, key: bytes, url: str) -> None:
    """Ask eight at a time: the server at ``url``, or nobody."""
    core = Database(path, key, CORE)
    await core.open()
    budget = Budget(core)
    await budget.open()
    server = OpenAI("p", Server("P", url or "http://127.0.0.1:9/v1", "big-1"), lambda: asyncio.sleep(0))
    server.caps = replace(server.caps, price=CAPS.price, answer_tokens=300)
    router = Router([server], Canned(), None, Stations(budget=budget))
    numbers = itertools.count()

    async def go_on() -> None:
        while True:
            await (ask(router, next(numbers)) if url else imagine(budget, next(numbers)))

    await asyncio.gather(*(go_on() for _ in range(8)))


asyncio.run(run(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]), "".join(sys.argv[3:])))
