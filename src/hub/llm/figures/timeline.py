"""Turn the changes of a provider's state into a row of equal spans, each as well as its time was."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Kind = Literal["off", "well", "care", "stop"]
"""off: not watched; care: away for less than half of the time, or asked for a pause; stop: for more."""

Change = tuple[float, str, str]
"""Unix seconds, the state from then on, and why."""

_AWAY = {"open", "half", "config"}


def spans(changes: Iterable[Change], begin: float, end: float, count: int, since: float) -> list[Kind]:
    """Return ``count`` spans of equal length from ``begin`` to ``end`` (Unix seconds), the oldest first.

    What was before ``since`` was not watched. Before its first change a provider was well.
    """
    length = (end - begin) / count
    away, held = [0.0] * count, [0.0] * count
    for at, until, state in _periods(list(changes), end):
        into, first = away if state in _AWAY else held, max(at, begin, since)
        last = min(count - 1, int((until - begin) / length))
        for number in range(int((first - begin) / length), last + 1):
            start = begin + number * length
            into[number] += max(0.0, min(until, start + length) - max(first, start))
    starts = [begin + number * length for number in range(count)]
    return [
        _kind(start, start + length, since, away[number], held[number]) for number, start in enumerate(starts)
    ]


def _periods(changes: Sequence[Change], end: float) -> list[tuple[float, float, str]]:
    """Return from, to and state of each time in which a provider was not well."""
    ordered = [*sorted(changes, key=lambda one: one[0]), (end, "", "")]
    return [
        (at, until, state)
        for (at, state, _), (until, _, _) in pairwise(ordered)
        if state != "closed" and until > at
    ]


def _kind(begin: float, end: float, since: float, away: float, held: float) -> Kind:
    """Return how well a span was, in which so many seconds were not."""
    if end <= since:
        return "off"
    if away and away * 2 >= end - max(begin, since):
        return "stop"
    return "care" if away or held else "well"


def away(changes: Iterable[Change], begin: float, end: float) -> float:
    """Return for how many seconds between ``begin`` and ``end`` a provider could not be asked."""
    return sum(
        max(0.0, min(until, end) - max(at, begin))
        for at, until, state in _periods(list(changes), end)
        if state in _AWAY
    )
