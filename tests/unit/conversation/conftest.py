"""A talk on real, encrypted stores and the real router, with a language model that follows a script."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from hub.conversation.conversations import Conversations
from hub.events import Bus
from hub.llm.canned import Canned
from hub.llm.provider import Caps, Delta, Done, Piece, Probe, Request
from hub.llm.router import Router
from hub.store.database import Database
from hub.store.schema import CORE
from hub.store.transcripts import Transcripts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


class Scripted:
    """A provider that says what it is told to, word by word, and remembers what it was asked."""

    name = "scripted"
    caps = Caps(local=True, quality="full", prompt_tokens=2_000, title="the script")

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.answer = "That is one. And that is two."
        self.pause = 0.0
        self.fail_after: int | None = None
        self.cancelled = 0

    async def stream(self, request: Request, deadline: float) -> AsyncIterator[Piece]:
        self.asked.append(request)
        try:
            for number, word in enumerate(self.answer.split(" ")):
                if number == self.fail_after:
                    raise RuntimeError("script ends here")
                await asyncio.sleep(self.pause)
                yield Delta(word if number == 0 else f" {word}")
            yield Done()
        except (asyncio.CancelledError, GeneratorExit):
            self.cancelled += 1
            raise

    async def prime(self, messages: Any) -> None:
        return

    async def probe(self) -> Probe:
        return Probe(ok=True)


class World:
    """The stores and the talks on one folder; `reopen` is what a restart does."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.bus, self.provider = folder, Bus(), Scripted()

    async def open(self) -> None:
        self.core = Database(self.folder / "core.db", bytes(32), CORE)
        self.transcripts = Transcripts(self.core, self.folder / "transcripts", bytes(32))
        await self.core.open()
        await self.transcripts.open()
        self.router = Router([self.provider], Canned())
        self.talks = Conversations(self.core, self.transcripts, self.router, self.bus)

    async def close(self) -> None:
        await self.talks.close()
        await self.transcripts.close()
        await self.core.close()

    async def reopen(self) -> None:
        await self.close()
        await self.open()

    def told(self, name: str) -> list[Any]:
        return [event for event in self.bus.recent(500) if event.name == name]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path)
    await world.open()
    yield world
    await world.close()
