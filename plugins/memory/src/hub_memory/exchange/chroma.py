"""Read the memories in a ``chroma.sqlite3`` of ChromaDB (0.4 to 1.5), with nothing of ChromaDB installed.

The file is somebody else's: it is opened in memory and read-only, its schema is not trusted, and whatever
takes too long in it is stopped.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from typing import Any

from hub import HubError
from hub_memory.exchange.reading import Reading
from hub_memory.exchange.rows import Row, take

LONGEST_S = 30.0
STEPS = 100_000
"""Instructions of SQLite between two looks at the clock."""

_TABLES = ("collections", "segments", "embeddings", "embedding_metadata")
_ROWS = """
    SELECT e.id, c.name, e.embedding_id, e.created_at, m.key,
           coalesce(m.string_value, m.int_value, m.float_value{flag})
    FROM embeddings AS e JOIN segments AS s ON s.id = e.segment_id
    JOIN collections AS c ON c.id = s.collection
    LEFT JOIN embedding_metadata AS m ON m.id = e.id ORDER BY e.id
"""
_DOCUMENT = "chroma:document"
_WAL, _PLAIN = b"\x02\x02", b"\x01\x01"
_FIX = "Close the program that writes it, then choose chroma.sqlite3 again."


def read(raw: bytes, namespace: str) -> Reading:
    """Return what all collections hold. Raises `HubError` for a file that is damaged, or none of ChromaDB."""
    try:
        with closing(_opened(raw)) as db:
            rows = _rows(db)
    except (sqlite3.Error, UnicodeError) as error:
        raise HubError(f"That database cannot be read: {error}.", fix=_FIX) from error
    reading = Reading("chroma")
    for line, row in enumerate(rows, 1):
        take(reading, Row(line, row), namespace)
    return reading


def _opened(raw: bytes) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    # A database in memory has no write-ahead log: the header says what journal it had (file format, 1.3.3).
    db.deserialize(raw[:18] + _PLAIN + raw[20:] if raw[18:20] == _WAL else raw)
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA query_only = ON")
    end = time.monotonic() + LONGEST_S
    db.set_progress_handler(lambda: time.monotonic() > end, STEPS)
    return db


def _rows(db: sqlite3.Connection) -> list[dict[str, Any]]:
    there = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not there.issuperset(_TABLES):
        raise HubError("That database is none of ChromaDB.", fix="Choose its chroma.sqlite3.")
    columns = {row[1] for row in db.execute("PRAGMA table_info(embedding_metadata)")}
    found: dict[int, dict[str, Any]] = {}
    for id_, collection, name, created, key, value in db.execute(
        _ROWS.format(flag=", m.bool_value" if "bool_value" in columns else "")
    ):
        row = found.setdefault(id_, {"metadata": {"collection": collection, "chroma_id": name}})
        if key == _DOCUMENT:
            row["text"] = value
        elif key is not None:
            row["metadata"][str(key)] = value
        row["metadata"].setdefault("date", created)
    return list(found.values())
