"""What the memory's keeper asks of memory.db beside remembering and recalling."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hub_memory.index import kept
from hub_memory.store.rows import AMONG, entries, put_vectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from hub import Connection, MemoryEntry

_LACKING = "FROM memory WHERE rid NOT IN (SELECT rid FROM vector WHERE model = ?)"
SAID = "('working', 'episodic')"
PAST = 1.0
"""A time that is over for everything: what expires then goes with the next sweep."""

_GOES = f"SELECT rid FROM memory WHERE pinned = 0 AND expires != {PAST}"  # noqa: S608  a number
_LEAST = f"""{_GOES} AND kind IN {SAID} AND created < ?
    AND NOT EXISTS (SELECT 1 FROM source JOIN memory AS made ON made.rid = source.rid
        WHERE source.source_id = memory.id AND made.kind IN ('fact', 'procedure'))
    ORDER BY superseded_by IS NULL, min(recalled, 1), importance, created LIMIT ?"""  # noqa: S608  our own names
_GOING = f"SELECT count(*) FROM memory WHERE expires = {PAST}"  # noqa: S608  as above


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


def said_before(db: Connection, before: float, limit: int = -1) -> list[int]:
    """Return what was said before a time and is not pinned; -1 is no ``limit``.

    What a person brought from another memory is old when it comes: it stays until they undo it.
    """
    sql = f"{_GOES} AND kind IN {SAID} AND origin != 'import' AND created < ? LIMIT ?"
    return _rows(db, sql, before, limit)


def summaries_before(db: Connection, before: float, limit: int = -1) -> list[int]:
    """Return the summaries of talks that ended before a time, unless they are pinned."""
    return _rows(db, f"{_GOES} AND kind = 'summary' AND created < ? LIMIT ?", before, limit)


def least_worth(db: Connection, most: int, before: float, limit: int) -> list[int]:
    """Return what is worth least, so that ``most`` entries are left without it; at most ``limit``.

    Only what was said, before a time, is neither pinned nor what a fact or a procedure was made of. First
    comes what was replaced, then what was never recalled, then what matters least, then the oldest.
    """
    excess = min(limit, count(db) - _rows(db, _GOING)[0] - most)
    return _rows(db, _LEAST, before, excess) if excess > 0 else []


def expire(db: Connection, rids: Sequence[int]) -> int:
    """Let entries expire, unless they were pinned meanwhile; the next sweep removes them. Return how many."""
    sql = f"UPDATE memory SET expires = ? WHERE rid {AMONG} AND pinned = 0"  # noqa: S608  our own condition
    done: int = db.execute(sql, (PAST, json.dumps(list(rids)))).rowcount
    return done


def _rows(db: Connection, sql: str, *args: float) -> list[int]:
    return [row for (row,) in db.execute(sql, args)]


def count(db: Connection) -> int:
    """Return how many entries there are, whether they hold or not."""
    entries: int = db.execute("SELECT count(*) FROM memory").fetchone()[0]
    return entries


def all_of(db: Connection, namespace: str) -> list[MemoryEntry]:
    """Return every entry of a namespace, the oldest first: superseded and quarantined ones too."""
    return list(entries(db, "namespace = ?", (namespace,), "ORDER BY id").values())
