"""Keep where the time of the latest spoken turns went, and what voice sessions counted since the start.

It is read off the bus and held in memory; nothing of it says what was said, or to whom.
"""

from __future__ import annotations

import math
import time
from collections import Counter, OrderedDict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from hub.events import SpeechCounted, SpeechError, SpeechInterrupted, SpeechTimed
from hub.ports.speech import Timed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.events import Bus, Event

KEPT = 500
"""Turns that are kept: figures are of these."""

ENOUGH = 20
"""Values from which on the slowest twentieth is told: of fewer there is none."""

STEPS = ("tail", "text", "endpoint", "token", "sound", "sent", "played")
"""The steps to the first sound, in the order in which most turns take them; fields of `hub.ports.Timed`."""

QUICK_MS, FAIR_MS, LONG_MS = 500.0, 1_000.0, 1_500.0
"""The bands of S0-02."""


@dataclass(frozen=True, slots=True)
class SpokenTurn(Timed):
    """One turn that was answered aloud; ``at``: Unix seconds of that."""

    at: float = 0.0

    @property
    def total(self) -> float:
        """The wait for the first sound: until it was played, or left, where the client does not tell."""
        known = (self.played, self.sent, self.sound)
        return next((ms for ms in known if ms is not None), 0.0)

    @property
    def band(self) -> str:
        """How that feels: quick, fair, long or slow."""
        bounds = (("quick", QUICK_MS), ("fair", FAIR_MS), ("long", LONG_MS))
        return next((name for name, most in bounds if self.total < most), "slow")


@dataclass(frozen=True, slots=True)
class Step:
    """How long one step took, ms after the person fell silent: usually, and for the slowest twentieth.

    ``slow`` is None while fewer than `ENOUGH` turns took it; ``count``: how many did.
    """

    name: str
    usual: float
    slow: float | None
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """All of it. ``since``: Unix seconds; ``turns`` counts all since then, ``steps`` and ``bands`` the kept.

    ``sure``: the share of the kept turns whose end the turn model was sure of. ``first``: the whole wait, and
    ``sure_first`` that of those turns. ``counts`` by what was counted, with ``interruption`` and ``error``.
    """

    since: float
    turns: int
    kept: int
    sure: float | None
    first: Step | None
    sure_first: Step | None
    steps: tuple[Step, ...]
    bands: dict[str, int]
    counts: dict[str, int]
    latest: tuple[SpokenTurn, ...]


class SpokenTurns:
    """The latest spoken turns of one hub."""

    def __init__(self) -> None:
        self.since = time.time()
        self._turns: OrderedDict[str, SpokenTurn] = OrderedDict()
        self._counts: Counter[str] = Counter()
        self._total = 0

    async def follow(self, bus: Bus) -> None:
        """Read the bus until cancelled."""
        with bus.subscribe("speech.*", size=4_096) as subscription:
            async for event in subscription:
                self.take(event)

    def take(self, event: Event) -> None:
        """Note one event."""
        match event:
            case SpeechTimed():
                self._note(event)
            case SpeechCounted(what=what, times=times):
                self._counts[what] += times
            case SpeechInterrupted():
                self._counts["interruption"] += 1
            case SpeechError():
                self._counts["error"] += 1

    def figures(self, latest: int = 50) -> Figures:
        """Return what is known, with the ``latest`` turns, newest first."""
        turns = list(self._turns.values())
        sure = [turn for turn in turns if turn.sure]
        bands = Counter(turn.band for turn in turns)
        steps = (_step(name, [getattr(turn, name) for turn in turns]) for name in STEPS)
        return Figures(
            self.since, self._total, len(turns), len(sure) / len(turns) if turns else None,
            _step("first", [turn.total for turn in turns]), _step("first", [turn.total for turn in sure]),
            tuple(step for step in steps if step),
            {name: bands[name] for name in ("quick", "fair", "long", "slow")}, dict(self._counts),
            tuple(reversed(turns[-latest:])),
        )  # fmt: skip

    def _note(self, event: SpeechTimed) -> None:
        turn = event.timed.turn
        known = self._turns.pop(turn, None)
        self._total += known is None
        self._turns[turn] = SpokenTurn(**asdict(event.timed), at=known.at if known else event.at)
        while len(self._turns) > KEPT:
            self._turns.popitem(last=False)


def _step(name: str, times: Sequence[float | None]) -> Step | None:
    known = sorted(ms for ms in times if ms is not None)
    slow = at(known, 0.95) if len(known) >= ENOUGH else None
    return Step(name, at(known, 0.5), slow, len(known)) if known else None


def at(ordered: Sequence[float], share: float) -> float:
    """Return the value that ``share`` (0 to 1) of the ``ordered`` ones are at most."""
    return ordered[max(1, math.ceil(share * len(ordered))) - 1]
