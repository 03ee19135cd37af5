"""Hold the embedders of this hub: the one that was chosen, the one that answers now, and any by its model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import structlog

from hub import Unavailable
from hub_memory.embed.endpoint import PREFIX, EndpointEmbedder, servers
from hub_memory.embed.remote import ChildEmbedder
from hub_memory.embed.static import NAME as STATIC
from hub_memory.embed.static import StaticEmbedder

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from hub import Embedder, Hub
    from hub_memory.embed.embedder import TextEmbedder, Vectors

Choice = Literal["auto", "static", "minilm", "endpoint"]

log = structlog.get_logger(__name__)


class Embedders:
    """The embedders by model. ``core``: the hub's own `Embedder`, taken before the memory provides another.

    The static table is always open, so something answers whatever is chosen; that it stands in is told by
    `trouble`, never passed over, and what it embedded meanwhile is embedded anew later. When the table itself
    is damaged, nothing stands in.
    """

    def __init__(self, hub: Hub, core: Embedder, choice: Choice = "auto") -> None:
        self._hub, self._core, self._choice = hub, core, choice
        self._static: StaticEmbedder | None = None
        self._broken = Unavailable("My table of word meanings is not open yet.", fix="Wait a moment.")
        self._minilm = ChildEmbedder(hub)
        self._endpoints: dict[str, EndpointEmbedder] = {}
        self._trouble: Unavailable | None = None
        self._starting: asyncio.Task[None] | None = None

    own = (STATIC, ChildEmbedder.model)
    """The models that run here."""

    async def open(self) -> None:
        """Open the table, and start what is chosen; what cannot be is told by `trouble`."""
        try:
            self._static = StaticEmbedder()
        except Unavailable as error:
            self._broken = error
            log.error("embedder.damaged", reason=str(error), fix=error.fix)  # noqa: TRY400  no stack to see
        try:
            self.by_model(self.chosen)
        except Unavailable as error:
            self._trouble = error
        if self._choice == "minilm":
            self._starting = self._hub.spawn(self._minilm.start(), name="embedder")

    async def close(self) -> None:
        """End the child."""
        if self._starting:
            self._starting.cancel()
        await self._minilm.stop()

    @property
    def chosen(self) -> str:
        """The model that entries should have vectors of; "" for an endpoint that is not set up."""
        if self._choice == "minilm":
            return ChildEmbedder.model
        if self._choice == "endpoint":
            return next((f"{PREFIX}{name}" for name in servers(self._hub)), "")
        return STATIC

    @property
    def trouble(self) -> Unavailable | None:
        """Why the chosen one does not answer now, with a fix; None when it does."""
        return self._minilm.trouble if self._choice == "minilm" else self._trouble

    @property
    def active(self) -> TextEmbedder:
        """What embeds now: the chosen one, or the table in its place. Raises `Unavailable` without either."""
        return self.by_model(STATIC if self.trouble and self._static else self.chosen)

    def by_model(self, model: str) -> TextEmbedder:
        """Return what embeds with ``model``, for questions to vectors that it made.

        Raises `Unavailable` with reason and fix when nothing here does.
        """
        if model == STATIC:
            if self._static is None:
                raise self._broken
            return self._static
        if model == ChildEmbedder.model:
            return self._minilm
        if model.startswith(PREFIX):
            return self._endpoint(model.removeprefix(PREFIX))
        if not model:
            raise Unavailable(
                "No language server has an embedding model.", fix="Choose one for a server under Language."
            )
        raise Unavailable(f"Nothing here embeds with {model[:60]}.", fix="Embed anew with what is here.")

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> tuple[str, Vectors]:
        """Return the vectors of ``texts`` and the model that made them: the chosen one, or the table.

        Raises `Unavailable` when neither can.
        """
        try:
            chosen = self.by_model(self.chosen)
            vectors = await chosen.embed(texts, query=query)
        except Unavailable as error:
            self._tell(error)
            if self._static is None or self.chosen == STATIC:
                raise
            return STATIC, await self._static.embed(texts, query=query)
        self._tell(None)
        return chosen.model, vectors

    def _endpoint(self, name: str) -> EndpointEmbedder:
        return self._endpoints.setdefault(name, EndpointEmbedder(self._core, name))

    def _tell(self, trouble: Unavailable | None) -> None:
        """Note how the chosen one does; what is new of it is shown at once."""
        before, self._trouble = self._trouble, trouble
        if str(before or "") != str(trouble or ""):
            log.warning("embedder.changed", reason=str(trouble or ""))
            self._hub.recheck("memory")
