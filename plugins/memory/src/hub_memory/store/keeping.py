"""What the memory's keeper asks of memory.db, as any store of it answers (`hub_memory.postgres.upkeep`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub_memory.store import upkeep

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub import Database, MemoryEntry
    from hub_memory.embed.embedder import Vectors


class Upkeep:
    """Vectors that are still to be made, and the export, of the entries in ``database``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def models(self) -> dict[str, int]:
        """Return how many entries have a vector of each model."""
        return await self._database.read(upkeep.models)

    async def lacking(self, model: str, limit: int) -> Sequence[tuple[int, str]]:
        """Return the next entries without a vector of ``model``: row numbers and texts."""
        return await self._database.read(lambda db: upkeep.lacking(db, model, limit))

    async def left(self, model: str) -> int:
        """Return how many entries have no vector of ``model``."""
        return await self._database.read(lambda db: upkeep.left(db, model))

    async def keep(self, model: str, rids: Sequence[int], vectors: Vectors) -> None:
        """Keep vectors of entries that are still there."""
        await self._database.write(lambda db: upkeep.keep(db, model, rids, vectors))

    async def all_of(self, namespace: str) -> Sequence[MemoryEntry]:
        """Return every entry of a namespace, the oldest first: superseded and quarantined ones too."""
        return await self._database.read(lambda db: upkeep.all_of(db, namespace))
