"""Search every vector: what is quick enough below some 20,000, and the measure of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from hub_memory.index.port import best, checked, nothing, question
from hub_memory.index.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hub_memory.index.port import Columns, Fetch, Found, Mask

ALL_BELOW = 4
"""With fewer rows allowed than a quarter, only these are read; with more, all are and the rest dropped."""


class ExactIndex:
    """All vectors as f32, 4 d bytes a row: 31 MB of 20,000 rows with 384 dimensions."""

    name = "exact vectors"

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions
        self.rows = Rows(dimensions, np.float32)

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, rids: NDArray[np.integer], vectors: NDArray[np.floating], columns: Columns) -> None:
        """Add rows or replace them."""
        batch = checked(rids, vectors, columns, self.dimensions)
        self.rows.put(batch.rids, batch.columns, batch.vectors.T)
        self.rows.remove(batch.absent)

    def remove(self, rids: Sequence[int] | NDArray[np.integer]) -> None:
        """Remove rows."""
        self.rows.remove(rids)

    def search(
        self, query: NDArray[np.floating], limit: int, mask: Mask | None, fetch: Fetch | None = None  # noqa: ARG002
    ) -> Found:  # fmt: skip
        """Return the nearest; the vectors of the file are not needed."""
        exact, held = question(query, self.dimensions), self.rows.held
        places = np.flatnonzero(held.allowed(mask))
        if exact is None or not len(places) or limit < 1:
            return nothing()
        vectors = held.payload[:, : held.count]
        if ALL_BELOW * len(places) < held.count:
            cosines = exact @ vectors[:, places]
        else:
            cosines = (exact @ vectors)[places]
        near = places[_largest(cosines, limit)]
        return best(held.rids[near], vectors[:, near].T, exact, limit)


def _largest(values: NDArray[np.float32], limit: int) -> NDArray[np.intp]:
    """Return where the ``limit`` largest are, with all that equal the last of them, and none of zero."""
    if len(values) > limit:
        bound = np.partition(values, len(values) - limit)[len(values) - limit]
        return np.flatnonzero(values >= bound)
    return np.arange(len(values))
