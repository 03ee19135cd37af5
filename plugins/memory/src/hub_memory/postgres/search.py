"""Search by all legs at once in the server, and rank what was found as `hub_memory.recall.search` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pgvector import HalfVector

from hub_memory.postgres import words
from hub_memory.postgres.where import asked_for
from hub_memory.recall.meaning import LEAST
from hub_memory.recall.neighbours import around
from hub_memory.recall.search import CANDIDATES, NAMED, STRONG, Row, ranked

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from numpy.typing import NDArray
    from psycopg import AsyncConnection

    from hub import MemoryQuery
    from hub_memory.postgres.where import Where
    from hub_memory.recall.search import Scored
    from hub_memory.recall.when import Span

Question = tuple[str, "NDArray[np.float32]"]
"""A model, and the question's vector by it."""

_ROW = f"SELECT rid, session, sequence, created, kind, importance, left(text, {NAMED}) FROM memory WHERE"  # noqa: S608  a number


async def search(
    connection: AsyncConnection, query: MemoryQuery, legs: Collection[str], *,
    question: Question | None, span: Span | None,
) -> list[Scored]:  # fmt: skip
    """Return the best rows by ``legs``; `MemoryQuery.now` is set."""
    where = asked_for(query, query.now)
    shares = await words.search(connection, query.text, where) if "words" in legs else {}
    close = await near(connection, question, where, CANDIDATES) if question else {}
    rows = await _rows(connection, where, shares.keys() | close.keys())
    if "neighbour" in legs:
        strong = sorted(rows, key=lambda rid: -(shares.get(rid, 0.0) + close.get(rid, 0.0)))[:STRONG]
        rows |= await _beside(connection, where, [rows[rid] for rid in strong])
    if not rows:
        return []
    cosine = await _cosines(connection, question, rows, close)
    return ranked(query, legs, list(rows.values()), shares=shares, cosine=cosine, span=span)


async def near(connection: AsyncConnection, question: Question, where: Where, limit: int) -> dict[int, float]:
    """Return the ``limit`` rows nearest to a question of all that ``where`` lets through, with their cosines.

    Vectors have unit length, so the inner product is the cosine; pgvector's ``<#>`` is its negative.
    """
    model, vector = question
    half = HalfVector(vector)
    cursor = await connection.execute(
        f"""SELECT rid, -(vec <#> %b) FROM vector JOIN memory USING (rid)
            WHERE model = %s AND vec IS NOT NULL AND {where.sql}
            ORDER BY vec <#> %b, rid LIMIT {limit}""".encode(),  # noqa: S608  our own conditions
        (half, model, *where.args, half),
    )
    return {rid: cosine for rid, cosine in await cursor.fetchall() if cosine >= LEAST}


async def _cosines(
    connection: AsyncConnection, question: Question | None, rows: Collection[int], close: dict[int, float]
) -> NDArray[np.float64]:
    """Return the cosine of each row, NaN for one without a vector."""
    lacking = [rid for rid in rows if rid not in close]
    if question and lacking:
        model, vector = question
        cursor = await connection.execute(
            "SELECT rid, -(vec <#> %b) FROM vector WHERE model = %s AND rid = ANY(%s) AND vec IS NOT NULL",
            (HalfVector(vector), model, lacking),
        )
        close = {**close, **dict(await cursor.fetchall())}
    return np.array([close.get(rid, np.nan) for rid in rows])


async def _rows(connection: AsyncConnection, where: Where, rids: Collection[int]) -> dict[int, Row]:
    """Return those of ``rids`` that may be found, the newest first."""
    cursor = await connection.execute(
        f"{_ROW} rid = ANY(%s) AND {where.sql} ORDER BY rid DESC".encode(), (list(rids), *where.args)
    )
    return _read(await cursor.fetchall())


async def _beside(connection: AsyncConnection, where: Where, strong: Iterable[Row]) -> dict[int, Row]:
    places = sorted(around((row.session, row.sequence) for row in strong))
    if not places:
        return {}
    among = "(session, sequence) IN (SELECT * FROM unnest(%s::text[], %s::bigint[]))"
    cursor = await connection.execute(
        f"{_ROW} session <> '' AND {among} AND {where.sql} ORDER BY rid DESC".encode(),
        ([talk for talk, _ in places], [at for _, at in places], *where.args),
    )
    return _read(await cursor.fetchall())


def _read(rows: Sequence[tuple[int, str, int, float, str, float, str]]) -> dict[int, Row]:
    return {row[0]: Row(*row) for row in rows}
