"""Keep what the language models did in the last 24 hours: who answered, how fast, for how much.

It is read off the bus and held in memory, in quarters of an hour: its size does not grow with the number of
requests. A restart begins it anew; ``since`` says when.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub.events import LanguageAsked, TurnEnded
from hub.llm.figures.spread import Spread

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.events import Bus, Event

SLOT_S = 900.0
SLOTS = 96
MOST = 32
"""Providers, and reasons, that are told apart in a quarter of an hour; all others are one."""

OTHER = "other"

_Key = tuple[str, str, str]
"""Who did not answer, who did instead, and why."""


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds to the first words: usually (the median), and for the slowest twentieth."""

    usual: float
    slow: float
    count: int


@dataclass(frozen=True, slots=True)
class Served:
    """What one provider did. ``served``: answers that it brought to their end; ``share`` of all, 0 to 1.

    ``failed``: before a word; ``cut``: in the middle; ``dropped``: asked in vain, since the person said
    more, or another was quicker. ``cost`` in US dollars. ``cached``: tokens that the server had already read.
    """

    name: str
    model: str = ""
    asked: int = 0
    served: int = 0
    share: float = 0.0
    failed: int = 0
    cut: int = 0
    dropped: int = 0
    first: Times | None = None
    cost: float = 0.0
    prompt: int = 0
    completion: int = 0
    cached: int = 0


@dataclass(frozen=True, slots=True)
class Passed:
    """Another (``by``) answered for a ``provider``: ``why``, in a word; how often; the ``last`` (Unix s)."""

    provider: str
    by: str
    why: str
    count: int
    last: float


@dataclass(frozen=True, slots=True)
class Figures:
    """All of it. ``since``: Unix seconds. ``turns``: answers in talks, of which ``lost`` ended in a fault.

    ``fixed`` were the fixed line, ``computed`` were worked out without a model. ``speculative`` requests were
    made before the words were final, ``hedged`` ones beside another that was slow; ``resumed`` answers were
    brought to their end by another. ``prompt`` and ``cached``: tokens, and those that had been read before.
    """

    since: float
    asked: int
    served: int
    turns: int
    lost: int
    fixed: int
    computed: int
    speculative: int
    hedged: int
    resumed: int
    cost: float
    prompt: int
    cached: int
    first: Times | None
    providers: tuple[Served, ...]
    passed: tuple[Passed, ...]


@dataclass(slots=True)
class _Tally:
    """What one provider did in a quarter of an hour."""

    model: str = ""
    outcomes: Counter[str] = field(default_factory=Counter)
    first: Spread = field(default_factory=Spread)
    cost: float = 0.0
    prompt: int = 0
    completion: int = 0
    cached: int = 0
    speculative: int = 0
    hedged: int = 0
    resumed: int = 0

    def merge(self, other: _Tally) -> None:
        self.model = other.model or self.model
        self.outcomes.update(other.outcomes)
        self.first.merge(other.first)
        self.cost += other.cost
        self.prompt += other.prompt
        self.completion += other.completion
        self.cached += other.cached
        self.speculative += other.speculative
        self.hedged += other.hedged
        self.resumed += other.resumed


@dataclass(slots=True)
class _Slot:
    """A quarter of an hour."""

    number: int
    tallies: dict[str, _Tally] = field(default_factory=dict)
    passed: dict[_Key, tuple[int, float]] = field(default_factory=dict)
    turns: Counter[str] = field(default_factory=Counter)

    def tally(self, name: str) -> _Tally:
        return self.tallies.setdefault(_room(name, self.tallies), _Tally())

    def merge(self, other: _Slot) -> None:
        self.turns.update(other.turns)
        for name, tally in other.tallies.items():
            self.tallies.setdefault(name, _Tally()).merge(tally)
        for key, (count, last) in other.passed.items():
            before = self.passed.get(key, (0, last))
            self.passed[key] = (before[0] + count, max(before[1], last))

    def pass_over(self, key: _Key, at: float) -> None:
        key = key if key in self.passed or len(self.passed) < MOST else (OTHER, OTHER, OTHER)
        count, last = self.passed.get(key, (0, at))
        self.passed[key] = (count + 1, max(last, at))


class Statistics:
    """The last 24 hours. ``clock``: Unix seconds."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._slots: deque[_Slot] = deque(maxlen=SLOTS + 1)
        self._past: tuple[tuple[int, int], _Slot] | None = None
        self.since = clock()

    async def follow(self, bus: Bus) -> None:
        """Read the bus until cancelled."""
        with bus.subscribe("language.asked", "turn.ended", size=4_096) as subscription:
            async for event in subscription:
                self.take(event)

    def take(self, event: Event) -> None:
        """Count one event."""
        if isinstance(event, LanguageAsked):
            self._asked(event)
        elif isinstance(event, TurnEnded):
            self._now().turns[_kind(event)] += 1

    def figures(self) -> Figures:
        """Return what was counted, the one who answered most often first."""
        oldest = int(self._clock() // SLOT_S) - SLOTS
        whole = _Slot(oldest)
        whole.merge(self._before(oldest))
        if self._slots and self._slots[-1].number > oldest:
            whole.merge(self._slots[-1])
        return _figures(max(self.since, (oldest + 1) * SLOT_S), whole)

    def _before(self, oldest: int) -> _Slot:
        """Return all that is over in one: it changes but four times an hour."""
        latest = self._slots[-1].number if self._slots else oldest
        if self._past is None or self._past[0] != (oldest, latest):
            whole = _Slot(oldest)
            for slot in self._slots:
                if oldest < slot.number < latest:
                    whole.merge(slot)
            self._past = (oldest, latest), whole
        return self._past[1]

    def _asked(self, event: LanguageAsked) -> None:
        slot = self._now()
        tally = slot.tally(event.provider)
        tally.model = event.model
        tally.outcomes[event.outcome] += 1
        if event.first_s is not None:
            tally.first.add(event.first_s)
        tally.cost += event.cost
        tally.prompt += event.prompt_tokens
        tally.completion += event.completion_tokens
        tally.cached += event.cached_tokens
        tally.speculative += event.speculative
        tally.hedged += event.hedged
        tally.resumed += event.resumed
        if event.fallback_from:
            slot.pass_over((event.fallback_from, event.provider, event.why), event.at)

    def _now(self) -> _Slot:
        """Return the present quarter of an hour; a clock that was set back stays in the latest."""
        number = int(self._clock() // SLOT_S)
        if not self._slots or self._slots[-1].number < number:
            self._slots.append(_Slot(number))
        return self._slots[-1]


def _room(name: str, known: dict[str, _Tally]) -> str:
    return name if name in known or len(known) < MOST else OTHER


def _kind(event: TurnEnded) -> str:
    """Return what became of a turn: lost, fixed, computed, or answered by a model."""
    if event.state == "failed":
        return "lost"
    if event.quality == "canned":
        return "fixed"
    return "model" if event.quality in {"full", "basic"} else "computed"


def _figures(since: float, whole: _Slot) -> Figures:
    tallies, turns = whole.tallies, whole.turns
    served = sum(tally.outcomes["done"] for tally in tallies.values())
    providers = sorted((_served(name, tally, served) for name, tally in tallies.items()), key=_often)
    reasons = sorted(
        (Passed(*key, count, last) for key, (count, last) in whole.passed.items()),
        key=lambda one: (-one.count, -one.last),
    )
    every = _Tally()
    for tally in tallies.values():
        every.merge(tally)
    return Figures(
        since=since,
        asked=every.outcomes.total(),
        served=served,
        turns=turns.total(),
        lost=turns["lost"],
        fixed=turns["fixed"],
        computed=turns["computed"],
        speculative=every.speculative,
        hedged=every.hedged,
        resumed=every.resumed,
        cost=every.cost,
        prompt=every.prompt,
        cached=every.cached,
        first=_times(every.first),
        providers=tuple(providers),
        passed=tuple(reasons),
    )


def _served(name: str, tally: _Tally, all_served: int) -> Served:
    done = tally.outcomes["done"]
    return Served(
        name, tally.model, tally.outcomes.total(), done, done / all_served if all_served else 0.0,
        tally.outcomes["failed"], tally.outcomes["cut"], tally.outcomes["stopped"], _times(tally.first),
        tally.cost, tally.prompt, tally.completion, tally.cached,
    )  # fmt: skip


def _times(spread: Spread) -> Times | None:
    usual, slow = spread.at(0.5), spread.at(0.95)
    return Times(usual, slow, spread.count) if usual is not None and slow is not None else None


def _often(one: Served) -> tuple[int, str]:
    return -one.served, one.name
