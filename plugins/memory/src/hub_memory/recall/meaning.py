"""Find entries by what they mean: the index of one model's vectors, in step with memory.db."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from hub_memory.index import kept
from hub_memory.index.codes import OVERSAMPLING, CodeIndex
from hub_memory.index.estimate import adjust, estimate, nearest, sample
from hub_memory.index.file import KINDS, Namespaces, changed, fetching, gone, load
from hub_memory.index.port import QUARANTINED, SUPERSEDED, Mask
from hub_memory.index.quickest import quickest
from hub_memory.index.tiers import TieredIndex
from hub_memory.index.turbo import usable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from hub import Connection, MemoryQuery
    from hub_memory.embed.embedder import TextEmbedder
    from hub_memory.index.port import VectorIndex
    from hub_memory.store.where import Where

LEAST = 0.2
"""Cosine below which two texts have nothing to do with each other."""

SECOND = 1.0
"""The index knows times to the second, and its spans exclude their end."""


class Meaning:
    """The vectors of ``embedder``'s model, for the threads of the database. ``large``: see `TieredIndex`."""

    def __init__(self, embedder: TextEmbedder, large: Callable[[int], VectorIndex] = quickest) -> None:
        self.embedder = embedder
        self._large, self._lock = large, threading.Lock()
        self._index: TieredIndex | None = None
        self._names, self._revision = Namespaces(), -1

    @property
    def model(self) -> str:
        """The id of its model."""
        return self.embedder.model

    @property
    def engine(self) -> str:
        """What its vectors are found by; "" before the first question."""
        index = self._index
        return index.name if index else ""

    def ready(self, db: Connection) -> None:
        """Read the index before the first question, which then need not wait for it."""
        if self.embedder.dimensions:
            self._followed(db, self.embedder.dimensions)

    async def question(self, text: str) -> NDArray[np.float32] | None:
        """Return the vector of a question, None for one without a known word. Raises `Unavailable`."""
        (vector,) = await self.embedder.embed([text], query=True)
        return vector if vector.any() else None

    def near(
        self, db: Connection, vector: NDArray[np.float32], query: MemoryQuery, where: Where, limit: int
    ) -> dict[int, float]:
        """Return the ``limit`` rows nearest to ``vector``, with their cosines.

        What few of them ``where`` forbids (of the talk that asks, or not valid now) the caller must drop.
        """
        index = self._followed(db, len(vector))
        mask = self._mask(db, query, where)
        rids, cosines = index.search(vector, limit, mask, fetching(db, self.model, len(vector)))
        found = zip(rids.tolist(), cosines.tolist(), strict=True)
        return {rid: cosine for rid, cosine in found if cosine >= LEAST}

    def cosines(
        self, db: Connection, vector: NDArray[np.float32], rids: Sequence[int]
    ) -> NDArray[np.float64]:
        """Return the cosine of each row, NaN for one without a vector."""
        rows = fetching(db, self.model, len(vector))(np.array(rids, np.uint32)).astype(np.float32)
        found = (rows @ vector).astype(np.float64)
        found[~rows.any(axis=1)] = np.nan
        return found

    def reload(self) -> None:
        """Read all anew at the next question: vectors were written of rows that had none."""
        with self._lock:
            self._index = None

    def measure(self, db: Connection) -> float:
        """Return what share of an exact search's ten best are found; a poor index then looks further."""
        with self._lock:
            index = self._index.index if self._index else None
        if not isinstance(index, CodeIndex):
            return 1.0
        size = index.dimensions
        fetch = fetching(db, self.model, size)
        asked = sample(index.rows.contents()[0], fetch)
        rows = (vectors for _, vectors, _ in changed(db, self.model, size, Namespaces()))
        truth = nearest(asked, rows)
        share = estimate(index, asked, truth, fetch)
        while adjust(index, share, OVERSAMPLING):
            share = estimate(index, asked, truth, fetch)
        return share

    def save(self, db: Connection) -> None:
        """Keep a large index in the file, so that the next start is quick."""
        with self._lock:
            index = self._index.index if self._index else None
            if isinstance(index, CodeIndex):
                kept.save(db, self.model, index, self._names, self._revision)

    def _followed(self, db: Connection, dimensions: int) -> TieredIndex:
        """Return the index as the file is now; the first time it is made."""
        (revision,) = db.execute("SELECT revision FROM state").fetchone()
        with self._lock:
            index = self._index
            if index is None or index.dimensions != dimensions:
                index = self._restored(db, dimensions)
            if self._revision < revision:
                index.remove(gone(db, self._revision))
                load(index, changed(db, self.model, dimensions, self._names, self._revision))
                self._revision = revision
            self._index = index
            return index

    def _restored(self, db: Connection, dimensions: int) -> TieredIndex:
        index = TieredIndex(dimensions, self._large)
        self._names, self._revision = Namespaces(), -1
        found = kept.restore(db, self.model, dimensions) if self._large in {CodeIndex, quickest} else None
        if found and not (self._large is quickest and usable() == ""):  # turbovec came since they were kept
            index.index, self._names, self._revision = found
        return index

    def _mask(self, db: Connection, query: MemoryQuery, where: Where) -> Mask:
        """Return the columns' part of the condition; what they do not know is asked of the file."""
        only = None
        if query.tags or query.as_of is not None or query.quarantined:
            rows = db.execute(f"SELECT rid FROM memory WHERE {where.sql}", where.args)  # noqa: S608  our own conditions
            only = np.array([rid for (rid,) in rows], np.int64)
        without = 0 if only is not None else QUARANTINED | SUPERSEDED
        return Mask(
            self._names.known(query.namespaces), [KINDS.index(kind) for kind in query.kinds], query.since,
            None if query.until is None else query.until + SECOND, query.minimum_trust, without, only,
        )  # fmt: skip
