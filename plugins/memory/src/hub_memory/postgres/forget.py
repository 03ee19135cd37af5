"""Destroy entries, with what was made of them and what they had replaced; then rewrite the tables' files.

What PostgreSQL deletes lies in its files until they are rewritten, so that is done at once, and what could
not be rewritten is kept in mind (``state.rewrite``). Its log (WAL), replicas and backups are beyond us: the
server's own settings say how long they keep what was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub_memory.postgres.rows import erase, tick
from hub_memory.postgres.schema import one
from hub_memory.postgres.where import selected

if TYPE_CHECKING:
    from collections.abc import Sequence

    from psycopg import AsyncConnection

    from hub import MemorySelection

_SPREAD = """
    WITH RECURSIVE chosen AS (
        SELECT rid, id FROM memory WHERE {where}
        UNION SELECT memory.rid, memory.id FROM memory, chosen
            WHERE memory.superseded_by = chosen.id
               OR (memory.sources <> '{{}}' AND memory.sources @> ARRAY[chosen.id])
    ) SELECT rid, id FROM chosen
"""
"""What is selected, what was made from that, and the earlier wordings of both: all may hold its words."""

TABLES = ("memory", "vector", "stem", "waiting")
WAITS = "5s"
"""How long a rewrite waits for who reads: it needs a table to itself."""


async def forget(connection: AsyncConnection, selection: MemorySelection, now: float) -> int:
    """Forget a selection; the files are still to be rewritten."""
    where = selected(selection)
    cursor = await connection.execute(_SPREAD.format(where=where.sql).encode(), where.args)
    chosen = await cursor.fetchall()
    await bury(connection, chosen, now)
    if not selection.ids and where.sql != "(false)":  # it has no full text to be searched by
        await connection.execute("DELETE FROM waiting WHERE part = 'content'")
    await erase(connection, [name for _, name in chosen])
    return len(chosen)


async def bury(connection: AsyncConnection, rows: Sequence[tuple[int, bytes]], now: float) -> None:
    """Note that entries are gone, for other devices, and that the files still hold them."""
    if not rows:
        return
    stamp = await tick(connection, len(rows), now)
    graves = [(at, *row, stamp.clock, stamp.node) for at, row in enumerate(rows, stamp.first)]
    await entomb(connection, graves)
    await connection.execute("UPDATE state SET rewrite = true")


async def entomb(
    connection: AsyncConnection, graves: Sequence[tuple[int, int, bytes | None, int, str]]
) -> None:
    """Write graves: revision, row, id, clock and node; a later one takes the place of an earlier."""
    if not graves:
        return
    names = [name for _, _, name, _, _ in graves if name]
    await connection.execute("DELETE FROM gone WHERE id = ANY(%s)", (names,))
    async with connection.cursor() as cursor:
        await cursor.executemany("INSERT INTO gone VALUES (%s, %s, %s, %s, %s)", graves)


async def rewrite(connection: AsyncConnection) -> None:
    """Write the tables anew without what went, in no transaction; pages of the old files are dropped."""
    if not (await one(await connection.execute("SELECT rewrite FROM state")))[0]:
        return
    await connection.execute(f"SET lock_timeout = '{WAITS}'".encode())
    try:
        for table in TABLES:
            await connection.execute(f"VACUUM (FULL, ANALYZE) {table}".encode())
        await connection.execute("UPDATE state SET rewrite = false")
    finally:
        await connection.execute("RESET lock_timeout")
