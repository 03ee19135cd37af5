"""Write a person's memory as an SQLite file, to be searched by SQL alone with sqlite-vec and FTS5.

It is not encrypted: it is a copy for a person to take along. Tables: ``memory`` (one row an entry),
``memory_words`` (full text of it) and, with vectors, ``memory_vec`` (`hub_memory.index.vec0`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sqlcipher3 import dbapi2

from hub import HubError
from hub_memory.index import vec0
from hub_memory.index.file import Namespaces, changed
from hub_memory.index.port import sound

if TYPE_CHECKING:
    from pathlib import Path

    from hub import Connection
    from hub_memory.index.file import Batches

COLUMNS = (
    "rid", "id", "kind", "origin", "trust", "session", "sequence", "created", "valid_from", "valid_until",
    "importance", "pinned", "quarantined", "superseded_by", "text",
)  # fmt: skip
_TABLE = f"""
    CREATE TABLE memory ({", ".join(COLUMNS)}, tags, PRIMARY KEY (rid)) WITHOUT ROWID;
"""
_WORDS = """
    CREATE VIRTUAL TABLE memory_words USING fts5(text, tokenize='porter unicode61 remove_diacritics 2')
"""
_TOLD = (f"lower(hex({name}))" if name in {"id", "superseded_by"} else name for name in COLUMNS)
_READ = f"""
    SELECT {", ".join(_TOLD)},
        (SELECT json_group_array(tag) FROM tag WHERE tag.rid = memory.rid)
    FROM memory WHERE namespace = ? ORDER BY rid
"""  # noqa: S608  our own names
_PUT = f"INSERT INTO memory VALUES ({', '.join('?' * (len(COLUMNS) + 1))})"  # noqa: S608  likewise


def write(db: Connection, namespace: str, path: Path) -> tuple[int, str]:
    """Write what ``db`` (memory.db) has of ``namespace`` to the new file ``path``, whole or not at all.

    Returns the number of entries and the model of their vectors, "" where there are none. Raises `HubError`
    when the file is there already or cannot be made, or sqlite-vec cannot be loaded.
    """
    try:
        with path.open("xb"):
            path.chmod(0o600)
    except OSError as error:
        raise HubError(f"{path} cannot be written: {error.strerror}.", fix="Choose another name.") from error
    try:
        return _written(db, namespace, path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _written(db: Connection, namespace: str, path: Path) -> tuple[int, str]:
    out = dbapi2.connect(str(path), isolation_level=None)
    try:
        out.execute("PRAGMA journal_mode = MEMORY")
        out.execute("BEGIN")
        out.execute(_TABLE)
        out.execute(_WORDS)
        rows = db.execute(_READ, (namespace,)).fetchall()
        out.executemany(_PUT, rows)
        out.executemany(
            "INSERT INTO memory_words (rowid, text) VALUES (?, ?)", [(row[0], row[-2]) for row in rows]
        )
        model = _vectors(db, namespace, out)
        out.execute("COMMIT")
    finally:
        out.close()
    return len(rows), model


def _vectors(db: Connection, namespace: str, out: Connection) -> str:
    """Write the vectors of the model that most entries have."""
    sql = """SELECT model, length(vec) / 2, count(*) FROM vector JOIN memory USING (rid)
             WHERE namespace = ? GROUP BY model ORDER BY 3 DESC LIMIT 1"""
    found = db.execute(sql, (namespace,)).fetchone()
    if not found:
        return ""
    model, dimensions, _ = found
    vec0.rebuild(out, dimensions, _own(db, model, dimensions, namespace))
    return str(model)


def _own(db: Connection, model: str, dimensions: int, namespace: str) -> Batches:
    for rids, vectors, columns in changed(db, model, dimensions, Namespaces([namespace])):
        own = (columns.namespace == 0) & sound(vectors.astype(np.float32))
        yield rids[own], vectors[own], columns.take(own)
