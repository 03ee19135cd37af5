"""How many of an exact search's best a quick one finds: measured on the vectors that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hub_memory.index.port import Fetch, VectorIndex

LIMIT = 10
ENOUGH = 0.98
MOST = 8
"""How many times the usual oversampling may rise."""

SAME = 1e-4
"""Cosines that differ by less are equally near: rows with equal text have equal vectors."""


class Oversampling(Protocol):
    """An index that chooses more than is asked for, and can choose more yet."""

    oversampling: int


def estimate(
    index: VectorIndex, exact: VectorIndex, queries: NDArray[np.floating], fetch: Fetch
) -> float:  # fmt: skip
    """Return the share, 0 to 1, of the ten best of ``exact`` that ``index`` finds for (n, d) ``queries``."""
    found = wanted = 0
    for query in queries:
        _, truth = exact.search(query, LIMIT, None, fetch)
        _, quick = index.search(query, LIMIT, None, fetch)
        wanted += len(truth)
        if len(truth):
            found += int((quick >= truth[-1] - SAME).sum())
    return found / wanted if wanted else 1.0


def sample(rids: NDArray[np.uint32], fetch: Fetch, n: int = 50, seed: int = 0) -> NDArray[np.float32]:
    """Return ``n`` questions between two vectors that are there, nearer to the first of them."""
    chance = np.random.default_rng(seed)
    if not len(rids):
        return np.empty((0, 0), np.float32)
    one, other = (fetch(chance.choice(rids, n)).astype(np.float32) for _ in range(2))
    return 0.75 * one + 0.25 * other


def adjust(index: Oversampling, share: float, usual: int) -> bool:
    """Double what ``index`` chooses when it found too few; return whether it is worth measuring again."""
    if share >= ENOUGH or index.oversampling >= MOST * usual:
        return False
    index.oversampling = min(2 * index.oversampling, MOST * usual)
    return True
