"""turbovec in the place of the codes, where it is installed: two bits a dimension, quicker and nearer."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import numpy as np

from hub import Unavailable
from hub_memory.index.port import best, checked, nothing, question, reads
from hub_memory.index.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hub_memory.index.port import Columns, Fetch, Found, Mask

BITS = 2
OVERSAMPLING = 4
"""How many times as many vectors as are asked for are read from the file."""

LEAST = 40
"""Vectors that are read at least: of two bits a dimension the nearest one may be far from first."""

MOST_OF = 2
"""With at least one of so many rows allowed, the nearest of all are looked at first."""

_PROBE = """
import numpy, turbovec
index = turbovec.IdMapIndex(dim=64, bit_width=2)
index.add_with_ids(numpy.eye(64, dtype=numpy.float32), numpy.arange(64, dtype=numpy.uint64))
assert index.search(numpy.eye(64, dtype=numpy.float32)[5:6], 1)[1][0][0] == 5
"""
"""What is tried in a process of its own: a wheel for another processor ends its process (SIGILL)."""

PROBE_S = 30.0


class TurboIndex:
    """turbovec's codes of d/4 bytes a row, behind the same rows and masks as the others.

    Raises `Unavailable` when turbovec is not installed or does not run here; ask `usable` beforehand.
    """

    name = "turbovec"

    def __init__(self, dimensions: int) -> None:
        if reason := usable():
            raise Unavailable(reason, fix="Install timmy-hub-memory[fast], or go on without it.")
        self.dimensions, self.oversampling = dimensions, OVERSAMPLING
        self.rows = Rows(0, np.uint8)
        self._padded = -(-dimensions // 8) * 8
        self._index: Any = importlib.import_module("turbovec").IdMapIndex(dim=self._padded, bit_width=BITS)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self.rows)

    def add(self, rids: NDArray[np.integer], vectors: NDArray[np.floating], columns: Columns) -> None:
        """Add rows or replace them."""
        batch = checked(rids, vectors, columns, self.dimensions)
        with self._lock:
            self.rows.put(batch.rids, batch.columns, np.empty((0, len(batch.rids)), np.uint8))
            self.rows.remove(batch.absent)
            self._drop(rids)
            if len(batch.rids):
                self._index.add_with_ids(self._wide(batch.vectors), batch.rids.astype(np.uint64))

    def remove(self, rids: Sequence[int] | NDArray[np.integer]) -> None:
        """Remove rows."""
        with self._lock:
            self.rows.remove(rids)
            self._drop(rids)

    def search(self, query: NDArray[np.floating], limit: int, mask: Mask | None, fetch: Fetch) -> Found:
        """Return the nearest of those that turbovec chooses."""
        exact = question(query, self.dimensions)
        if exact is None or limit < 1:
            return nothing()
        with self._lock:
            near = self._near(exact, max(LEAST, reads(limit, self.oversampling)), mask)
        return best(near, fetch(near), exact, limit)

    def _near(self, query: NDArray[np.float32], wanted: int, mask: Mask | None) -> NDArray[np.uint32]:
        """Return the ``wanted`` nearest of those allowed: out of all, if enough of their nearest are."""
        held = self.rows.held
        ok = held.allowed(mask)
        allowed = int(np.count_nonzero(ok))
        wanted = min(wanted, allowed)
        if not wanted:
            return np.empty(0, np.uint32)
        wide, rids = self._wide(query[None]), held.rids[: held.count]
        rows = len(self.rows)
        if MOST_OF * allowed >= rows:  # a list of so many is slower than some that are not wanted
            more = wanted if allowed == rows else min(2 * MOST_OF * wanted, rows)
            near = self._index.search(wide, more)[1][0].astype(np.uint32)
            near = near[ok[held.places(near)]][:wanted]
            if len(near) == wanted:
                return np.sort(near)
        _, near = self._index.search(wide, wanted, allowlist=rids[ok].astype(np.uint64))
        return np.sort(near[0].astype(np.uint32))

    def _drop(self, rids: Sequence[int] | NDArray[np.integer]) -> None:
        for rid in rids:
            self._index.remove(int(rid))

    def _wide(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        missing = self._padded - self.dimensions
        return np.ascontiguousarray(np.pad(vectors, ((0, 0), (0, missing))) if missing else vectors)


@functools.cache
def usable() -> str:
    """Return "" when turbovec runs on this machine, else why not; tried once, which takes a second."""
    if importlib.util.find_spec("turbovec") is None:
        return "turbovec is not installed."
    try:
        tried = subprocess.run(
            [sys.executable, "-c", _PROBE], capture_output=True, timeout=PROBE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"turbovec could not be tried: {error}."
    if tried.returncode:
        said = tried.stderr.decode(errors="replace").strip().splitlines() or [
            f"it ended with {tried.returncode}"
        ]
        return f"turbovec does not run on this machine: {said[-1]}."
    return ""
