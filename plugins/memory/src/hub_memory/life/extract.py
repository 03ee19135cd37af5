"""Say in a few of its own sentences what a talk was about: the most central turns, in order, word for word.

No model writes any of it, so it says nothing that was not said, and the same talk gives the same text.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from hub_memory.recall.entities import entities

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MOST_TURNS = 6
"""Turns that a summary quotes; of a short talk, one in `SHARE`."""

SHARE = 3
LONGEST_TURN = 240
"""Characters that one turn gives; of a longer one its most central sentences."""

SHORTEST = 4
"""Words of a turn that tells something: "Yes, please." does not."""

ALIKE, NAMES, OWN, ASKS = 0.4, 0.1, 0.1, 0.2
"""What a turn loses by being like one that was chosen, gains by a name or the person's own words, loses by
being a question; beside its cosine with the talk's centre."""

MOST_TAGS = 24
WORD = re.compile(r"[^\W_]+(?:['\u2019]\w+)?")
_SENTENCE = re.compile(r"(?<=[.!?\u2026])\s+|\n+")


@dataclass(frozen=True, slots=True)
class Said:
    """A turn of a talk. ``id``: of its entry; ``vector``: of its text, None before it has one."""

    id: str
    text: str
    origin: str
    trust: int
    sequence: int
    created: float
    vector: NDArray[np.float32] | None = None

    @property
    def own(self) -> bool:
        """Whether the person said it."""
        return self.origin != "assistant"


def condensed(turns: Sequence[Said]) -> str:
    """Return the most central of ``turns``, in their order, a line each."""
    worth = [turn for turn in turns if len(WORD.findall(turn.text)) >= SHORTEST] or list(turns)
    vectors = _vectors(worth)
    centre = vectors.mean(axis=0)
    scores = vectors @ (centre / (np.linalg.norm(centre) or 1.0)) + np.array([_bonus(turn) for turn in worth])
    count = min(MOST_TURNS, max(2, -(-len(turns) // SHARE)), len(worth))
    chosen = sorted(_spread(scores, vectors @ vectors.T, count))
    common = Counter(_words(" ".join(turn.text for turn in worth)))
    return "\n".join(_line(worth[at], common) for at in chosen)


def names(turns: Sequence[Said]) -> tuple[str, ...]:
    """Return what ``turns`` name, the most named first."""
    told = Counter(chain.from_iterable({one.norm[:200] for one in entities(turn.text)} for turn in turns))
    ranked = sorted(told.items(), key=lambda one: (-one[1], one[0]))
    return tuple(norm for norm, _ in ranked[:MOST_TAGS])


def _line(turn: Said, common: Counter[str]) -> str:
    return f"{'You' if turn.own else 'Me'}: {_short(turn.text, common)}"


def _bonus(turn: Said) -> float:
    asks = turn.text.rstrip().endswith("?")
    return NAMES * bool(entities(turn.text)) + OWN * turn.own - ASKS * asks


def _spread(scores: NDArray[Any], alike: NDArray[Any], count: int) -> list[int]:
    """Return the ``count`` best, each of them less good the more it is like one that was taken before."""
    taken: list[int] = []
    left = scores.astype(np.float64)
    while len(taken) < count:
        best = int(np.argmax(left))
        taken.append(best)
        left = np.minimum(left, scores - ALIKE * alike[:, taken].max(axis=1))
        left[taken] = -np.inf
    return taken


def _vectors(turns: Sequence[Said]) -> NDArray[np.float64]:
    """Return the turns' vectors, of length 1; made of their words where one has none."""
    known = [turn.vector for turn in turns if turn.vector is not None]
    if len(known) == len(turns) and len({len(one) for one in known}) == 1:
        rows = np.array(known, np.float64)
    else:
        said = [Counter(_words(turn.text)) for turn in turns]
        places = {word: at for at, word in enumerate(sorted({word for one in said for word in one}))}
        rows = np.zeros((len(turns), max(1, len(places))))
        for row, words in zip(rows, said, strict=True):
            for word, times in words.items():
                row[places[word]] = times / np.sqrt(sum(word in one for one in said))
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: NDArray[np.float64] = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    return unit


def _short(text: str, common: Counter[str]) -> str:
    """Return ``text``, or of a long one the sentences whose words the talk says most, in their order."""
    text = " ".join(text.split()) if len(text) <= LONGEST_TURN else text[: 40 * LONGEST_TURN]
    if len(text) <= LONGEST_TURN:
        return text
    parts = [" ".join(part.split()) for part in _SENTENCE.split(text) if part.strip()]
    kept, room = set[int](), LONGEST_TURN
    for at in sorted(range(len(parts)), key=lambda at: (-_weight(parts[at], common), at)):
        if len(parts[at]) < room:
            kept.add(at)
            room -= len(parts[at]) + 1
    return " ".join(parts[at] for at in sorted(kept)) or text[:LONGEST_TURN].rsplit(" ", 1)[0] + "\u2026"


def _weight(part: str, common: Counter[str]) -> float:
    words = _words(part)
    return sum(common[word] for word in words) / (len(words) + 3)


def _words(text: str) -> list[str]:
    return [word for word in map(str.casefold, WORD.findall(text)) if len(word) > 2]  # noqa: PLR2004  no "is"
