"""The one object that everything hangs from."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any, TypeVar, cast

import structlog

from hub import __version__, ports
from hub.auth.claim import Claims
from hub.auth.devices import Devices
from hub.auth.guesses import Guesses
from hub.auth.invites import Invites
from hub.auth.people import People
from hub.auth.sessions import Sessions
from hub.conversation.conversations import Conversations
from hub.conversation.tools import Tools
from hub.events import Bus
from hub.intents import Exact
from hub.llm.canned import Canned
from hub.llm.embedded import Embedded
from hub.llm.router import Router
from hub.models import Models
from hub.plugin.lifecycle import Plugins
from hub.store.database import Database
from hub.store.keys import master_key
from hub.store.schema import CORE
from hub.store.transcripts import Transcripts

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from pathlib import Path

    from starlette.routing import BaseRoute

    from hub.config import Settings
    from hub.models import ModelFile

log = structlog.get_logger(__name__)
Port = TypeVar("Port")


class Hub:
    """What plugins and pages are given: settings, events, parts by port, talks, models and plugins."""

    version = __version__

    def __init__(self, settings: Settings, models: Sequence[ModelFile]) -> None:
        self.settings = settings
        self.started = time.time()
        self.bus = Bus()
        self.routes: list[BaseRoute] = []
        self.tools = Tools()
        self.models = Models(self.data / "models", models, self.bus)
        master = master_key(self.data)
        self.core = Database(self.data / "core.db", master, CORE)
        self.transcripts = Transcripts(self.core, self.data / "transcripts", master)
        self.sessions = Sessions(self.core, self.bus)
        self.claims = Claims(self.core)
        self.people = People(self.core, self.sessions, self.bus)
        self.invites = Invites(self.core, self.bus)
        self.devices = Devices(self.core, self.sessions, self.bus)
        self.guesses = Guesses()
        self.embedded = Embedded(self.models, self.bus)
        self.router = Router([Exact(), self.embedded], Canned())
        self.conversations = Conversations(
            self.core, self.transcripts, self.router, self.bus, settings.system_prompt
        )
        self.plugins = Plugins(self)
        self._ports: dict[type, Any] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def data(self) -> Path:
        """The folder that holds all the hub knows."""
        return self.settings.data

    def provide(self, port: type[Port], adapter: Port) -> None:
        """Make ``adapter`` the live part behind ``port``; the latest wins."""
        self._ports[port] = adapter

    def port(self, port: type[Port]) -> Port:
        """Return the live adapter of ``port``, or its Null, which says why there is none."""
        return cast("Port", self._ports.get(port) or ports.NULLS[port]())

    def recheck(self, plugin: str) -> None:
        """Ask a plugin for its health at once."""
        self.plugins.recheck(plugin)

    def spawn(self, work: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        """Run ``work`` in the background until the hub stops; a crash is logged, never silent."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def open(self) -> None:
        """Open the stores: all that the first page needs, and nothing more."""
        await self.core.open()
        await self.transcripts.open()
        await self.sessions.open()
        self.plugins.discover()

    async def start(self) -> None:
        """Start the language model and the plugins, and fetch missing models, all at once."""
        self.spawn(self.embedded.start(), name="embedded")
        self.spawn(self._fetch_models(), name="models")
        await self.plugins.start()

    async def stop(self) -> None:
        """Stop everything, newest first; safe after a start that failed half-way."""
        await self.conversations.close()
        await self.plugins.stop()
        for task in tuple(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2)
        await self.embedded.stop()
        await self.transcripts.close()
        await self.core.close()

    async def _fetch_models(self) -> None:
        """Fetch what is missing; after a failure try again, less and less often."""
        pause = 5.0
        while True:
            await self.models.ensure()
            if all(self.models.state(file.name).state == "ready" for file in self.models.files):
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, 300.0)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("background work failed", work=task.get_name(), exc_info=error)
