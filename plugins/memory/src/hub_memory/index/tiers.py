"""The index of one model's vectors: exact while it is small, codes or turbovec once it has grown."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from hub_memory.index.codes import CodeIndex
from hub_memory.index.exact import ExactIndex

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from hub_memory.index.port import Columns, Fetch, Found, Mask, VectorIndex

EXACT_BELOW = 20_000
"""Rows; one core reads these in 0.4 ms."""


class TieredIndex:
    """Goes over to what ``large`` makes at `EXACT_BELOW` rows, once."""

    def __init__(
        self, dimensions: int, large: Callable[[int], VectorIndex] = CodeIndex, below: int = EXACT_BELOW
    ) -> None:
        self.dimensions = dimensions
        self.index: VectorIndex = ExactIndex(dimensions)
        self._large, self._below, self._lock = large, below, threading.Lock()

    @property
    def name(self) -> str:
        """What holds the rows now."""
        return self.index.name

    def __len__(self) -> int:
        return len(self.index)

    def add(self, rids: NDArray[np.integer], vectors: NDArray[np.floating], columns: Columns) -> None:
        """Add rows or replace them."""
        with self._lock:
            index = self.index
            if isinstance(index, ExactIndex) and len(index) + len(rids) > self._below:
                index = self._grown(index)
            index.add(rids, vectors, columns)
            self.index = index

    def remove(self, rids: Sequence[int] | NDArray[np.integer]) -> None:
        """Remove rows."""
        with self._lock:
            self.index.remove(rids)

    def search(self, query: NDArray[np.floating], limit: int, mask: Mask | None, fetch: Fetch) -> Found:
        """Return the nearest, as the index of this size finds them."""
        return self.index.search(query, limit, mask, fetch)

    def _grown(self, small: ExactIndex) -> VectorIndex:
        large = self._large(self.dimensions)
        rids, vectors, columns = small.rows.contents()
        if len(rids):
            large.add(rids, vectors.T, columns)
        return large
