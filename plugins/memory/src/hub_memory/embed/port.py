"""Answer the hub's own `Embedder`, and with it ``/v1/embeddings``, even where no server is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub import Unavailable, Vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

    from hub import Embedder
    from hub_memory.embed.choice import Embedders


class HouseEmbedder:
    """A `hub.Embedder`: a server where a person has chosen one for this, else the memory's own models.

    ``core``: what asks the servers; ``servers`` names those there are. Asked for a model of the memory by
    name ("static-256", "minilm-l6-int8"), that one answers.
    """

    def __init__(self, core: Embedder, embedders: Embedders, servers: Callable[[], Sequence[str]]) -> None:
        self._core, self._embedders, self._servers = core, embedders, servers

    async def embed(self, texts: Sequence[str], model: str = "") -> Vectors:
        """Return the vectors of ``texts``. Raises `Unavailable` with reason and fix when it cannot."""
        own = self._own(model)
        if own is None and self._servers():
            return await self._core.embed(texts, model)
        if own is None and model:
            raise Unavailable(
                f"Nothing here embeds with {model[:60]}.",
                fix=f"Leave the model out, or ask for one of: {', '.join(self._embedders.own)}.",
            )
        embedder = self._embedders.by_model(own or self._embedders.active.model)
        return _told(await embedder.embed(texts, query=True), embedder.model)

    def _own(self, model: str) -> str | None:
        """Return the id of a model of ours by its name, with its version or without."""
        return next((one for one in self._embedders.own if model in (one, one.partition("@")[0])), None)


def _told(vectors: np.ndarray, model: str) -> Vectors:
    """Return ``vectors`` as plain numbers. A text without a word lies at one fixed point, not at none.

    Programs divide by a vector's length, and none of the models that they know has a length of 0.
    """
    if vectors.size:
        vectors[~vectors.any(axis=1)] = vectors.shape[1] ** -0.5
    return Vectors(tuple(map(tuple, vectors.tolist())), model)
