"""Bring the parts of the memory together in a hub: file, embedders, index, jobs; and answer its hooks."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import structlog

from hub import Embedder, Health, HubError, Memory, MemorySelection, Tile
from hub_memory.documents.documents import Documents
from hub_memory.embed.choice import Embedders
from hub_memory.embed.endpoint import servers
from hub_memory.embed.port import HouseEmbedder
from hub_memory.embed.reembedding import Reembedding, Rows
from hub_memory.exchange.exchange import Exchange
from hub_memory.life.house import Housekeeping, Limits
from hub_memory.memory import SqliteMemory
from hub_memory.notices import Notices
from hub_memory.recall.meaning import Meaning
from hub_memory.routes import Routes
from hub_memory.spoken.provider import Spoken
from hub_memory.store import upkeep
from hub_memory.store.schema import MIGRATIONS
from hub_memory.sync.life import Syncing
from hub_memory.tools import Tools

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from hub import Hub, MemoryHealth, Selector

log = structlog.get_logger(__name__)

HOUSE = "house"


class Keeper:
    """The memory of one hub. ``settings``: as the manifest describes them."""

    def __init__(self, hub: Hub, settings: dict[str, Any]) -> None:
        core = hub.port(Embedder)  # type: ignore[type-abstract]  # a Protocol is the key
        self._hub, self._database = hub, hub.database("memory.db", MIGRATIONS)
        self._embedders = Embedders(hub, core, settings["embedder"])
        self._house = HouseEmbedder(core, self._embedders, lambda: servers(hub))
        self.memory = SqliteMemory(self._database)
        self.spoken = Spoken(self.memory, self.spaces)
        self.routes = Routes(Documents(self.memory, self.learn), Exchange(self.memory, self.learn))
        self.tools = Tools(self.memory, self.spaces, hub.calling)
        self._reembedding: Reembedding | None = None
        self.housekeeping = Housekeeping(hub, self._database, self.memory, Limits.of(settings))
        self.sync = Syncing(hub, self.memory, self._database, settings)
        self._health: MemoryHealth | None = None
        self.memory.told = Notices(hub, self.look).note

    async def open(self) -> None:
        """Open the file and provide the ports; learning what entries mean goes on in the background."""
        await self.memory.open()
        await self._embedders.open()
        self._hub.provide(Memory, self.memory)  # type: ignore[type-abstract]  # as above
        self._hub.provide(Embedder, self._house)  # type: ignore[type-abstract]
        await self._choose()
        self._reembedding = Reembedding(
            self._hub, self._embedders, Rows(self._lacking, self._keep, self._left)
        )
        await self.learn()
        await self.housekeeping.open()
        await self.sync.open(self.learn)

    async def close(self) -> None:
        """Write what is still to be noted, and end the embedder's process."""
        await self.memory.close()
        await self._embedders.close()

    async def learn(self) -> None:
        """Have what has no vector embedded in the background."""
        if self._reembedding:
            await self._reembedding.plan()

    async def spaces(self, person: str) -> tuple[str, ...]:
        """Return what ``person`` may read, their own first; a device that anybody uses has the house's."""
        return (person, HOUSE) if person and await self._hub.people.has(person) else (HOUSE,)

    def health(self) -> Health:
        """Say what recall has to do without."""
        trouble = self._embedders.trouble
        if trouble:
            return Health("degraded", f"I search by words only: {trouble}", trouble.fix)
        if self._health and self._health.reason:
            return Health("degraded", self._health.reason, self._health.fix)
        if full := self._health and self.housekeeping.nearly_full(self._health.entries):
            return Health("degraded", full, "Let me hold more, or I forget what matters least.")
        return Health()

    def tile(self) -> Tile:
        """Show how many entries there are."""
        health = self._health
        if health is None:
            return Tile(note="I look what I remember.")
        waiting = f"{health.to_embed:,} to learn by meaning" if health.to_embed else ""
        return Tile(f"{health.entries:,}", "entries" if health.entries != 1 else "entry", waiting)

    async def look(self) -> None:
        """Count anew what the tile and the health tell; what could not be embedded is, once it can."""
        self.memory.guard.prompt(self._hub.instructions())
        self._health = await self.memory.health()
        if self._health.to_embed and not self._embedders.trouble:
            await self.learn()

    async def forget(self, selector: Selector) -> int:
        """Destroy what is selected. A time alone is the retention of talks: mine has its own settings."""
        if selector.everything:
            gone = await self.memory.forget(MemorySelection(everything=True))
        elif selector.before is not None and not (selector.person or selector.talk or selector.topic):
            gone = await self.housekeeping.retire()
        else:
            chosen = MemorySelection(
                selector.person, (), selector.talk, selector.topic, before=selector.before
            )
            gone = await self.memory.forget(chosen)
        await self.sync.soon()
        await self.look()
        return gone

    async def export(self, person: str) -> dict[str, Any] | None:
        """Return all that is remembered of ``person``, what no longer holds too."""
        entries = await self._database.read(lambda db: upkeep.all_of(db, person))
        return {"entries": [asdict(entry) for entry in entries]} if entries else None

    # -- meaning --------------------------------------------------------------------------------------

    async def _choose(self) -> None:
        """Answer by the chosen model, or by an older one until the chosen one has learnt all entries."""
        chosen = self._embedders.chosen
        counts = await self._database.read(upkeep.models)
        best = max(counts, key=lambda model: (counts[model], model == chosen), default=chosen)
        for model in dict.fromkeys((best, chosen)):
            try:
                embedder = self._embedders.by_model(model)
            except HubError as error:
                log.warning("memory.model_gone", model=model, reason=str(error))
                continue
            self.memory.meaning = Meaning(embedder)
            return

    async def _lacking(self, model: str, limit: int) -> Sequence[tuple[int, str]]:
        return await self._database.read(lambda db: upkeep.lacking(db, model, limit))

    async def _keep(self, model: str, rids: Sequence[int], vectors: np.ndarray) -> None:
        await self._database.write(lambda db: upkeep.keep(db, model, rids, vectors))
        self.memory.told(learnt=len(rids))

    async def _left(self, model: str) -> int:
        left = await self._database.read(lambda db: upkeep.left(db, model))
        if not left:
            await self._choose()
        return left
