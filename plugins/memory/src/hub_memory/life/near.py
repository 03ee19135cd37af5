"""Let one of several entries that say the same stand for all; the others are superseded, never dropped.

Each entry is looked at once, in the order of the rows, and its key (`hub_memory.life.likeness`) kept: a row
that goes takes its key along. So this goes on where it was killed.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, NamedTuple

from hub_memory.life.likeness import key
from hub_memory.store.clock import tick
from hub_memory.store.rows import IDS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hub import Connection

KINDS = "('working', 'episodic', 'fact', 'procedure')"
"""Those that are compared; a summary that says the same points elsewhere."""

STEP, STEP_S = 500, 0.05
"""Rows of one step, and seconds after which it ends early."""

_TABLE = """CREATE TABLE IF NOT EXISTS likeness (
    rid INTEGER PRIMARY KEY REFERENCES memory ON DELETE CASCADE, key BLOB)"""
_INDEX = "CREATE INDEX IF NOT EXISTS likeness_key ON likeness (key) WHERE key IS NOT NULL"
_NEXT = f"""SELECT rid, text, namespace, kind, origin FROM memory
    WHERE rid > (SELECT coalesce(max(rid), 0) FROM likeness) AND kind IN {KINDS} ORDER BY rid LIMIT ?"""  # noqa: S608
_ALIKE = f"""SELECT key, rid, id, trust, pinned, created, valid_from, importance, recalled, last_recalled
    FROM memory JOIN likeness USING (rid) WHERE key {IDS} AND superseded_by IS NULL AND quarantined = 0
    AND valid_until = 0 AND expires = 0 AND kind IN {KINDS}"""  # noqa: S608  our own names
_TANGLED = """SELECT one.rid FROM memory AS one JOIN memory AS other ON one.superseded_by = other.id
    WHERE other.superseded_by = one.id AND (one.pinned, one.trust, one.created, one.id)
        > (other.pinned, other.trust, other.created, other.id)"""
_HOLDS = """UPDATE memory SET superseded_by = NULL, valid_until = 0,
    revision = ?, flags_clock = ?, flags_node = ? WHERE rid = ?"""
_LOSES = """UPDATE memory SET superseded_by = ?, valid_until = max(valid_from, ?),
    revision = ?, flags_clock = ?, flags_node = ? WHERE rid = ?"""
_WINS = """UPDATE memory SET importance = ?, recalled = ?, last_recalled = ?,
    revision = ?, flags_clock = ?, flags_node = ? WHERE rid = ?"""


class _Row(NamedTuple):
    key: bytes
    rid: int
    id: bytes
    trust: int
    pinned: bool
    created: float
    valid_from: float
    importance: float
    recalled: int
    last_recalled: float


def prepare(db: Connection) -> None:
    """Make the table of keys."""
    db.execute(_TABLE)
    db.execute(_INDEX)


def merge(
    db: Connection, now: float, *, step: int = STEP, clock: Callable[[], float] = time.monotonic
) -> tuple[int, int]:
    """Look at the next entries; return how many were looked at, and how many others now stand for."""
    end, keys = clock() + STEP_S, list[tuple[int, bytes | None]]()
    for rid, *about in db.execute(_NEXT, (step,)).fetchall():
        keys.append((rid, key(*about)))
        if clock() > end:
            break
    db.executemany("INSERT OR REPLACE INTO likeness VALUES (?, ?)", keys)
    groups = dict[bytes, list[_Row]]()
    for row in _alike(db, {one for _, one in keys if one}):
        groups.setdefault(row.key, []).append(row)
    return len(keys), sum(_settle(db, rows, now) for rows in groups.values() if len(rows) > 1)


def untangle(db: Connection, now: float) -> int:
    """Let one of two entries hold again that stand for each other; return how many such pairs there were.

    Two devices that merge the same two at once, knowing different things of them, come to that.
    """
    rows = db.execute(_TANGLED).fetchall()
    if rows:
        stamp = tick(db, len(rows), now)
        for revision, (rid,) in enumerate(rows, stamp.first):
            db.execute(_HOLDS, (revision, stamp.clock, stamp.node, rid))
    return len(rows)


def _alike(db: Connection, keys: set[bytes]) -> Sequence[_Row]:
    rows = db.execute(_ALIKE, (json.dumps([one.hex() for one in keys]),))
    return [_Row(*row) for row in rows]


def _settle(db: Connection, rows: Sequence[_Row], now: float) -> int:
    """Let the pinned, then the most trusted, then the newest stand for those that are trusted no more."""
    best, *others = sorted(rows, key=lambda row: (row.pinned, row.trust, row.created, row.id), reverse=True)
    lost = [row for row in others if row.trust <= best.trust and not row.pinned]
    if not lost:
        return 0
    stamp, all_ = tick(db, len(lost) + 1, now), (best, *lost)
    for revision, row in enumerate(lost, stamp.first + 1):
        db.execute(_LOSES, (best.id, best.valid_from, revision, stamp.clock, stamp.node, row.rid))
    told = max(row.importance for row in all_), sum(row.recalled for row in all_)
    recalled = max(row.last_recalled for row in all_)
    db.execute(_WINS, (*told, recalled, stamp.first, stamp.clock, stamp.node, best.rid))
    return len(lost)
