"""What the last 24 hours were like is counted right, forgets what is older, and never grows."""

from __future__ import annotations

import random
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.events import Bus, LanguageAsked, TurnEnded
from hub.llm.figures.spread import Spread
from hub.llm.figures.statistics import MOST, SLOT_S, SLOTS, Statistics


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def asked(provider: str, outcome: str = "done", **more: object) -> LanguageAsked:
    return LanguageAsked(
        provider=provider, model=f"{provider}-1", outcome=outcome, seconds=1.0, prompt_tokens=100,
        completion_tokens=20, **more,
    )  # fmt: skip


def ended(state: str = "done", quality: str = "full") -> TurnEnded:
    return TurnEnded(conversation="c", turn="t", state=state, answer="", quality=quality)


def test_who_answered_is_told_with_their_share_and_who_was_passed_over() -> None:
    statistics = Statistics(clock := Clock())
    for _ in range(3):
        statistics.take(asked("grok"))
    statistics.take(asked("grok", "failed"))
    statistics.take(asked("grok", "cut"))
    statistics.take(asked("grok", "stopped"))
    statistics.take(
        asked("ollama", fallback_from="grok", why="breaker", first_s=0.5, cost=0.25, cached_tokens=60)
    )
    figures = statistics.figures()
    assert (figures.asked, figures.served, figures.since) == (7, 4, clock.now)
    grok, ollama = figures.providers
    assert (grok.name, grok.model, grok.served, grok.share) == ("grok", "grok-1", 3, 0.75)
    assert (grok.failed, grok.cut, grok.dropped, grok.prompt, grok.completion) == (1, 1, 1, 600, 120)
    assert (ollama.name, ollama.share) == ("ollama", 0.25)
    assert [(one.provider, one.by, one.why, one.count) for one in figures.passed] == [
        ("grok", "ollama", "breaker", 1)
    ]
    assert (figures.cost, figures.cached, figures.first.count) == (0.25, 60, 1)
    assert ollama.first.usual == pytest.approx(0.5, rel=0.03)


def test_turns_are_told_apart() -> None:
    statistics = Statistics(Clock())
    for event in (ended(), ended("failed", ""), ended(quality="canned"), ended(quality="exact"),
                  ended("interrupted", "basic")):  # fmt: skip
        statistics.take(event)
    figures = statistics.figures()
    assert (figures.turns, figures.lost, figures.fixed, figures.computed) == (5, 1, 1, 1)


def test_what_is_older_than_a_day_is_forgotten() -> None:
    statistics = Statistics(clock := Clock())
    began = clock.now
    statistics.take(asked("old"))
    clock.now += SLOT_S * (SLOTS - 1)
    statistics.take(asked("new"))
    assert {one.name for one in statistics.figures().providers} == {"old", "new"}
    clock.now += SLOT_S
    figures = statistics.figures()
    assert [one.name for one in figures.providers] == ["new"]
    assert figures.since > began
    clock.now += SLOT_S * SLOTS
    assert statistics.figures().providers == ()


def test_a_clock_that_is_set_back_loses_nothing() -> None:
    statistics = Statistics(clock := Clock())
    statistics.take(asked("grok"))
    clock.now -= 86_400
    statistics.take(asked("grok"))
    assert statistics.figures().asked == 2


def test_its_size_is_bounded_whatever_it_is_told() -> None:
    statistics = Statistics(clock := Clock())
    for number in range(5_000):
        statistics.take(asked(f"provider {number}", fallback_from=f"other {number}"))
    slot = statistics._slots[-1]
    assert len(slot.tallies) == MOST + 1
    assert len(slot.passed) == MOST + 1
    assert statistics.figures().asked == 5_000
    for _ in range(1_000):
        clock.now += SLOT_S
        statistics.take(asked("grok"))
    assert len(statistics._slots) == SLOTS + 1


async def test_it_reads_the_bus() -> None:
    import asyncio

    bus, statistics = Bus(), Statistics()
    task = asyncio.create_task(statistics.follow(bus))
    await asyncio.sleep(0)
    bus.publish(asked("grok"))
    bus.publish(ended())
    async with asyncio.timeout(60):
        while statistics.figures().turns != 1:
            await asyncio.sleep(0)
    assert statistics.figures().asked == 1
    task.cancel()


@given(st.lists(st.floats(0.001, 600), min_size=1, max_size=200), st.sampled_from([0.05, 0.5, 0.95, 1.0]))
def test_a_spread_tells_each_share_within_three_per_cent(seconds: list[float], share: float) -> None:
    import math

    spread = Spread()
    for one in seconds:
        spread.add(one)
    exact = sorted(seconds)[max(1, math.ceil(share * len(seconds))) - 1]
    assert spread.at(share) == pytest.approx(exact, rel=0.03)


def test_a_spread_takes_anything_and_stays_small() -> None:
    spread, chance = Spread(), random.Random(1)
    for odd in (0.0, -1.0, float("nan"), float("inf"), 1e300):
        spread.add(odd)
    assert spread.count == 3
    for _ in range(50_000):
        spread.add(chance.expovariate(1))
    assert len(spread._steps) <= 360
    assert sys.getsizeof(spread._steps) < 64_000
    assert Spread().at(0.5) is None
