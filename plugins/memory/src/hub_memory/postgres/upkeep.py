"""What the memory's keeper asks of the server beside remembering and recalling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from hub import MemoryHealth
from hub_memory.postgres.rows import LIVE, entries, put_vectors
from hub_memory.postgres.schema import one, versions
from hub_memory.postgres.where import Where, readable

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from psycopg import AsyncConnection

    from hub import MemoryEntry
    from hub_memory.postgres.server import Server

_LACKING = (
    "FROM memory WHERE NOT EXISTS (SELECT 1 FROM vector WHERE vector.rid = memory.rid AND vector.model = %s)"
)
_COUNTS = (
    "SELECT kind, count(*), count(*) FILTER (WHERE quarantined),"  # noqa: S608  our own condition
    " count(*) FILTER (WHERE origin = 'document' AND kind = 'fact' AND NOT quarantined) FROM memory"
    f" WHERE {LIVE} AND {{}} GROUP BY kind"
)


class Upkeep:
    """The same as `hub_memory.store.keeping.Upkeep` for memory.db."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def models(self) -> dict[str, int]:
        """Return how many entries have a vector of each model."""

        async def work(connection: AsyncConnection) -> dict[str, int]:
            rows = await connection.execute("SELECT model, count(*) FROM vector GROUP BY model")
            return dict(await rows.fetchall())

        return await self._server.read(work)

    async def lacking(self, model: str, limit: int) -> list[tuple[int, str]]:
        """Return the next entries without a vector of ``model``: row numbers and texts."""

        async def work(connection: AsyncConnection) -> list[tuple[int, str]]:
            sql = f"SELECT rid, text {_LACKING} ORDER BY rid LIMIT %s"
            return await (await connection.execute(sql.encode(), (model, limit))).fetchall()

        return await self._server.read(work)

    async def left(self, model: str) -> int:
        """Return how many entries have no vector of ``model``."""
        return await self._server.read(lambda connection: bare(connection, model))

    async def keep(self, model: str, rids: Sequence[int], vectors: np.ndarray[Any, Any]) -> None:
        """Keep vectors of entries that are still there."""

        async def work(connection: AsyncConnection) -> None:
            rows = await connection.execute("SELECT rid FROM memory WHERE rid = ANY(%s)", (list(rids),))
            there = {rid for (rid,) in await rows.fetchall()}
            places = [place for place, rid in enumerate(rids) if rid in there]
            await put_vectors(connection, model, [rids[place] for place in places], vectors[places])

        await self._server.write(work)

    async def all_of(self, namespace: str) -> list[MemoryEntry]:
        """Return every entry of a namespace, the oldest first: superseded and quarantined ones too."""

        async def work(connection: AsyncConnection) -> list[MemoryEntry]:
            return list((await entries(connection, "namespace = %s", (namespace,), "ORDER BY id")).values())

        return await self._server.read(work)


async def bare(connection: AsyncConnection, model: str, where: Where | None = None) -> int:
    """Return how many entries have no vector of ``model``."""
    also = where or Where()
    sql = f"SELECT count(*) {_LACKING} AND {also.sql}"
    count: int = (await one(await connection.execute(sql.encode(), (model, *also.args))))[0]
    return count


async def counted(
    connection: AsyncConnection, now: float, model: str, namespaces: Sequence[str] = ()
) -> tuple[MemoryHealth, bool]:
    """Return how many entries hold now, and whether files still hold what was forgotten."""
    where = readable(namespaces) if namespaces else Where()
    sql = _COUNTS.format(where.sql)
    rows = await (await connection.execute(sql.encode(), (now, now, *where.args))).fetchall()
    rewrite: bool = (await one(await connection.execute("SELECT rewrite FROM state")))[0]
    health = MemoryHealth(
        entries=sum(count for _, count, _, _ in rows),
        quarantined=sum(held for _, _, held, _ in rows),
        by_kind=cast("Any", {kind: count - held for kind, count, held, _ in rows if count > held}),
        model=model,
        to_embed=await bare(connection, model, where) if model else 0,
        engine=await versions(connection),
        documents=sum(parts for *_, parts in rows),
    )
    return health, rewrite
