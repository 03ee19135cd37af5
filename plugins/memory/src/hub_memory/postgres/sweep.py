"""Keep house: what expired goes, and what is there twice becomes one, as `hub_memory.store.sweep` does it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub import Swept
from hub_memory.postgres.forget import bury
from hub_memory.postgres.rows import LIVE, erase

if TYPE_CHECKING:
    from psycopg import AsyncConnection

_DUE = (
    "SELECT rid, id FROM memory WHERE expires > 0 AND expires <= %s AND NOT pinned ORDER BY expires LIMIT %s"
)
_TWICE = f"""
    SELECT rid, id, first_value(id) OVER same AS kept FROM memory
    WHERE {LIVE} AND origin <> 'document'
      AND text_hash IN (SELECT text_hash FROM memory GROUP BY text_hash HAVING count(*) > 1)
    WINDOW same AS (
        PARTITION BY namespace, kind, quarantined, text_hash ORDER BY pinned DESC, trust DESC, id
    ) ORDER BY kept, id
"""  # noqa: S608  our own condition


async def sweep(connection: AsyncConnection, now: float, budget: int) -> Swept:
    """Remove both, at most ``budget`` of each; the files are still to be rewritten."""
    due = await (await connection.execute(_DUE, (now, budget))).fetchall()
    twice = await (await connection.execute(_TWICE.encode(), (now, now))).fetchall()
    spare = [(rid, name, kept) for rid, name, kept in twice if name != kept][:budget]
    for _, name, kept in spare:
        await _stand_for(connection, kept, name)
    chosen = [*due, *((rid, name) for rid, name, _ in spare)]
    await bury(connection, chosen, now)
    await erase(connection, [name for _, name in chosen])
    return Swept(expired=len(due), duplicates=len(spare))


async def _stand_for(connection: AsyncConnection, kept: bytes, other: bytes) -> None:
    """Let one entry stand for an equal one, where that was counted, cited or had replaced another."""
    pair = {"kept": kept, "other": other}
    await connection.execute(
        "UPDATE memory SET recalled = memory.recalled + twin.recalled,"
        " last_recalled = greatest(memory.last_recalled, twin.last_recalled)"
        " FROM memory AS twin WHERE memory.id = %(kept)s AND twin.id = %(other)s",
        pair,
    )
    await connection.execute(
        "UPDATE memory SET sources = ARRAY("
        "SELECT DISTINCT one FROM unnest(array_replace(sources, %(other)s, %(kept)s)) AS one ORDER BY 1)"
        " WHERE sources <> '{}' AND sources @> ARRAY[%(other)s]",
        pair,
    )
    await connection.execute(
        "UPDATE memory SET superseded_by = %(kept)s WHERE superseded_by = %(other)s", pair
    )
