"""Figures of spoken turns: what is kept, and what is told of it."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub import events
from hub.conversation import spoken_turns
from hub.conversation.spoken_turns import ENOUGH, SpokenTurn, SpokenTurns
from hub.ports import Timed


def timed(turn: str, sent: float, **times: float | bool) -> events.SpeechTimed:
    return events.SpeechTimed(session="s", timed=Timed(turn, 80.0, sent=sent, **times))


def test_a_turn_that_is_told_twice_is_one_turn_with_the_later_word() -> None:
    spoken = SpokenTurns()
    spoken.take(timed("t", 390.0, sure=True))
    spoken.take(timed("t", 390.0, played=455.0, sure=True))
    told = spoken.figures()
    assert (told.turns, told.kept, told.sure) == (1, 1, 1.0)
    assert told.first is not None
    assert told.first.usual == 455.0
    assert [step.name for step in told.steps] == ["tail", "sent", "played"]


def test_percentiles_bands_and_shares_are_of_the_kept_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spoken_turns, "KEPT", 100)
    spoken = SpokenTurns()
    for number in range(150):
        spoken.take(timed(f"t{number}", 10.0 * number, sure=number % 4 == 0))
    told = spoken.figures(latest=3)
    assert (told.turns, told.kept) == (150, 100)
    assert told.first is not None
    assert (told.first.usual, told.first.slow) == (990.0, 1440.0)
    assert told.bands == {"quick": 0, "fair": 50, "long": 50, "slow": 0}
    assert told.sure == 0.25
    assert [turn.turn for turn in told.latest] == ["t149", "t148", "t147"]


def test_what_is_counted_is_added_up() -> None:
    spoken = SpokenTurns()
    for event in (
        events.SpeechCounted(session="s", what="echo", times=2), events.SpeechCounted(session="s", what="echo"),
        events.SpeechInterrupted(session="s", ms=700.0), events.SpeechError(session="s", reason="r", fix="f"),
    ):  # fmt: skip
        spoken.take(event)
    assert spoken.figures().counts == {"echo": 3, "interruption": 1, "error": 1}


def test_nothing_yet_is_told_as_nothing() -> None:
    told = SpokenTurns().figures()
    assert (told.first, told.sure, told.steps, told.latest) == (None, None, (), ())


async def test_it_reads_the_bus() -> None:
    bus, spoken = events.Bus(), SpokenTurns()
    task = asyncio.create_task(spoken.follow(bus))
    await asyncio.sleep(0)
    bus.publish(timed("t", 300.0))
    bus.publish(events.ChildChanged(child="speech", state="ready"))
    async with asyncio.timeout(60):
        while not spoken.figures().turns:
            await asyncio.sleep(0.005)
    task.cancel()


@given(st.lists(st.floats(0, 1e5), min_size=1, max_size=60))
def test_the_usual_and_the_slow_are_times_that_happened(waits: list[float]) -> None:
    spoken = SpokenTurns()
    for number, wait in enumerate(waits):
        spoken.take(timed(str(number), wait))
    first = spoken.figures().first
    assert first is not None
    assert first.usual in waits
    assert first.count == len(waits)
    if len(waits) < ENOUGH:
        assert first.slow is None, "there is no slowest twentieth of so few"
    else:
        assert first.slow in waits
        assert first.usual <= first.slow


@pytest.mark.parametrize(
    ("ms", "band"),
    [(0, "quick"), (499.9, "quick"), (500, "fair"), (1000, "long"), (1500, "slow"), (9e9, "slow")],
)
def test_bands(ms: float, band: str) -> None:
    """S0-02."""
    assert SpokenTurn("t", 0.0, sent=ms).band == band
