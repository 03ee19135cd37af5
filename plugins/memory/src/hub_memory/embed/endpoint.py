"""Embed by a language server of the house or the world: what the core asks, as a `TextEmbedder`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hub import HubError, Unavailable
from hub_memory.embed.embedder import Vectors, unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub import Embedder, Hub

PREFIX = "endpoint:"
LONGEST = 8_000
"""Characters of a text that are sent: most models read no more than 2,048 word pieces."""


class EndpointEmbedder:
    """One model of one server. ``name``: "server/model", so that no other model answers in its place.

    ``core``: the hub's own `Embedder`, which knows keys, privacy and what it may cost.
    """

    def __init__(self, core: Embedder, name: str) -> None:
        self._core, self._name = core, name
        self.model = f"{PREFIX}{name}"
        self.dimensions = 0

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Vectors:  # noqa: ARG002  the port's
        """Return the vectors of ``texts``. Raises `Unavailable` as the server or the budget says."""
        if not texts:
            return np.zeros((0, self.dimensions), np.float32)
        try:
            told = await self._core.embed([text[:LONGEST] for text in texts], self._name)
        except Unavailable:
            raise
        except HubError as error:
            raise Unavailable(str(error), fix=error.fix) from error
        vectors = np.array(told.vectors, np.float32)
        self._check(vectors, len(texts))
        return unit(vectors)

    def _check(self, vectors: Vectors, wanted: int) -> None:
        """Learn the length of its vectors from the first; another one later is another model."""
        if vectors.ndim != 2 or len(vectors) != wanted:  # noqa: PLR2004  rows and columns
            raise Unavailable(
                f"{self._name} gave back too few vectors.", fix="Test the server under Language."
            )
        size = vectors.shape[1]
        if self.dimensions not in {0, size}:
            why = f"{self._name} gave vectors of {size} values; before they had {self.dimensions}."
            raise Unavailable(why, fix="Choose the embedding model anew under Language, then restart me.")
        self.dimensions = size


def servers(hub: Hub) -> list[str]:
    """Return "server/model" of each server that is switched on and has a model for this, in their order."""
    there = sorted(hub.settings.providers.items(), key=lambda one: (one[1].order, one[0]))
    return [f"{name}/{about.embeds}" for name, about in there if about.enabled and about.embeds]
