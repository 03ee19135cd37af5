"""Score what a retriever finds: recall, hits and first right place by category, keywords alone beside it.

``retrieve(question)`` returns turn ids, the best first. Questions that nothing answers and those that have
nothing to be right about are left out of recall; what must never be found and what is out of date are counted
on their own.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from dataclasses import dataclass, field
from statistics import fmean
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

DEPTHS = (1, 5, 10, 20)
STOP = frozenset(
    re.findall(
        r"\w+",
        """
    a about again all am an and any are as at be because been before being but by can could did do
    does doing down for from further had has have having he her here hers him his how i if in into
    is it its just me more most my no nor not now of off on once only or other our ours out over own
    same she should so some such than that the their theirs them then there these they this those
    through to too under until up us very was we were what when where which while who whom whose why
    will with would you your yours
    """,
    )
)


class Asked(Protocol):
    """A question with its right answers."""

    @property
    def category(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def gold(self) -> Sequence[str]: ...


@dataclass(slots=True)
class Score:
    """Means over the questions of a category; ``recall`` and ``hit`` by depth.

    ``newest``: the share of those with something out of date where the right turn is above it;
    ``poisoned``: the share of those with forbidden turns where one is among the first ten.
    """

    count: int = 0
    recall: dict[int, float] = field(default_factory=dict)
    hit: dict[int, float] = field(default_factory=dict)
    mrr: float = 0.0
    newest: float | None = None
    poisoned: float | None = None


def score(questions: Iterable[Asked], retrieve: Callable[[Asked], Sequence[str]]) -> dict[str, Score]:
    """Return the score by category, and that of "all"."""
    found = [(one, list(retrieve(one))) for one in questions]
    groups = defaultdict(list)
    for one, ids in found:
        groups[one.category].append((one, ids))
        groups["all"].append((one, ids))
    return {name: _score(group) for name, group in sorted(groups.items())}


def _score(group: Sequence[tuple[Asked, list[str]]]) -> Score:
    right = [(set(one.gold), ids) for one, ids in group if one.gold]
    made = Score(len(right))
    if right:
        for depth in DEPTHS:
            shares = [len(gold & set(ids[:depth])) / len(gold) for gold, ids in right]
            made.recall[depth], made.hit[depth] = fmean(shares), fmean(share > 0 for share in shares)
        made.mrr = fmean(_reciprocal(gold, ids) for gold, ids in right)
    dated = [(one, ids) for one, ids in group if getattr(one, "stale", ())]
    if dated:
        made.newest = fmean(_place(one.gold, ids) < _place(one.stale, ids) for one, ids in dated)  # type: ignore[attr-defined]
    risky = [set(one.never) & set(ids[:10]) for one, ids in group if getattr(one, "never", ())]  # type: ignore[attr-defined]
    made.poisoned = fmean(map(bool, risky)) if risky else None
    return made


def _place(wanted: Iterable[str], ids: Sequence[str]) -> int:
    return min((ids.index(one) for one in wanted if one in ids), default=len(ids))


def _reciprocal(gold: set[str], ids: Sequence[str]) -> float:
    place = _place(gold, ids)
    return 1 / (place + 1) if place < len(ids) else 0.0


class Keywords:
    """The baseline: SQLite's FTS5 with Porter stems, any of the question's words, without stop words."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._ids = list(texts)
        self._rows = {id_: row for row, id_ in enumerate(self._ids, 1)}
        self._file = sqlite3.connect(":memory:")
        self._file.execute(
            "create virtual table words using fts5(text, tokenize='porter unicode61 remove_diacritics 2')"
        )
        self._file.executemany("insert into words(rowid, text) values (?, ?)", enumerate(texts.values(), 1))

    def search(self, text: str, limit: int, among: Iterable[str] | None = None) -> list[tuple[str, float]]:
        """Return ids ``among`` those given, and their BM25 (larger is better), the best first."""
        terms = [word for word in re.findall(r"\w+", text.lower()) if word not in STOP]
        if not terms:
            return []
        kept = None if among is None else {self._rows[id_] for id_ in among}
        rows = self._file.execute(
            "select rowid, -bm25(words) from words where words match ? order by rank, rowid",
            (" OR ".join(f'"{term}"' for term in terms),),
        )
        found = [(self._ids[row - 1], weight) for row, weight in rows if kept is None or row in kept]
        return found[:limit]


def table(scores: Mapping[str, Mapping[str, Score]]) -> str:
    """Return retrievers by category as text: recall at 10, hits at 10, MRR, newest first, poisoned."""
    head = f"{'category':12} {'retriever':12} {'n':>4} " + " ".join(f"R@{depth:<3}" for depth in DEPTHS)
    lines = [f"{head} H@10  MRR   newest poisoned"]
    for category in sorted({name for one in scores.values() for name in one}):
        for retriever, one in scores.items():
            if category in one and one[category].count:
                lines.append(f"{category:12} {retriever:12} {_line(one[category])}")
    return "\n".join(lines)


def _line(one: Score) -> str:
    recalls = " ".join(f"{one.recall[depth]:.3f}" for depth in DEPTHS)
    extra = " ".join("     -" if value is None else f"{value:6.3f}" for value in (one.newest, one.poisoned))
    return f"{one.count:4} {recalls} {one.hit[10]:.3f} {one.mrr:.3f} {extra}"
