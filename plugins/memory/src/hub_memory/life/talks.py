"""Read from memory.db which talks are to be condensed, and keep what they were condensed to."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hub_memory.life.extract import Said
from hub_memory.store import flags
from hub_memory.store.clock import tick
from hub_memory.store.rows import IDS, insert

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from hub import Connection
    from hub_memory.store.check import Checked
    from hub_memory.store.rows import Vectors

Talk = tuple[str, str]
"""A namespace and a session."""

CLEAN = "quarantined = 0 AND trust >= 1 AND superseded_by IS NULL AND expires = 0"
"""Of what a summary may be made: what nobody doubts, and what is not meant to go."""

_TURN = f"kind = 'episodic' AND session != '' AND (origin = 'assistant' OR origin GLOB 'user*') AND {CLEAN}"
_NEW = """SELECT DISTINCT namespace, session FROM memory
    WHERE revision > ? AND session != '' AND kind = 'episodic' AND origin != 'import'"""
_TURNS = f"""SELECT lower(hex(id)), text, origin, trust, sequence, created,
        (SELECT vec FROM vector WHERE vector.rid = memory.rid AND model = ?),
        EXISTS (SELECT 1 FROM condensed WHERE condensed.rid = memory.rid)
    FROM memory WHERE namespace = ? AND session = ? AND {_TURN} ORDER BY sequence, rid"""  # noqa: S608  our own conditions
_TALK = "namespace = ? AND session = ? AND session != ''"  # so that the index of talks is used
_NEWEST = f"SELECT max(created) FROM memory WHERE {_TALK} AND kind = 'episodic'"  # noqa: S608  our own names
_MADE = f"""SELECT rid, lower(hex(id)), trust, pinned, importance FROM memory
    WHERE {_TALK} AND kind = 'summary' AND superseded_by IS NULL AND quarantined = 0
    ORDER BY rid"""  # noqa: S608  our own names
_TABLE = "CREATE TABLE IF NOT EXISTS condensed (rid INTEGER PRIMARY KEY REFERENCES memory ON DELETE CASCADE)"
_DOUBTED = """SELECT 1 FROM source JOIN memory ON memory.id = source.source_id
    WHERE source.rid = ? AND (quarantined OR trust < 1) LIMIT 1"""


@dataclass(frozen=True, slots=True)
class Summary:
    """What a talk, or a part of it, was condensed to. ``doubted``: by now nobody answers for a source."""

    id: str
    trust: int
    pinned: bool
    importance: float
    sources: frozenset[str]
    doubted: bool


@dataclass(frozen=True, slots=True)
class Read:
    """A talk as it is kept. ``done``: turns whose summary was forgotten: it is not to be made again."""

    turns: Sequence[Said]
    summaries: Sequence[Summary]
    done: frozenset[str]
    newest: float


def prepare(db: Connection) -> None:
    """Make the table of what was condensed; a row goes with its turn, so nothing of a talk stays in it."""
    db.execute(_TABLE)


def changed(db: Connection, revision: int) -> tuple[list[Talk], int]:
    """Return the talks of which anything changed after a revision, and the revision of now."""
    (latest,) = db.execute("SELECT revision FROM state").fetchone()
    return db.execute(_NEW, (revision,)).fetchall(), latest


def read(db: Connection, talk: Talk, model: str) -> Read:
    """Return a talk's turns in order, with their vectors of ``model``, and its summaries."""
    rows = db.execute(_TURNS, (model, *talk)).fetchall()
    turns = [
        Said(name, text, origin, trust, place, created, _values(vec))
        for name, text, origin, trust, place, created, vec, _ in rows
    ]
    done = frozenset(row[0] for row in rows if row[7])
    newest = db.execute(_NEWEST, talk).fetchone()[0] or 0.0
    return Read(turns, _summaries(db, talk), done, newest)


def _summaries(db: Connection, talk: Talk) -> list[Summary]:
    rows = db.execute(_MADE, talk).fetchall()
    found = []
    for rid, name, trust, pinned, importance in rows:
        told = db.execute("SELECT lower(hex(source_id)) FROM source WHERE rid = ?", (rid,))
        doubted = db.execute(_DOUBTED, (rid,)).fetchone() is not None
        sources = frozenset(one for (one,) in told)
        found.append(Summary(name, trust, bool(pinned), importance, sources, doubted))
    return found


def keep(db: Connection, new: Checked, old: Summary | None, now: float, vectors: Vectors | None) -> str:
    """Keep a summary, in place of ``old``; return its id, "" when a turn of it was forgotten or doubted.

    All in one transaction: nothing that was forgotten while it was made gets in by it.
    """
    sources = json.dumps(list(new.entry.sources))
    clean = f"SELECT count(*) FROM memory WHERE id {IDS} AND {CLEAN}"  # noqa: S608  our own conditions
    (still,) = db.execute(clean, (sources,)).fetchone()
    if still != len(new.sources) or (old and not _there(db, old)):
        return ""
    if old:
        name = flags.supersede(db, [new.entry.namespace], old.id, new, now, vectors=vectors)
        if old.doubted:
            doubt(db, old, now)
    else:
        (name,) = insert(db, [new], now, vectors)
    prepare(db)
    db.execute(f"INSERT OR IGNORE INTO condensed SELECT rid FROM memory WHERE id {IDS}", (sources,))  # noqa: S608
    return name


def doubt(db: Connection, summary: Summary, now: float) -> None:
    """Quarantine a summary, for one of its sources is: it holds its words."""
    stamp = tick(db, 1, now)
    db.execute(
        "UPDATE memory SET quarantined = 1, revision = ?, flags_clock = ?, flags_node = ? WHERE id = ?",
        (stamp.first, stamp.clock, stamp.node, bytes.fromhex(summary.id)),
    )


def _there(db: Connection, summary: Summary) -> bool:
    sql = "SELECT 1 FROM memory WHERE id = ? AND superseded_by IS NULL"
    return db.execute(sql, (bytes.fromhex(summary.id),)).fetchone() is not None


def _values(blob: bytes | None) -> NDArray[np.float32] | None:
    return None if blob is None else np.frombuffer(blob, "<f2").astype(np.float32)
