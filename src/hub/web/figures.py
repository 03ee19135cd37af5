"""Draw the figures of the language page: what was lost, how fast, for how much, and who stood in for whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.web.ago import ago
from hub.web.lanes import seconds, slowest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hub.hub import Hub
    from hub.llm.figures.statistics import Figures
    from hub.web.costs import Cost

WHY = {
    "trip": "it failed, or was too slow",
    "hold": "it asked for a pause",
    "config": "its key or its model is wrong",
    "caller": "it did not take the question",
    "local": "this machine had no network",
    "privacy": "the words may not leave",
    "capability": "it cannot do what was asked",
    "budget": "the money for today was spent",
    "breaker": "it was away",
    "hedge": "it was slow",
}
"""Why another answered, after "because"."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One figure with its unit in words and a note; ``bar``: how much of its bound is reached, 0 to 1."""

    title: str
    number: str
    unit: str
    note: str = ""
    tone: str = ""
    bar: float | None = None


@dataclass(frozen=True, slots=True)
class StoodIn:
    """Somebody answered for somebody else."""

    who: str
    why: str
    count: int
    last: str


def figures(hub: Hub, told: Figures, costs: Sequence[Cost]) -> list[Shown]:
    """Return the figures in their order."""
    first = told.first
    asked = f"in {told.asked:,} request{'s' * (told.asked != 1)}"
    return [
        Shown("Answers", f"{told.served:,}", asked, _fixed(told)),
        Shown("Lost", f"{told.lost:,}", _turns(told),
              _broken(told), "stop" if told.lost else "well"),
        Shown("First word", seconds(first.usual) if first else "none", "usually" if first else "yet",
              slowest(first)),
        *(_cost(one) for one in costs),
        _repeats(hub, told),
        Shown("Asked early", _percent(told.speculative + told.hedged, told.asked), "of requests",
              _ahead(told)),
    ]  # fmt: skip


def stood_in(told: Figures, titles: Mapping[str, str]) -> list[StoodIn]:
    """Return who answered for whom, the most frequent first."""
    return [
        StoodIn(
            f"{titles.get(one.by, one.by)} for {titles.get(one.provider, one.provider)}",
            WHY.get(one.why, one.why or "nobody said why"), one.count, ago(one.last),
        )
        for one in told.passed
    ]  # fmt: skip


def _fixed(told: Figures) -> str:
    return f"{told.fixed:,} by the fixed line" if told.fixed else "None by the fixed line"


def _turns(told: Figures) -> str:
    return f"of {told.turns:,} turn{'s' * (told.turns != 1)}" if told.turns else "so far"


def _broken(told: Figures) -> str:
    """Return how many answers broke off and were brought to their end by another."""
    count = sum(one.cut for one in told.providers)
    return f"{count:,} broke off midway" if count else "None broke off"


def _ahead(told: Figures) -> str:
    return f"{told.speculative:,} early, {told.hedged:,} spare"


def _cost(one: Cost) -> Shown:
    return Shown(
        f"Cost {one.period}", one.value, one.of, "", "" if one.tone == "well" else one.tone,
        min(1.0, one.spent / one.cap) if one.cap else None,
    )  # fmt: skip


def _repeats(hub: Hub, told: Figures) -> Shown:
    """Return how often an answer was kept, and how much of the prompts had been read before."""
    kept = hub.replies.hits
    read = _percent(told.cached, told.prompt)
    return Shown("From the cache", f"{kept:,}", f"answer{'s' * (kept != 1)}", f"Prompts {read} reused")


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}\N{NO-BREAK SPACE}%" if whole else "0\N{NO-BREAK SPACE}%"
