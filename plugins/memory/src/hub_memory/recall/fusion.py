"""Make one score of what the legs found, and say how much each of them added: the parts sum to the score.

Scores are fused, not ranks: cosine and BM25 are each scaled over the candidates and added (S. Bruch, S. Gai,
A. Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", arXiv 2210.11934); rank fusion was
worse than words alone. Age and importance then take away, as factors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from hub_memory.recall.neighbours import beside

if TYPE_CHECKING:
    from collections.abc import Mapping

Leg = Literal["words", "meaning", "entity", "neighbour", "recency", "importance"]
Floats = NDArray[np.float64]
DAY_S = 86_400.0
HALF_LIFE_S = {"working": DAY_S, "episodic": 120 * DAY_S, "summary": 120 * DAY_S}
"""How long till age has taken half of what it can take, by kind; facts and procedures do not age."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each leg counts beside the meaning, which counts 1.

    Tuned on the fixture's `DEV` homes and on LoCoMo's first five conversations, both by bench/.
    ``before``, ``after``: how much of the words right before and right after it an entry counts as its own,
    for an answer need not repeat the question. ``asking``: what is left of what only asks. ``floor``: what is
    left by age of what is very old, ``least`` of what has no importance. ``hint``: what something of the time
    that the question names gets, as a share of the best.
    """

    words: float = 0.85
    entity: float = 0.45
    neighbour: float = 0.15
    before: float = 0.5
    after: float = 0.2
    asking: float = 0.9
    floor: float = 0.9
    least: float = 0.7
    hint: float = 0.3


@dataclass(frozen=True, slots=True)
class Candidates:
    """What the legs found, a row an entry, all arrays (n,).

    ``cosine``: NaN where there is no vector; ``bm25``: larger is better, 0 where no word matched; ``entity``:
    the share of the question's names that the entry has; ``session``: a number a talk, negative for none;
    ``age``: seconds; ``half_life``: seconds, infinite where age does not matter; ``importance``: 0 to 1;
    ``timely``: whether it is of the time that the question names; ``asks``: whether it is a question itself.
    """

    cosine: Floats
    bm25: Floats
    entity: Floats
    session: NDArray[np.int64]
    sequence: NDArray[np.int64]
    age: Floats
    half_life: Floats
    importance: Floats
    timely: NDArray[np.bool_]
    asks: NDArray[np.bool_]


def fuse(found: Candidates, weights: Weights = Weights()) -> tuple[Floats, Mapping[Leg, Floats]]:
    """Return the score of each candidate, and its parts by leg, which sum to it."""
    words, heard = _words(found, weights)
    parts: dict[Leg, Floats] = {
        "meaning": _scaled(found.cosine),
        "words": words,
        "entity": weights.entity * found.entity,
    }
    direct = sum(parts.values(), heard)
    parts["neighbour"] = heard + weights.neighbour * sum(beside(direct, found.session, found.sequence))
    whole = direct - heard + parts["neighbour"]
    hinted = whole + weights.hint * found.timely * whole.max(initial=0.0)
    aged = hinted * fade(found.age, found.half_life, weights.floor)
    own = weights.least + (1 - weights.least) * np.clip(found.importance, 0, 1)
    score = aged * own * np.where(found.asks, weights.asking, 1.0)
    parts["recency"] = aged - whole
    parts["importance"] = score - aged
    return score, parts


def _words(found: Candidates, weights: Weights) -> tuple[Floats, Floats]:
    """Return what an entry's own words add, and what those said right before and after it do."""
    own = np.clip(found.bm25, 0, None)
    before, after = beside(own, found.session, found.sequence)
    heard = weights.before * before + weights.after * after
    most = (own + heard).max(initial=0.0)
    if most <= 0:
        return own, heard
    return weights.words * (own / most), weights.words * (heard / most)


def fade(age: Floats, half_life: Floats, floor: float) -> Floats:
    """Return the factor of ``age``: 1 now, half way to ``floor`` after ``half_life``, never below."""
    return floor + (1 - floor) * np.exp2(-np.maximum(age, 0) / half_life)


def _scaled(cosine: Floats) -> Floats:
    """Return cosines from 0, the least of the candidates, to 1, the best; without a vector 0."""
    known = np.isfinite(cosine)
    if not known.any():
        return np.zeros(len(cosine))
    least, most = cosine[known].min(), cosine[known].max()
    spread = most - least
    return np.where(known, (cosine - least) / spread if spread > 0 else 1.0, 0.0)
