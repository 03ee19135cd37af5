"""Bring the parts of the memory together in a hub: file, embedders, index, jobs; and answer its hooks."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import structlog

from hub import Embedder, Health, HubError, Memory, MemorySelection, Tile, Unavailable
from hub_memory.documents.documents import Documents
from hub_memory.embed.choice import Embedders
from hub_memory.embed.endpoint import servers
from hub_memory.embed.port import HouseEmbedder
from hub_memory.embed.reembedding import Reembedding, Rows
from hub_memory.exchange.exchange import Exchange
from hub_memory.exchange.texts import FORMAT
from hub_memory.notices import Notices
from hub_memory.recall.meaning import Meaning
from hub_memory.routes import Routes
from hub_memory.spoken.provider import Spoken
from hub_memory.spoken.quotes import Quotes
from hub_memory.stored import stored
from hub_memory.tools import Tools

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub import Hub, MemoryHealth, Selector
    from hub_memory.embed.embedder import Vectors

log = structlog.get_logger(__name__)

HOUSE = "house"


class Keeper:
    """The memory of one hub. ``settings``: as the manifest describes them."""

    def __init__(self, hub: Hub, settings: dict[str, Any]) -> None:
        core = hub.port(Embedder)  # type: ignore[type-abstract]  # a Protocol is the key
        self._hub = hub
        self._embedders = Embedders(hub, core, settings["embedder"])
        self._house = HouseEmbedder(core, self._embedders, lambda: servers(hub))
        kept = stored(hub, settings)
        self.memory, self._upkeep = kept.memory, kept.upkeep
        self.housekeeping, self.sync, self.procedures = kept.house, kept.sync, kept.procedures
        self.spoken = Spoken(self.memory, self.spaces, self._unsay)
        self.quotes = Quotes(self.memory, self.spaces)
        self.routes = Routes(Documents(self.memory, self.learn), Exchange(self.memory, self.learn))
        self.tools = Tools(self.memory, self.spaces, hub.calling, self._unsay, self.procedures)
        rows = Rows(self._upkeep.lacking, self._keep, self._left)
        self._reembedding = Reembedding(hub, self._embedders, rows)
        self._health: MemoryHealth | None = None
        self.memory.told = Notices(hub, self.look).note

    async def open(self) -> None:
        """Open the file and provide the ports; learning what entries mean goes on in the background."""
        await self.memory.open()
        await self._embedders.open()
        self._hub.provide(Memory, self.memory)  # type: ignore[type-abstract]  # as above
        self._hub.provide(Embedder, self._house)  # type: ignore[type-abstract]
        await self.learn()
        await self.housekeeping.open()
        if self.sync:
            await self.sync.open(self.learn)
        self._hub.spawn(self.memory.ready(), name="read the index")
        if self.procedures:
            await self.procedures.open()

    async def close(self) -> None:
        """Write what is still to be noted, and end the embedder's process."""
        await self.memory.close()
        await self._embedders.close()

    async def learn(self) -> None:
        """Have what has no vector embedded in the background; `look` tries again what cannot be now."""
        try:
            if self.memory.meaning is None:
                await self._choose()
            await self._reembedding.plan()
        except Unavailable as error:
            log.warning("memory.away", reason=str(error), fix=error.fix)

    async def spaces(self, person: str) -> tuple[str, ...]:
        """Return what ``person`` may read, their own first; a device that anybody uses has the house's."""
        return (person, HOUSE) if person and await self._hub.people.has(person) else (HOUSE,)

    async def _unsay(self, person: str, texts: Sequence[str]) -> None:
        """Destroy what tools of ``person`` were asked in the words of entries that were forgotten."""
        await self._hub.gate.forget(person=person, topics=tuple(texts))

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
        if self.memory.meaning is None or (self._health.to_embed and not self._embedders.trouble):
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
        if self.procedures:
            await self.procedures.forget(everything=selector.everything)
        await self.look()
        return gone

    async def export(self, person: str) -> dict[str, Any] | None:
        """Return all that is remembered of ``person``, what no longer holds too."""
        entries = await self._upkeep.all_of(person)
        return {"format": FORMAT, "entries": [asdict(entry) for entry in entries]} if entries else None

    # -- meaning --------------------------------------------------------------------------------------

    async def _choose(self) -> None:
        """Answer by the chosen model, or by an older one until the chosen one has learnt all entries."""
        chosen = self._embedders.chosen
        counts = await self._upkeep.models()
        best = max(counts, key=lambda model: (counts[model], model == chosen), default=chosen)
        for model in dict.fromkeys((best, chosen)):
            try:
                embedder = self._embedders.by_model(model)
            except HubError as error:
                log.warning("memory.model_gone", model=model, reason=str(error))
                continue
            self.memory.meaning = Meaning(embedder)
            return

    async def _keep(self, model: str, rids: Sequence[int], vectors: Vectors) -> None:
        await self._upkeep.keep(model, rids, vectors)
        self.memory.told(learnt=len(rids))

    async def _left(self, model: str) -> int:
        left = await self._upkeep.left(model)
        if not left:
            await self._choose()
        return left
