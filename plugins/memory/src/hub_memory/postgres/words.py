"""Find entries by their words: stems in a GIN index, scored by BM25 as SQLite's full text does it.

PostgreSQL's own ranks know nothing of how rare a word is, so the best by a rank of its are chosen first, and
BM25 (Robertson, Zaragoza 2009) of these is computed here from what the rows and ``stem`` hold.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from typing import TYPE_CHECKING

from hub_memory.recall.search import CANDIDATES
from hub_memory.store.words import asked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from psycopg import AsyncConnection

    from hub_memory.postgres.where import Where

READ = 250_000
"""Characters of an entry whose words are kept: a row's stems fill at most 1 MB."""

K1, B = 1.2, 0.75
"""How soon more of a word add nothing, and how much length takes away; SQLite's."""

COMMON = 0.05
"""The share of entries above which a word is looked for only when there is no rarer one."""

FEW = 2_000
"""Entries below which every word is looked for."""

_WORD = re.compile(r"[^\W_]+")


def plain(text: str) -> str:
    """Return the words of ``text`` as they are looked for: small, without accents and marks."""
    bare = unicodedata.normalize("NFKD", text[:READ]).casefold()
    return " ".join(_WORD.findall("".join(one for one in bare if not unicodedata.combining(one))))[:READ]


def all_of(topic: str) -> str:
    """Return the query of what has every word of ``topic``; "" when it has none."""
    return " & ".join(f"'{word}'" for word in plain(topic).split())


async def count(connection: AsyncConnection, rids: Sequence[int], sign: int) -> None:
    """Count the words of rows in (1), or out (-1)."""
    if not rids:
        return
    of = {"rids": list(rids), "sign": sign}
    await connection.execute(
        "INSERT INTO stem SELECT lexeme, %(sign)s * count(*) FROM memory, unnest(words)"
        " WHERE rid = ANY(%(rids)s) GROUP BY lexeme"
        " ON CONFLICT (lexeme) DO UPDATE SET entries = stem.entries + excluded.entries",
        of,
    )
    if sign < 0:
        await connection.execute("DELETE FROM stem WHERE entries <= 0")
    await connection.execute(
        "UPDATE state SET entries = entries + %(sign)s * rows, said = said + %(sign)s * sizes FROM"
        " (SELECT count(*) AS rows, coalesce(sum(size), 0) AS sizes FROM memory"
        " WHERE rid = ANY(%(rids)s)) AS found",
        of,
    )


async def search(connection: AsyncConnection, question: str, mask: Where) -> dict[int, float]:
    """Return the best rows of those that ``mask`` lets through, each with its share (0 to 1) of the best."""
    words = plain(" ".join(asked(question)))
    if not words:
        return {}
    weights, mean = await _weights(connection, words)
    if not weights:
        return {}
    rows = await _matching(connection, weights, mean, mask)
    scores = _scores(rows, weights, mean)
    best = sorted(scores, key=lambda rid: (-scores[rid], -rid))[:CANDIDATES]
    top = max(scores.values(), default=0.0) or 1.0
    return {rid: scores[rid] / top for rid in best}


async def _weights(connection: AsyncConnection, words: str) -> tuple[dict[str, float], float]:
    """Return how much each stem weighs that any entry has, and how many words an entry has on average."""
    cursor = await connection.execute(
        "SELECT lexeme, stem.entries, state.entries, said FROM state, stem"
        " WHERE lexeme IN (SELECT lexeme FROM unnest(to_tsvector('stems', %s)))",
        (words,),
    )
    rows = await cursor.fetchall()
    if not rows:
        return {}, 1.0
    *_, entries, said = rows[0]
    found = {stem: among for stem, among, _, _ in rows}
    rare = {stem: among for stem, among in found.items() if among <= max(COMMON * entries, FEW)}
    return {
        stem: max(math.log((entries - among + 0.5) / (among + 0.5)), 1e-6)
        for stem, among in (rare or found).items()
    }, max(said / max(entries, 1), 1.0)


async def _matching(
    connection: AsyncConnection, weights: Mapping[str, float], mean: float, mask: Where
) -> list[tuple[int, int, str, int]]:
    """Return the likeliest rows: their number, size, and each stem with how often they have it."""
    stems = list(weights)
    rank = " + ".join("%s * ts_rank(words, %s::tsquery)" for _ in stems)
    ranked = [part for stem in stems for part in (weights[stem], f"'{stem}'")]
    cursor = await connection.execute(
        f"""WITH best AS (
            SELECT rid, size, words FROM memory WHERE words @@ %s::tsquery AND {mask.sql}
            ORDER BY ({rank}) / (1 + {K1} * ({1 - B} + {B} * size / %s)) DESC LIMIT {2 * CANDIDATES}
        ) SELECT rid, size, lexeme, cardinality(positions) FROM best, unnest(words)
          WHERE lexeme = ANY(%s)""".encode(),  # noqa: S608  our own conditions
        (" | ".join(f"'{stem}'" for stem in stems), *mask.args, *ranked, mean, stems),
    )
    return await cursor.fetchall()


def _scores(
    rows: Sequence[tuple[int, int, str, int]], weights: Mapping[str, float], mean: float
) -> dict[int, float]:
    scores: dict[int, float] = defaultdict(float)
    for rid, size, stem, times in rows:
        long = K1 * (1 - B + B * size / mean)
        scores[rid] += weights[stem] * times * (K1 + 1) / (times + long)
    return scores
