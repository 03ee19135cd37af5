"""Keep the codes of an index in memory.db, so that it is ready at once after a start.

100,000 rows are 6 MB: read in some hundredths of a second, where deriving them reads and decrypts 80 MB of
vectors. The table is derived: `drop` it in the transaction that forgets rows or that writes vectors of rows
which were there before, for neither is seen by the revision of the rows.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import numpy as np

from hub import HubError
from hub_memory.index.codes import CodeIndex
from hub_memory.index.file import Namespaces
from hub_memory.index.port import Columns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hub import Connection

PART = 65_536
"""Rows of one value in the table."""

FORMAT = 1
_TABLE = """
    CREATE TABLE IF NOT EXISTS kept_index (
        model TEXT NOT NULL, part INTEGER NOT NULL, told TEXT NOT NULL,
        mean BLOB NOT NULL, rows BLOB NOT NULL,
        PRIMARY KEY (model, part)
    )
"""
_ROW = {"rid": "<u4", "namespace": "<u2", "kind": "u1", "created": "<u4", "trust": "u1", "flags": "u1"}


def save(db: Connection, model: str, index: CodeIndex, names: Namespaces, revision: int) -> None:
    """Keep ``index`` as it is, up to date to ``revision``, in place of what was kept of ``model``."""
    if index.mean is None:
        return
    drop(db, model)
    db.execute(_TABLE)
    rids, codes, columns = index.rows.contents()
    for part, at in enumerate(range(0, max(1, len(rids)), PART)):
        here = slice(at, at + PART)
        told = {
            "format": FORMAT, "revision": revision, "rows": len(rids), "names": list(names.codes),
            "here": len(rids[here]),
        }  # fmt: skip
        values = [rids, *(getattr(columns, name) for name in list(_ROW)[1:])]
        packed = [one[here].astype(kind).tobytes() for one, kind in zip(values, _ROW.values(), strict=True)]
        blob = b"".join([*packed, codes[:, here].astype("<u8").tobytes()])
        mean = index.mean.astype("<f4").tobytes()
        db.execute(
            "INSERT INTO kept_index VALUES (?, ?, ?, ?, ?)", (model, part, json.dumps(told), mean, blob)
        )


def restore(db: Connection, model: str, dimensions: int) -> tuple[CodeIndex, Namespaces, int] | None:
    """Return what was kept, its namespaces and its revision; None: derive it from the vectors."""
    if not _there(db):
        return None
    query = "SELECT told, mean, rows FROM kept_index WHERE model = ? ORDER BY part"
    parts = db.execute(query, (model,)).fetchall()
    with suppress(ValueError, KeyError, TypeError, HubError):  # of another format, or damaged
        return _restored([(json.loads(told), mean, rows) for told, mean, rows in parts], dimensions)
    return None


def drop(db: Connection, model: str | None = None) -> None:
    """Keep no index, of one model or of any; it is derived again."""
    if _there(db):
        db.execute("DELETE FROM kept_index WHERE ?1 IS NULL OR model = ?1", (model,))


def _there(db: Connection) -> bool:
    return bool(db.execute("SELECT 1 FROM sqlite_master WHERE name = 'kept_index'").fetchone())


def _restored(parts: list[Any], dimensions: int) -> tuple[CodeIndex, Namespaces, int] | None:
    if not parts or parts[0][0]["format"] != FORMAT or len(parts[0][1]) != 4 * dimensions:
        return None
    first, mean, _ = parts[0]
    index = CodeIndex(dimensions, np.frombuffer(mean, "<f4").astype(np.float32))
    index.rows.reserve(first["rows"])
    for told, _, blob in parts:
        rids, columns, codes = _unpacked(blob, told["here"], len(index.rows.held.payload))
        index.add_codes(rids, codes, columns)
    if len(index) != first["rows"]:
        return None
    return index, Namespaces(first["names"]), first["revision"]


def _unpacked(blob: bytes, count: int, words: int) -> tuple[NDArray[np.uint32], Columns, NDArray[np.uint64]]:
    values, at = [], 0
    for kind in _ROW.values():
        values.append(np.frombuffer(blob, kind, count, at))
        at += values[-1].nbytes
    codes = np.frombuffer(blob, "<u8", words * count, at).reshape(words, count)
    rids, namespace, sort, created, trust, flags = values
    return rids, Columns(namespace, sort, created.astype(np.float64), trust, flags), codes
