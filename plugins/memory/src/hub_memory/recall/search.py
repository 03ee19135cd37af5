"""Search by all legs at once: candidates by words and by meaning, those said beside them, one fused score."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from hub_memory.recall.entities import entities, folded
from hub_memory.recall.fusion import HALF_LIFE_S, Candidates, Weights, fuse
from hub_memory.recall.neighbours import around
from hub_memory.store import words
from hub_memory.store.rows import AMONG
from hub_memory.store.where import LAST_TURNS, asked_for

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from numpy.typing import NDArray

    from hub import Connection, MemoryQuery
    from hub_memory.recall.fusion import Leg
    from hub_memory.recall.meaning import Meaning
    from hub_memory.recall.when import Span
    from hub_memory.store.where import Where

CANDIDATES, OF_MANY, MANY = 100, 60, 20_000
"""Rows that each of words and meaning brings in, and how many of `MANY`: there each is a read of its own."""

STRONG = 20
"""Rows whose neighbours are looked at too."""

NAMED = 2_000
"""Characters of an entry in which the question's names are looked for."""

_SPEAKER = re.compile(r"([^\W\d_][\w .'-]{0,39}): ")
"""Who said a line of a talk that was kept as such."""

_ROW = "SELECT rid, session, sequence, created, kind, importance, substr(text, 1, ?) FROM memory WHERE"


class Row(NamedTuple):
    """What is looked at of a candidate; ``text``: its first `NAMED` characters."""

    rid: int
    session: str
    sequence: int
    created: float
    kind: str
    importance: float
    text: str


Scored = tuple[int, float, dict["Leg", float]]
"""A row, its score, and what each leg added to that."""


def search(
    db: Connection, query: MemoryQuery, legs: Collection[str], *, meaning: Meaning | None,
    vector: NDArray[np.float32] | None, span: Span | None, weights: Weights = Weights(),  # noqa: B008  frozen
) -> list[Scored]:  # fmt: skip
    """Return the best rows by ``legs``. ``vector``: of the question, by the model of ``meaning``.

    ``span``: the time that the question names, as a hint. `MemoryQuery.now` is set.
    """
    where, most = asked_for(query, query.now), _most(db)
    shares = words.search(db, query.text, where, most) if "words" in legs else {}
    near: dict[int, float] = {}
    if meaning and vector is not None:
        near = meaning.near(db, vector, query, where, most + LAST_TURNS)
    rows = _rows(db, where, shares.keys() | near.keys())
    if "neighbour" in legs:
        strong = sorted(rows, key=lambda rid: -(shares.get(rid, 0.0) + near.get(rid, 0.0)))[:STRONG]
        rows |= _beside(db, where, [rows[rid] for rid in strong])
    if not rows:
        return []
    cosine = np.array([near.get(rid, np.nan) for rid in rows])
    if meaning and vector is not None:
        unknown = np.flatnonzero(np.isnan(cosine))
        cosine[unknown] = meaning.cosines(db, vector, [list(rows)[place] for place in unknown])
    return ranked(query, legs, list(rows.values()), shares=shares, cosine=cosine, span=span, weights=weights)


def _most(db: Connection) -> int:
    last = db.execute("SELECT max(rid) FROM memory").fetchone()[0] or 0
    return OF_MANY if last > MANY else CANDIDATES


def ranked(
    query: MemoryQuery, legs: Collection[str], rows: list[Row], *, shares: Mapping[int, float],
    cosine: NDArray[np.float64], span: Span | None, weights: Weights = Weights(),  # noqa: B008  frozen
) -> list[Scored]:  # fmt: skip
    """Return the best of ``rows``, the newest of them first. ``cosine``: NaN where there is no vector."""
    found = _candidates(query, legs, rows, shares=shares, cosine=cosine, span=span)
    scores, parts = fuse(found, _weighed(weights, legs))
    best = np.argsort(-scores, kind="stable")[: query.limit]
    return [(rows[at].rid, float(scores[at]), _told(parts, legs, at)) for at in best]


def _rows(db: Connection, where: Where, rids: Collection[int]) -> dict[int, Row]:
    """Return those of ``rids`` that may be found, the newest first."""
    sql = f"{_ROW} rid {AMONG} AND {where.sql} ORDER BY rid DESC"
    return _read(db.execute(sql, (NAMED, json.dumps(list(rids)), *where.args)))


def _beside(db: Connection, where: Where, strong: Iterable[Row]) -> dict[int, Row]:
    places = around((row.session, row.sequence) for row in strong)
    if not places:
        return {}
    among = "(session, sequence) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))"
    sql = f"{_ROW} session != '' AND {among} AND {where.sql} ORDER BY rid DESC"
    return _read(db.execute(sql, (NAMED, json.dumps(sorted(places)), *where.args)))


def _read(rows: Iterable[tuple[Any, ...]]) -> dict[int, Row]:
    return {row[0]: Row(*row) for row in rows}


def _candidates(
    query: MemoryQuery, legs: Collection[str], rows: list[Row], *, shares: Mapping[int, float],
    cosine: NDArray[np.float64], span: Span | None,
) -> Candidates:  # fmt: skip
    talks = {talk: number for number, talk in enumerate(dict.fromkeys(row.session for row in rows))}
    created = np.array([row.created for row in rows])
    ages = "recency" in legs
    now = query.now if query.as_of is None else query.as_of
    return Candidates(
        cosine=cosine,
        bm25=np.array([shares.get(row.rid, 0.0) for row in rows]),
        entity=_named(query.text, rows) if "entity" in legs else np.zeros(len(rows)),
        session=np.array([talks[row.session] if row.session else -1 for row in rows], np.int64),
        sequence=np.array([row.sequence for row in rows], np.int64),
        age=now - created,
        half_life=np.array([HALF_LIFE_S.get(row.kind, np.inf) if ages else np.inf for row in rows]),
        importance=np.array([row.importance for row in rows]),
        timely=_timely(created, span if ages else None),
        asks=np.array([row.text.rstrip().endswith("?") for row in rows]),
    )


def _named(question: str, rows: list[Row]) -> NDArray[np.float64]:
    """Return for each row the share of the names in ``question`` that it has.

    Who speaks in these talks ("Ann: ...") is looked for as who says it: others only speak to them.
    """
    names = [one.norm for one in entities(question)]
    if not names:
        return np.zeros(len(rows))
    texts = [folded(row.text) for row in rows]
    said = [_SPEAKER.match(text) for text in texts]
    speakers = {one[1] for one in said if one}
    shares = np.zeros(len(rows))
    for name in names:
        word = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        if name in speakers:
            shares += [one is not None and one[1] == name for one in said]
        else:
            shares += [word.search(text) is not None for text in texts]
    return shares / len(names)


def _timely(created: NDArray[np.float64], span: Span | None) -> NDArray[np.bool_]:
    if span is None:
        return np.zeros(len(created), bool)
    since = -np.inf if span.since is None else span.since
    until = np.inf if span.until is None else span.until
    timely: NDArray[np.bool_] = (created >= since) & (created < until)
    return timely


def _weighed(weights: Weights, legs: Collection[str]) -> Weights:
    """Let the legs that are not asked for count for nothing."""
    given = weights if "neighbour" in legs else replace(weights, neighbour=0.0, before=0.0, after=0.0)
    return given if "importance" in legs else replace(given, least=1.0, asking=1.0)


def _told(parts: Any, legs: Collection[str], at: int) -> dict[Leg, float]:
    return {leg: float(values[at]) for leg, values in parts.items() if values[at] and leg in legs}
