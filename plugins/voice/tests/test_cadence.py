"""Sound that is not of the rate that was said."""

from __future__ import annotations

import pytest

from hub_voice.cadence import Cadence


def told(
    said: int, real: float, seconds: float = 20, *, every: float = 0.02, start: float = 0.0
) -> list[int]:
    cadence, now, found = Cadence(said), 100.0, []
    cadence.push(int(start * real), now)
    for _ in range(round(seconds / every)):
        now += every
        if likely := cadence.push(round(real * every), now):
            found.append(likely)
    return found


@pytest.mark.parametrize(
    ("said", "real"),
    [(16_000, 48_000), (16_000, 44_100), (48_000, 16_000), (16_000, 8_000), (24_000, 16_000)],
)
def test_a_rate_that_is_not_so_is_told_once(said: int, real: int) -> None:
    assert told(said, real) == [real]


@pytest.mark.parametrize("drift", [0.9, 0.97, 1.0, 1.03, 1.1])
def test_a_clock_that_is_a_little_off_is_no_lie(drift: float) -> None:
    assert told(16_000, 16_000 * drift) == []


def test_five_seconds_that_come_at_once_are_no_lie() -> None:
    assert told(16_000, 16_000, start=5) == []


def test_frames_of_a_quarter_second_are_judged_too() -> None:
    assert told(16_000, 48_000, every=0.25) == [48_000]


def test_sound_with_gaps_says_nothing() -> None:
    cadence, now = Cadence(16_000), 0.0
    for _ in range(200):
        now += 0.6
        assert not cadence.push(48_000, now)
