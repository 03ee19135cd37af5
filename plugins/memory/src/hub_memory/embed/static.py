"""Embed by a table: a text is the sum of its word pieces' rows. No model runs; a text takes some 50 us."""

from __future__ import annotations

import asyncio
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from hub_memory.embed import table
from hub_memory.embed.embedder import Vectors, unit
from hub_memory.embed.pieces import pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

NAME = "static-256@1"

LONGEST = 10_000
"""Characters of a text that count: the mean of more than that says nothing more."""

BLOCK = 128
"""Texts at a time: what bounds the memory of one call, to some 10 KB a word piece."""

TOKENS = 8_192
"""Word pieces whose rows are in memory as floats at a time: 8 MB."""


class StaticEmbedder:
    """The embedder that is always there: 256 values, no model server, no network, in this process."""

    model = NAME
    dimensions = table.VALUES

    def __init__(self, folder: Path = table.DATA) -> None:
        """Open the table in ``folder``. Raises `Unavailable` when it is missing or damaged."""
        self._table = table.open_table(folder)

    async def embed(self, texts: Sequence[str], *, query: bool = False) -> Vectors:  # noqa: ARG002  the port's
        """Return the vectors of ``texts``, worked out on a thread."""
        return await asyncio.to_thread(self.embed_now, texts)

    def embed_now(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of ``texts``, for who owns a thread."""
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for at in range(0, len(texts), BLOCK):
            ids = pieces(texts[at : at + BLOCK], LONGEST)
            for first, last in _spans([len(one) for one in ids]):
                vectors[at + first : at + last] = self._sums(ids[first:last])
        return unit(vectors)

    def _sums(self, ids: Sequence[Sequence[int]]) -> NDArray[Any]:
        """Return the sum of the rows of each text's pieces."""
        counts = np.array([len(one) for one in ids])
        sums = np.zeros((len(ids), self.dimensions), np.float32)
        flat = np.fromiter(chain.from_iterable(ids), np.int64, counts.sum())
        if len(flat):
            some = np.flatnonzero(counts)  # reduceat would give an empty text the next one's first row
            starts = (np.cumsum(counts) - counts)[some]
            rows = self._table["values"][flat] * self._table["scale"][flat][:, None]
            sums[some] = np.add.reduceat(rows, starts, axis=0)
        return sums


def _spans(counts: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Cut texts of so many pieces into runs of at most `TOKENS`, or of one text."""
    first = held = 0
    for at, count in enumerate(counts):
        if held and held + count > TOKENS:
            yield first, at
            first, held = at, 0
        held += count
    if counts:
        yield first, len(counts)
