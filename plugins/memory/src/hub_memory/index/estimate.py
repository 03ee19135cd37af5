"""How many of an exact search's best a quick one finds: measured on the vectors that are there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from hub_memory.embed.embedder import unit

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def nearest(queries: NDArray[np.floating], batches: Iterable[NDArray[np.floating]]) -> NDArray[np.float32]:
    """Return the `LIMIT` greatest cosines of each of (n, d) ``queries``, of fewer rows with -1 for the rest.

    All vectors are looked at, a batch at a time: that is the exact search.
    """
    top = np.full((len(queries), LIMIT), -1, np.float32)
    for vectors in batches:
        cosines = queries @ unit(vectors).T
        top = -np.partition(-np.concatenate([top, cosines], axis=1), LIMIT - 1, axis=1)[:, :LIMIT]
    return top


def estimate(
    index: VectorIndex, queries: NDArray[np.floating], truth: NDArray[np.float32], fetch: Fetch
) -> float:
    """Return the share, 0 to 1, of the cosines of ``truth`` (see `nearest`) that ``index`` reaches."""
    found = wanted = 0
    for query, near in zip(queries, truth, strict=True):
        there = near[near > -1]
        if len(there):
            _, quick = index.search(query, len(there), None, fetch)
            found += int((quick >= there.min() - SAME).sum())
            wanted += len(there)
    return found / wanted if wanted else 1.0


def sample(rids: NDArray[np.uint32], fetch: Fetch, n: int = 50, seed: int = 0) -> NDArray[np.float32]:
    """Return ``n`` questions between two vectors that are there, nearer to the first of them."""
    chance = np.random.default_rng(seed)
    if not len(rids):
        return np.empty((0, 0), np.float32)
    one, other = (fetch(np.sort(chance.choice(rids, n))).astype(np.float32) for _ in range(2))
    return unit(0.75 * one + 0.25 * chance.permutation(other))


def adjust(index: Oversampling, share: float, usual: int) -> bool:
    """Double what ``index`` chooses when it found too few; return whether it is worth measuring again."""
    if share >= ENOUGH or index.oversampling >= MOST * usual:
        return False
    index.oversampling = min(2 * index.oversampling, MOST * usual)
    return True
