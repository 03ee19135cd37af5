"""What an index of vectors is: its rows, what may be asked of it, and the checks that all of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from hub import HubError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

PINNED, QUARANTINED, SUPERSEDED = 1, 2, 4
"""Bits of `Columns.flags`."""

Fetch = Callable[[NDArray[np.uint32]], NDArray[np.float16]]
"""rids -> (n, d) vectors as the file holds them, in that order; zeros for a row that is not there."""

Found = tuple[NDArray[np.uint32], NDArray[np.float32]]
"""rids and cosines, the best first; rids in ascending order among equal cosines."""

FEW, BEYOND = 10, 1.5
"""Of more than these, which other legs judge too, only so many times as many vectors are read."""

UNIT_WITHIN = 0.02
"""How far from 1 the length of a vector may be: f16 rounds to within a thousandth."""


@dataclass(frozen=True, slots=True)
class Columns:
    """What is known of n rows, to choose among them: arrays of shape (n,).

    ``namespace``: a code below 65,536 for its name. ``kind``: below 7. ``created``: Unix seconds, kept
    to the second. ``trust``: 0 to 3. ``flags``: bits `PINNED`, `QUARANTINED`, `SUPERSEDED`.
    """

    namespace: NDArray[np.integer]
    kind: NDArray[np.integer]
    created: NDArray[np.float64]
    trust: NDArray[np.integer]
    flags: NDArray[np.integer]

    def take(self, which: NDArray[np.integer] | NDArray[np.bool_]) -> Columns:
        """Return those of some rows."""
        return Columns(
            self.namespace[which], self.kind[which], self.created[which], self.trust[which], self.flags[which]
        )


@dataclass(frozen=True, slots=True)
class Mask:
    """Which rows may be found: all that is given must hold.

    ``namespaces``: codes; none of them finds nothing, None means all. ``since`` <= created < ``until``, both
    rounded down to the second. ``without``: flags of which none may be set. ``only``: no rids but these.
    """

    namespaces: Collection[int] | None
    kinds: Collection[int] = ()
    since: float | None = None
    until: float | None = None
    minimum_trust: int = 0
    without: int = QUARANTINED | SUPERSEDED
    only: NDArray[np.integer] | None = None


class VectorIndex(Protocol):
    """Vectors in RAM, by the rid of their entry. Called from worker threads: one that changes, many that ask.

    Vectors have unit length; one of zeros (a text without a known word) is never found.
    """

    dimensions: int

    @property
    def name(self) -> str:
        """What it goes by in `hub.MemoryHealth.engine`."""
        ...

    def __len__(self) -> int:
        """Return how many rows can be found."""
        ...

    def add(self, rids: NDArray[np.integer], vectors: NDArray[np.floating], columns: Columns) -> None:
        """Add rows, or put them in place of those with the same rids; (n,), (n, d) f16 or f32.

        Raises `HubError`, and adds none, for vectors of another size, not finite or not of unit length.
        """
        ...

    def remove(self, rids: Sequence[int] | NDArray[np.integer]) -> None:
        """Find these no more, and keep nothing of them; unknown ones are passed over."""
        ...

    def search(self, query: NDArray[np.floating], limit: int, mask: Mask | None, fetch: Fetch) -> Found:
        """Return the ``limit`` rows nearest to ``query`` of (d,), of those that ``mask`` allows."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows to add, each rid once and in ascending order; ``vectors``: (n, d) f32, none of zeros.

    ``absent``: rids whose vector is of zeros: they are to be found no more.
    """

    rids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    columns: Columns
    absent: NDArray[np.int64]


def checked(
    rids: NDArray[np.integer], vectors: NDArray[np.floating], columns: Columns, dimensions: int
) -> Batch:  # fmt: skip
    """Return what is to be added, of equal rids the last; raise `HubError` for vectors that cannot be."""
    if vectors.shape != (len(rids), dimensions):
        raise HubError(
            f"Vectors of shape {vectors.shape} do not fit {len(rids)} entries of {dimensions} dimensions.",
            fix="Embed the entries anew with the model that is configured.",
        )
    exact = vectors.astype(np.float32)
    if not (ok := sound(exact)).all():
        raise HubError(
            f"{int((~ok).sum())} vectors are not finite or not of unit length.",
            fix="Embed these entries anew; if it happens again, choose another embedding model.",
        )
    whole, last = np.unique(np.asarray(rids, np.int64)[::-1], return_index=True)
    last = len(rids) - 1 - last
    present = exact[last].any(axis=1)
    kept = last[present]
    return Batch(whole[present], exact[kept], columns.take(kept), whole[~present])


def sound(vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Say of each of (n, d) ``vectors`` whether it is finite and of unit length, or zeros."""
    squares = np.einsum("nd,nd->n", vectors, vectors)
    unit: NDArray[np.bool_] = np.abs(squares - 1) <= 2 * UNIT_WITHIN
    unit |= squares == 0
    return unit


def question(query: NDArray[np.floating], dimensions: int) -> NDArray[np.float32] | None:
    """Return ``query`` as f32 of unit length, None for zeros; raise `HubError` for what is no question."""
    if query.shape != (dimensions,):
        raise HubError(
            f"A question of shape {query.shape} was asked of vectors of {dimensions} dimensions.",
            fix="Ask with the model that the entries were embedded with.",
        )
    exact = query.astype(np.float32)
    length = float(np.linalg.norm(exact))
    if not np.isfinite(length):
        raise HubError("The question's vector is not finite.", fix="Choose another embedding model.")
    return exact / np.float32(length) if length else None


def best(
    rids: NDArray[np.uint32], vectors: NDArray[np.floating], query: NDArray[np.float32], limit: int
) -> Found:
    """Return the ``limit`` nearest to ``query`` of (n, d) ``vectors``; those of zeros are left out."""
    cosines = vectors.astype(np.float32) @ query
    absent = np.flatnonzero(cosines == 0)
    absent = absent[~vectors[absent].any(axis=1)]
    if len(absent):
        rids, cosines = np.delete(rids, absent), np.delete(cosines, absent)
    order = np.lexsort((rids, -cosines))[:limit]
    return rids[order], cosines[order]


def reads(limit: int, oversampling: int) -> int:
    """Return how many vectors are read of the file to find the ``limit`` nearest."""
    return int(max(oversampling * min(limit, FEW), BEYOND * limit))


def nothing() -> Found:
    """Return no rows."""
    return np.empty(0, np.uint32), np.empty(0, np.float32)
