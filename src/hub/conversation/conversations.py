"""All talks: find the latest, begin a new one, and keep each one's single actor."""

from __future__ import annotations

import asyncio
import time
import uuid
from typing import TYPE_CHECKING

from hub.conversation.conversation import Conversation
from hub.errors import HubError

if TYPE_CHECKING:
    from hub.events import Bus
    from hub.llm.router import Router
    from hub.store.database import Database
    from hub.store.transcripts import Transcripts

HISTORY = 50


class Conversations:
    """The talks of this hub. Two who ask for the same talk get the same object."""

    def __init__(
        self, core: Database, transcripts: Transcripts, router: Router, bus: Bus, system_prompt: str = ""
    ) -> None:
        self._core, self._transcripts, self._router, self._bus = core, transcripts, router, bus
        self._system_prompt = system_prompt
        self._open: dict[str, Conversation] = {}
        self._lock = asyncio.Lock()

    async def latest(self) -> Conversation:
        """Return the talk that was touched last, or a new one."""
        rows = await self._core.rows("SELECT id FROM conversation ORDER BY touched DESC LIMIT 1")
        return await self.get(rows[0][0]) if rows else await self.new()

    async def new(self) -> Conversation:
        """Begin a talk."""
        id, now = uuid.uuid4().hex, time.time()  # noqa: A001  as in the table
        await self._core.execute(
            "INSERT INTO conversation (id, title, created, touched) VALUES (?, '', ?, ?)", (id, now, now)
        )
        return await self.get(id)

    async def get(self, id: str) -> Conversation:  # noqa: A002  as in the table
        """Return the talk of that id. Raises `HubError` when there is none."""
        async with self._lock:
            if id not in self._open:
                self._open[id] = await self._load(id)
            return self._open[id]

    async def list(self, limit: int = 100) -> list[tuple[str, str, float]]:
        """Return id, title and time of the latest talks, newest first."""
        rows = await self._core.rows(
            "SELECT id, title, touched FROM conversation ORDER BY touched DESC LIMIT ?", (limit,)
        )
        return [tuple(row) for row in rows]

    def instruct(self, system_prompt: str) -> None:
        """Describe the hub to its language models by ``system_prompt`` from the next question on."""
        self._system_prompt = system_prompt
        for talk in self._open.values():
            talk.instruct(system_prompt)

    async def close(self) -> None:
        """Stop all talks."""
        await asyncio.gather(*(talk.close() for talk in self._open.values()))

    async def _load(self, id: str) -> Conversation:  # noqa: A002
        rows = await self._core.rows("SELECT title FROM conversation WHERE id = ?", (id,))
        if not rows:
            raise HubError("There is no such talk.", fix="Begin a new one.")
        history = await self._transcripts.of(id, HISTORY)
        return Conversation(
            id, rows[0][0], history, transcripts=self._transcripts, router=self._router, bus=self._bus,
            rename=self._rename, system_prompt=self._system_prompt,
        )  # fmt: skip

    async def _rename(self, id: str, title: str) -> None:  # noqa: A002
        await self._core.execute(
            "UPDATE conversation SET title = ?, touched = ? WHERE id = ?", (title, time.time(), id)
        )
