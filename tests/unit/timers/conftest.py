"""Timers on a real store, with clocks that a test can set, and a real talk that keeps them by words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from tests.unit.jobs.conftest import SetClock, until

from hub.conversation.conversations import Conversations
from hub.events import Bus
from hub.intents import Exact
from hub.jobs import Jobs, scheduler
from hub.llm.canned import Canned
from hub.llm.router import Router
from hub.store.database import Database
from hub.store.schema import CORE
from hub.store.transcripts import Transcripts
from hub.timers import Timers
from hub.timers.spoken import Spoken

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

__all__ = ["until"]


class Home:
    """A household's hub, as far as timers go; it can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock, self.bus, self.zone = folder, SetClock(), Bus(), ZoneInfo("Europe/Berlin")
        self.clock._wall = datetime(2026, 11, 19, 14, 5, tzinfo=self.zone).timestamp()

    async def start(self) -> None:
        self.core = Database(self.folder / "core.db", bytes(32), CORE)
        self.transcripts = Transcripts(self.core, self.folder / "transcripts", bytes(32))
        await self.core.open()
        await self.transcripts.open()
        self.jobs = Jobs(self.core, self.bus, self.clock, lambda: self.zone)
        self.timers = Timers(self.jobs, self.core, self.bus)
        self.router = Router([Spoken(self.timers), Exact()], Canned())
        self.talks = Conversations(self.core, self.transcripts, self.router, self.bus)
        await self.jobs.open()
        self.jobs.start()

    async def stop(self) -> None:
        await self.talks.close()
        await self.jobs.stop()
        await self.transcripts.close()
        await self.core.close()

    async def restart(self, away: float = 0.0) -> None:
        await self.stop()
        self.clock.pass_(away)
        await self.start()

    async def ask(self, text: str, talk: Any = None) -> str:
        """Say ``text`` in a talk, and return the answer."""
        talk = talk or await self.talks.latest()
        await talk.write(text)
        await talk.settled()
        return talk.history()[-1].answer

    async def rings(self, seconds: float, count: int = 1) -> None:
        """Let time pass until ``count`` ring."""
        self.clock.pass_(seconds)
        await until(lambda: len(self.timers.ringing()) == count and len(self.timers._bells) == count)

    def told(self, name: str) -> list[Any]:
        return [event for event in self.bus.recent(500) if event.name == name]


@pytest.fixture
async def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Home]:
    monkeypatch.setattr(scheduler, "WATCH_S", 0.002)
    home = Home(tmp_path)
    await home.start()
    yield home
    await home.stop()
