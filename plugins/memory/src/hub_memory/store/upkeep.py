"""What the memory's keeper asks of memory.db beside remembering and recalling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hub_memory.index import kept
from hub_memory.store.rows import entries, put_vectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from hub import Connection, MemoryEntry

_LACKING = "FROM memory WHERE rid NOT IN (SELECT rid FROM vector WHERE model = ?)"
PAST = 1.0
"""A time that is over for everything: what expires then goes with the next sweep."""


def models(db: Connection) -> dict[str, int]:
    """Return how many entries have a vector of each model."""
    return dict(db.execute("SELECT model, count(*) FROM vector GROUP BY model").fetchall())


def lacking(db: Connection, model: str, limit: int) -> list[tuple[int, str]]:
    """Return the next entries without a vector of ``model``: row numbers and texts."""
    rows = db.execute(f"SELECT rid, text {_LACKING} ORDER BY rid LIMIT ?", (model, limit))
    return [(rid, text) for rid, text in rows]


def left(db: Connection, model: str) -> int:
    """Return how many entries have no vector of ``model``."""
    count: int = db.execute(f"SELECT count(*) {_LACKING}", (model,)).fetchone()[0]
    return count


def keep(db: Connection, model: str, rids: Sequence[int], vectors: np.ndarray[Any, Any]) -> None:
    """Keep vectors of entries that are still there; an index that was kept does not know them."""
    there = {
        rid
        for (rid,) in db.execute("SELECT rid FROM memory WHERE rid BETWEEN ? AND ?", (min(rids), max(rids)))
    }
    places = [place for place, rid in enumerate(rids) if rid in there]
    put_vectors(db, model, [rids[place] for place in places], vectors[places])
    kept.drop(db, model)


def expire_said(db: Connection, before: float) -> None:
    """Let what was said before a time expire, unless it is pinned; what was made of it stays."""
    db.execute(
        "UPDATE memory SET expires = ? WHERE kind IN ('working', 'episodic') AND created < ? AND pinned = 0",
        (PAST, before),
    )


def all_of(db: Connection, namespace: str) -> list[MemoryEntry]:
    """Return every entry of a namespace, the oldest first: superseded and quarantined ones too."""
    return list(entries(db, "namespace = ?", (namespace,), "ORDER BY id").values())
