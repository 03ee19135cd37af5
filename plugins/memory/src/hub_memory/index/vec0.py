"""The way by SQL alone: vectors as int8 in sqlite-vec's table, in memory.db itself, encrypted with it.

Derived and optional: `rebuild` makes it anew, and no entry depends on it. It costs no RAM, reads every
vector, and is twenty times slower than codes. Whoever forgets rows must `remove` them here in the same
transaction, on a connection that could `load` the extension; without it the table can be neither read nor
dropped. At most `MOST` rows come of one search, and a mask's ``only`` is not for it: both are said aloud.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import numpy as np

from hub import HubError, Unavailable
from hub_memory.index.port import PINNED, QUARANTINED, SUPERSEDED, best, checked, nothing, question

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from hub import Connection
    from hub_memory.index.file import Batches
    from hub_memory.index.port import Columns, Fetch, Found, Mask

MOST = 4_096
"""sqlite-vec's bound on k (0.1.9)."""

OVERSAMPLING = 4
_FLAGS = {PINNED: "pinned", QUARANTINED: "quarantined", SUPERSEDED: "superseded"}
_INSERT = """
    INSERT INTO memory_vec (rid, e, namespace, kind, created, trust, pinned, quarantined, superseded)
    VALUES (?, vec_quantize_int8(vec_f32(?), 'unit'), ?, ?, ?, ?, ?, ?, ?)
"""


def load(db: Connection) -> str:
    """Load sqlite-vec into ``db``, each connection once, and return its version; raises `Unavailable`."""
    try:
        return str(db.execute("SELECT vec_version()").fetchone()[0])  # it is there already
    except Exception as error:
        if "vec_version" not in str(error):
            raise
    try:
        extension = importlib.import_module("sqlite_vec").loadable_path()
        db.enable_load_extension(True)
        try:
            db.load_extension(extension)
        finally:
            db.enable_load_extension(False)
        return str(db.execute("SELECT vec_version()").fetchone()[0])
    except Exception as error:
        raise Unavailable(
            f"The vector table cannot be used: SQLite does not load sqlite-vec ({error}).",
            fix="Install sqlcipher3 and sqlite-vec; the memory's own index works without.",
        ) from error


def rebuild(db: Connection, dimensions: int, rows: Batches) -> None:
    """Make the table anew from ``rows``; in one transaction with what reads them."""
    load(db)
    db.execute("DROP TABLE IF EXISTS memory_vec")
    db.execute(f"""
        CREATE VIRTUAL TABLE memory_vec USING vec0(
            rid INTEGER PRIMARY KEY, e INT8[{int(dimensions)}] distance_metric=cosine,
            namespace INTEGER, kind INTEGER, created INTEGER, trust INTEGER,
            pinned BOOLEAN, quarantined BOOLEAN, superseded BOOLEAN
        )
    """)
    for rids, vectors, columns in rows:
        add(db, rids, vectors, columns)


def add(db: Connection, rids: NDArray[np.integer], vectors: NDArray[np.floating], columns: Columns) -> None:
    """Add rows or put them in place of those with the same rids; raises `HubError` as other indices do."""
    batch = checked(rids, vectors, columns, vectors.shape[-1])
    remove(db, rids.tolist())
    given = batch.columns
    flags = [(given.flags & bit != 0).tolist() for bit in _FLAGS]
    names = (given.namespace, given.kind, np.floor(given.created).astype(np.int64), given.trust)
    values = zip(
        batch.rids.tolist(), (one.tobytes() for one in batch.vectors), *(one.tolist() for one in names),
        *flags, strict=True,
    )  # fmt: skip
    db.executemany(_INSERT, values)


def remove(db: Connection, rids: Sequence[int]) -> None:
    """Remove rows."""
    db.executemany("DELETE FROM memory_vec WHERE rid = ?", ((int(rid),) for rid in rids))


def search(
    db: Connection, query: NDArray[np.floating], limit: int, mask: Mask | None, fetch: Fetch
) -> Found:  # fmt: skip
    """Return the nearest of those that ``mask`` allows, ordered by the true vectors."""
    exact = question(query, len(query))
    wanted = limit * OVERSAMPLING
    if wanted > MOST:
        raise HubError(
            f"sqlite-vec looks for no more than {MOST} rows at once, not {wanted}.",
            fix=f"Ask for at most {MOST // OVERSAMPLING} entries.",
        )
    if exact is None or limit < 1 or (mask and mask.namespaces is not None and not len(mask.namespaces)):
        return nothing()
    where, args = _conditions(mask)
    rows = db.execute(
        "SELECT rid FROM memory_vec WHERE e MATCH vec_quantize_int8(vec_f32(?), 'unit') AND k = ?" + where,  # noqa: S608  our own words
        (exact.tobytes(), wanted, *args),
    ).fetchall()
    rids = np.sort(np.array([rid for (rid,) in rows], np.uint32))
    return best(rids, fetch(rids), exact, limit)


def _conditions(mask: Mask | None) -> tuple[str, list[Any]]:
    if mask is None:
        return "", []
    if mask.only is not None:
        raise HubError(
            "sqlite-vec cannot search among given rows.", fix="Use the memory's own index for tags."
        )
    parts = [f"AND {name} = 0" for bit, name in _FLAGS.items() if mask.without & bit]
    args: list[Any] = []
    for name, among in (("namespace", mask.namespaces), ("kind", mask.kinds or None)):
        if among is not None:
            parts.append(f"AND {name} IN ({_marks(among)})")
            args += [int(one) for one in among]
    bounds = (
        (">=", "created", mask.since),
        ("<", "created", mask.until),
        (">=", "trust", mask.minimum_trust),
    )
    for sign, name, bound in bounds:
        if bound is not None:
            parts.append(f"AND {name} {sign} ?")
            args.append(int(bound // 1))
    return f" {' '.join(parts)}", args


def _marks(values: Iterable[int]) -> str:
    return ", ".join("?" for _ in values)
