"""Read for an index what memory.db holds: true vectors by rid, and the rows that changed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from hub_memory.index.port import PINNED, QUARANTINED, SUPERSEDED, Columns, sound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    from hub import Connection
    from hub_memory.index.port import Fetch, VectorIndex

    Batches = Iterable[tuple[NDArray[np.int64], NDArray[np.float16], Columns]]

ROWS = 8_192
"""Rows that are read at a time."""

KINDS = ("working", "episodic", "fact", "procedure", "summary")
"""The code of a kind is its place; `hub.ports.Kind` in its order."""

_FETCH = "SELECT rid, vec FROM vector WHERE model = ? AND rid IN (SELECT value FROM json_each(?))"
_CHANGED = f"""
    SELECT memory.rid, namespace, kind, created, trust,
        pinned * {PINNED} + quarantined * {QUARANTINED} + (superseded_by IS NOT NULL) * {SUPERSEDED}, vec
    FROM memory JOIN vector ON vector.rid = memory.rid AND vector.model = ? WHERE memory.revision > ?
    ORDER BY memory.rid
"""  # noqa: S608  numbers of our own


class Namespaces:
    """Codes of names, given in the order in which the names are met."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self.codes = {name: code for code, name in enumerate(names)}

    def code(self, name: str) -> int:
        """Return the code of ``name``, a new one for a new name; one thread gives codes."""
        return self.codes.setdefault(name, len(self.codes))

    def known(self, names: Iterable[str]) -> list[int]:
        """Return the codes of those of ``names`` that have rows, for a mask."""
        return [self.codes[name] for name in names if name in self.codes]


def fetching(db: Connection, model: str, dimensions: int) -> Fetch:
    """Return what reads vectors of ``model``; a row that is not there, or is damaged, is zeros."""

    def fetch(rids: NDArray[np.uint32]) -> NDArray[np.float16]:
        wanted = rids.tolist()
        rows = db.execute(_FETCH, (model, json.dumps(wanted))).fetchall()
        if [rid for rid, _ in rows] == wanted and all(len(blob) == 2 * dimensions for _, blob in rows):
            return np.frombuffer(b"".join([blob for _, blob in rows]), "<f2").reshape(-1, dimensions)
        vectors = np.zeros((len(rids), dimensions), np.float16)
        place = {rid: at for at, rid in enumerate(wanted)}
        for rid, blob in rows:
            if len(blob) == 2 * dimensions:
                vectors[place[rid]] = np.frombuffer(blob, "<f2")
        return vectors

    return fetch


def changed(
    db: Connection, model: str, dimensions: int, names: Namespaces, after: int = -1
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float16], Columns]]:
    """Yield the rows with a vector of ``model`` whose revision is above ``after``: rids, vectors, columns.

    Vectors of another size come as NaN: `load` counts them.
    """
    cursor = db.execute(_CHANGED, (model, after))
    damaged = np.full(dimensions, np.nan, "<f2").tobytes()
    while rows := cursor.fetchmany(ROWS):
        rids, spaces, kinds, created, trust, flags, blobs = zip(*rows, strict=True)
        whole = b"".join(one if len(one) == len(damaged) else damaged for one in blobs)
        columns = Columns(
            np.array([names.code(one) for one in spaces]), np.array([KINDS.index(one) for one in kinds]),
            np.array(created, np.float64), np.array(trust), np.array(flags),
        )  # fmt: skip
        yield np.array(rids, np.int64), np.frombuffer(whole, "<f2").reshape(-1, dimensions), columns


def gone(db: Connection, after: int = -1) -> list[int]:
    """Return the rids of rows that went at a revision above ``after``."""
    rows: list[Any] = db.execute("SELECT rid FROM gone WHERE revision > ?", (after,)).fetchall()
    return [rid for (rid,) in rows]


def load(index: VectorIndex, rows: Batches) -> int:
    """Add ``rows`` to ``index``; return how many were left out because their vector is damaged."""
    left_out = 0
    for rids, vectors, columns in rows:
        ok = sound(vectors.astype(np.float32))
        left_out += int((~ok).sum())
        if ok.all():
            index.add(rids, vectors, columns)
        else:
            index.remove(rids[~ok])
            index.add(rids[ok], vectors[ok], columns.take(ok))
    return left_out
