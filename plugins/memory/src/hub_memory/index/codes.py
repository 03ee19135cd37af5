"""Choose by sign codes in RAM, order by the true vectors: one bit a dimension, exclusive-or and popcount.

The codes are the signs of the vectors less a mean that is drawn once, from the first vectors: no training,
and a row is added or removed at once (Charikar, "Similarity estimation techniques from rounding algorithms",
2002). Of those with the fewest differing bits, the question's own values, summed under the signs, choose
which vectors are read (asymmetric distance: Gordo and Perronnin, CVPR 2011): a quarter as many reads from the
file for a recall that is higher, and reads are what costs in an encrypted file.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from hub_memory.index.port import best, checked, nothing, question, reads
from hub_memory.index.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hub_memory.index.port import Columns, Fetch, Found, Mask

OVERSAMPLING = 16
"""How many times as many vectors as are asked for are read from the file."""

BEFORE = 6
"""How many times as many again the differing bits choose."""

SPARSE = 4
"""With fewer rows allowed than a quarter, only their codes are read, and more of what is left."""

SURER, BEFORE_SPARSE = 1.25, 8
"""How many times more are read, and chosen before, of sparse rows: the nearest lie further away there."""

FIRST, CHUNK = 4_096, 32_768
"""Rows that are compared at a time: a small beginning bounds what is worth keeping of the rest."""

FAR = 2**16 - 1
WORD = 64


class CodeIndex:
    """Sign codes of d/8 bytes a row, for 20,000 to some millions of rows.

    ``mean``: (d,) f32, what codes are centred by; given when codes that were kept are loaded again, else
    drawn from the first vectors that are added.
    """

    name = "sign codes"

    def __init__(self, dimensions: int, mean: NDArray[np.float32] | None = None) -> None:
        self.dimensions, self.mean = dimensions, mean
        self.oversampling = OVERSAMPLING
        self.rows = Rows(-(-dimensions // WORD), np.uint64)
        self._scratch = _Scratch()

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, rids: NDArray[np.integer], vectors: NDArray[np.floating], columns: Columns) -> None:
        """Add rows or replace them."""
        batch = checked(rids, vectors, columns, self.dimensions)
        if self.mean is None and len(batch.rids):
            self.mean = batch.vectors.mean(axis=0)
        self.rows.put(batch.rids, batch.columns, self._codes(batch.vectors))
        self.rows.remove(batch.absent)

    def add_codes(
        self, rids: NDArray[np.integer], codes: NDArray[np.uint64], columns: Columns
    ) -> None:  # fmt: skip
        """Add rows whose (words, n) codes were made with the same mean before."""
        self.rows.put(rids, columns, codes)

    def remove(self, rids: Sequence[int] | NDArray[np.integer]) -> None:
        """Remove rows."""
        self.rows.remove(rids)

    def search(self, query: NDArray[np.floating], limit: int, mask: Mask | None, fetch: Fetch) -> Found:
        """Return the nearest of those that the codes choose."""
        exact, held = question(query, self.dimensions), self.rows.held
        if exact is None or not held.count or limit < 1:
            return nothing()
        ok = held.allowed(mask)
        allowed = int(np.count_nonzero(ok))
        sparse = SPARSE * allowed < held.count
        wanted = int(reads(limit, self.oversampling) * (SURER if sparse else 1))
        before = (BEFORE_SPARSE if sparse else BEFORE) * wanted
        code = self._codes(exact[None])[:, 0]
        if sparse:
            places = np.flatnonzero(ok)
            codes = held.payload.take(places, axis=1)
            places = places[self._scratch.nearest(codes, allowed, code, before, None)]
        else:
            some = None if allowed == held.count else ok
            places = self._scratch.nearest(held.payload, held.count, code, before, some)
        rids = np.sort(held.rids[_under_signs(held.payload, places, exact, wanted)])
        return best(rids, fetch(rids), exact, limit)

    def _codes(self, vectors: NDArray[np.float32]) -> NDArray[np.uint64]:
        """Return (words, n) codes; dimensions that the last word lacks are 0 in all."""
        mean = np.zeros(1, np.float32) if self.mean is None else self.mean
        bits = np.packbits(vectors > mean, axis=1)
        wide = np.zeros((len(bits), self.rows.held.payload.shape[0] * 8), np.uint8)
        wide[:, : bits.shape[1]] = bits
        return wide.view(np.uint64).T


def _under_signs(
    codes: NDArray[np.uint64], places: NDArray[np.intp], query: NDArray[np.float32], wanted: int
) -> NDArray[np.intp]:
    """Return the ``wanted`` of ``places`` with the largest sum of ``query`` under the bits that are set.

    A byte of a code is looked up: what each of its 256 values adds is computed once.
    """
    if len(places) <= wanted:
        return places
    octets = np.ascontiguousarray(codes[:, places].T).view(np.uint8)
    wide = np.zeros(octets.shape[1] * 8, np.float32)
    wide[: len(query)] = query
    adds = (wide.reshape(-1, 8) @ _BITS.T).ravel()
    at = octets + np.arange(octets.shape[1], dtype=np.uint32) * 256
    sums = adds.take(at, mode="wrap") @ np.ones(octets.shape[1], np.float32)
    kept: NDArray[np.intp] = places[np.argpartition(sums, len(sums) - wanted)[len(sums) - wanted :]]
    return kept


_BITS = np.unpackbits(np.arange(256, dtype=np.uint8)[:, None], axis=1).astype(np.float32)
"""(256, 8): the bits of every byte, in the order in which `numpy.packbits` sets them."""


class _Scratch(threading.local):
    """Room to compare in, one of each thread that asks."""

    def __init__(self) -> None:
        self.differing = np.empty(CHUNK, np.uint64)
        self.bits = np.empty(CHUNK, np.uint8)
        self.distances = np.empty(CHUNK, np.uint16)

    def nearest(
        self, codes: NDArray[np.uint64], count: int, code: NDArray[np.uint64], wanted: int,
        ok: NDArray[np.bool_] | None,
    ) -> NDArray[np.intp]:  # fmt: skip
        """Return the places of the ``wanted`` nearest to ``code``, of those that are ``ok``, in no order."""
        places, distances, bound, start = np.empty(0, np.intp), np.empty(0, np.uint16), FAR, 0
        while start < count:
            end = min(count, start + (CHUNK if start else max(FIRST, min(wanted, CHUNK))))
            here = self._distances(codes, code, start, end)
            near = here < bound
            if ok is not None:
                near &= ok[start:end]
            found = np.flatnonzero(near)
            places = np.concatenate((places, found + start))
            distances = np.concatenate((distances, here[found]))
            if len(places) > wanted:
                kept = np.argpartition(distances, wanted - 1)[:wanted]
                places, distances = places[kept], distances[kept]
                bound = int(distances.max())
            start = end
        return places

    def _distances(
        self, codes: NDArray[np.uint64], code: NDArray[np.uint64], start: int, end: int
    ) -> NDArray[np.uint16]:  # fmt: skip
        differing, bits = self.differing[: end - start], self.bits[: end - start]
        distances = self.distances[: end - start]
        for word, (row, one) in enumerate(zip(codes, code, strict=True)):
            np.bitwise_xor(row[start:end], one, out=differing)
            np.bitwise_count(differing, out=bits)
            if word:
                np.add(distances, bits, out=distances)
            else:
                distances[:] = bits
        return distances
