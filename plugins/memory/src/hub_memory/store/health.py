"""Count what memory.db holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from hub import MemoryHealth
from hub_memory.store.rows import LIVE
from hub_memory.store.where import Where, readable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub import Connection

_PARTS = "sum(origin = 'document' AND kind = 'fact' AND NOT quarantined)"
_COUNTS = f"SELECT kind, count(*), sum(quarantined), {_PARTS} FROM memory WHERE {LIVE} AND {{}} GROUP BY kind"  # noqa: S608  our own condition
_BARE = "SELECT count(*) FROM memory WHERE rid NOT IN (SELECT rid FROM vector WHERE model = ?) AND {}"


def counted(db: Connection, now: float, model: str, namespaces: Sequence[str] = ()) -> MemoryHealth:
    """Return how many entries hold now, of ``namespaces`` if given.

    ``to_embed``: those, held or not, without a vector of ``model``.
    """
    where = readable(namespaces) if namespaces else Where()
    rows = db.execute(_COUNTS.format(where.sql), (now, now, *where.args)).fetchall()
    version = db.execute("SELECT sqlite_version()").fetchone()[0]
    cipher = db.execute("PRAGMA cipher_version").fetchone()
    return MemoryHealth(
        entries=sum(count for _, count, _, _ in rows),
        quarantined=sum(held for _, _, held, _ in rows),
        by_kind=cast("Any", {kind: count - held for kind, count, held, _ in rows if count > held}),
        model=model,
        to_embed=db.execute(_BARE.format(where.sql), (model, *where.args)).fetchone()[0] if model else 0,
        engine=f"SQLite {version}",
        encrypted=bool(cipher),
        documents=sum(parts for *_, parts in rows),
    )
