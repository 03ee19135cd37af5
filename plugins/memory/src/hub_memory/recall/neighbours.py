"""Let a good hit speak for what was said right before and after it: the answer often stands beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


def around(places: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
    """Return the places (session, sequence) beside the ``places`` of strong hits, to be candidates too."""
    strong = {place for place in places if place[0]}
    beside = {(session, sequence + step) for session, sequence in strong for step in (-1, 1)}
    return beside - strong


def beside(
    scores: NDArray[np.float64], sessions: NDArray[np.int64], sequences: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return for each candidate the scores of those right before it and right after it, 0 for none, all (n,).

    ``sessions``: a number a talk, negative for none; ``sequences``: places in it. Two candidates of one place
    (a document cut twice) count once, by the better of them.
    """
    before, after = np.zeros(len(scores)), np.zeros(len(scores))
    order = np.lexsort((scores, sequences, sessions))
    last = np.ones(len(order), bool)
    last[:-1] = (np.diff(sessions[order]) != 0) | (np.diff(sequences[order]) != 0)
    best = order[last & (sessions[order] >= 0)]
    joined = (np.diff(sessions[best]) == 0) & (np.diff(sequences[best]) == 1)
    first, second = best[:-1][joined], best[1:][joined]
    before[second] = scores[first]
    after[first] = scores[second]
    return before, after
