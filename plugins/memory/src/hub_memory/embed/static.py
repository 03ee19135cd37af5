"""Embed by a table: a text is the sum of its word pieces' rows. No model runs; a text takes some 15 us."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np

from hub_memory.embed import table
from hub_memory.embed.embedder import Vectors, unit
from hub_memory.embed.pieces import pieces

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NAME = "static-256@1"

LONGEST = 10_000
"""Characters of a text that count: the mean of more than that says nothing more."""


class StaticEmbedder:
    """The embedder that is always there: 256 values, no model server, no network, in this process."""

    model = NAME
    dimensions = table.VALUES

    def __init__(self, folder: Path = table.DATA) -> None:
        """Open the table in ``folder``. Raises `Unavailable` when it is missing or damaged."""
        self._table = np.asarray(table.open_table(folder))  # a mapped one is slow to take rows of

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Vectors:  # noqa: ARG002  the port's
        """Return the vectors of ``texts``, worked out on a thread."""
        return await asyncio.to_thread(self.embed_now, texts)

    def embed_now(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of ``texts``, for who owns a thread."""
        vectors = np.empty((len(texts), self.dimensions), np.float32)
        for at, ids in enumerate(pieces(texts, LONGEST)):
            rows = self._table[ids]
            # one text at a time: its rows stay in the processor's cache, and are added up as they are scaled
            np.dot(rows["scale"], rows["values"].astype(np.float32), out=vectors[at])
        return unit(vectors)
