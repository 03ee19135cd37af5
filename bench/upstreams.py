"""Two upstreams, each in a process of its own, and a hub's router before them with all its stations."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import aiohttp

from hub.llm.provider import Answer, Delta, Message, Price, Request
from hub.llm.servers.openai import OpenAI, Server
from hub.testing import hub_with
from hub.testing.upstream import Verdict, judge

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from hub.hub import Hub
    from hub.llm.provider import Caps
    from hub.llm.router import Router
    from hub.llm.routing.deadlines import Deadlines

SENTENCES = 5
PROMPT = "Please answer question #{} in a few sentences."
GRACE_S = 0.05


@dataclass(frozen=True, slots=True)
class Process:
    """An upstream that runs. ``url`` ends in /v1."""

    url: str

    async def plan(self, **plan: Any) -> None:
        """Give it another schedule, and let its ledger begin anew."""
        async with aiohttp.ClientSession() as client, client.post(f"{self.url}/plan", json=plan) as response:
            response.raise_for_status()

    async def ledger(self) -> dict[str, Any]:
        """Return what it was asked and what it wrote."""
        async with aiohttp.ClientSession() as client, client.get(f"{self.url}/ledger") as response:
            told: dict[str, Any] = await response.json()
            return told


@asynccontextmanager
async def upstream(letter: str, **more: Any) -> AsyncIterator[Process]:
    """Run one in a process of its own."""
    options = [word for name, value in more.items() for word in (f"--{name}", str(value))]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub.testing.upstream", "--letter", letter, *options,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout
        yield Process((await process.stdout.readline()).decode().strip())
    finally:
        process.terminate()
        await process.wait()


class Question:
    """The router's prompt: one message of a person, the same for everybody."""

    def __init__(self, number: int, **more: Any) -> None:
        self._request = Request((Message("user", PROMPT.format(number)),), conversation=f"c{number}", **more)

    def for_provider(self, caps: Caps) -> Request:
        """Return the request."""
        del caps
        return self._request

    def prefix(self, caps: Caps) -> Sequence[Message]:
        """Return nothing: no talk came before."""
        del caps
        return ()


async def _keyless() -> None:
    return None


@asynccontextmanager
async def routed(primary: str, fallback: str) -> AsyncIterator[tuple[Hub, OpenAI, OpenAI]]:
    """Yield a hub whose router asks the first address, taken for one out in the world, then the second."""
    async with hub_with() as hub:
        servers = [OpenAI(name, Server(name.title(), url, "big-1"), _keyless) for name, url in (
            ("primary", primary), ("fallback", fallback),
        )]  # fmt: skip
        far = replace(servers[0].caps, local=False, distance="world", price=Price(1.25, 0.2, 2.5))
        servers[0].caps = far
        hub.router.choose(servers)
        try:
            yield hub, servers[0], servers[1]
        finally:
            for one in servers:
                await one.retire()


@dataclass(slots=True)
class Told:
    """What came of one question; times in seconds."""

    number: int
    text: str = ""
    error: str = ""
    first: float | None = None
    total: float = 0.0

    def verdict(self) -> Verdict:
        """Judge its sentences."""
        return judge(self.text, str(self.number), SENTENCES)


async def ask(router: Router, number: int, deadlines: Deadlines, only: tuple[str, ...] = ()) -> Told:
    """Ask one question through the router."""
    told, by, began = Told(number), Answer(), time.perf_counter()
    names = only or ("primary", "fallback")
    async for piece in router.answer(Question(number), by, deadlines=deadlines, only=names, models_only=True):
        if isinstance(piece, Delta):
            told.first = told.first or time.perf_counter() - began
            told.text += piece.text
    told.total = time.perf_counter() - began
    told.error = "" if by.provider.partition("/")[0] in names else f"answered by {by.provider}"
    return told


async def paced(each: Callable[[int], Awaitable[Told]], first: int, count: int, rate: float) -> list[Told]:
    """Ask ``count`` questions, ``rate`` of them a second, whether those before are answered or not."""
    loop = asyncio.get_running_loop()
    began, running = loop.time(), []
    for place in range(count):
        await asyncio.sleep(began + place / rate - loop.time())
        running.append(asyncio.ensure_future(each(first + place)))
    return [await one for one in running]
