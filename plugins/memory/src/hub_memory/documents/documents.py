"""A person's documents: take a file or a new version of it, list what is kept, and forget it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from hub import HubError, MemorySelection
from hub_memory.documents import parts
from hub_memory.documents.cut import cut
from hub_memory.documents.read import named, text_of
from hub_memory.memory import AT_ONCE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from hub_memory.documents.parts import Change, Document
    from hub_memory.memory import SqliteMemory
    from hub_memory.postgres.memory import PostgresMemory

MOST = 20_000
"""Parts of one document."""


class Documents:
    """The documents in ``memory``. ``learn`` has what was written without vectors embedded soon."""

    def __init__(self, memory: SqliteMemory | PostgresMemory, learn: Callable[[], Awaitable[object]]) -> None:
        self._memory, self._learn = memory, learn
        self._turn = asyncio.Lock()

    async def put(self, namespace: str, name: str, raw: bytes) -> tuple[Document, Change]:
        """Keep a file, or what changed in it since it was kept last; all of that or nothing.

        Raises `HubError` for what is no text, too large, or has no name.
        """
        name = named(name)
        pieces = await asyncio.to_thread(lambda: cut(text_of(raw)))
        if len(pieces) > MOST:
            raise HubError("That document is too long.", fix=f"Cut it: {MOST:,} parts are the most.")
        async with self._turn:  # two versions at once would each replace the same older one
            now = self._memory.now()
            plan = await self._memory.read(lambda db: parts.planned(db, namespace, name, pieces, now))
            if plan.fresh or plan.ends:
                await self._memory.written(
                    plan.fresh, lambda db, vectors: parts.carried_out(db, plan, now, vectors)
                )
        if len(plan.fresh) > AT_ONCE:
            await self._learn()
        kept = await self._one(namespace, parts.identity(name))
        return kept, plan.change

    async def all(self, namespace: str) -> Sequence[Document]:
        """Return the documents of a namespace by name."""
        now = self._memory.now()
        return await self._memory.read(lambda db: parts.documents(db, namespace, now))

    async def forget(self, namespace: str, identity: str) -> int:
        """Destroy a document with its earlier versions; return how many parts. Raises `HubError` for none."""
        kept = await self._one(namespace, identity)
        async with self._turn:
            return await self._memory.forget(MemorySelection(namespace, session=parts.session(kept.id)))

    async def _one(self, namespace: str, identity: str) -> Document:
        for document in await self.all(namespace):
            if document.id == identity:
                return document
        raise HubError("There is no such document.", fix="Look at the list again.")
