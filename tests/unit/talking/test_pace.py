"""The terminal's speaker: a moment ahead, never more; and what the hub is told of it."""

from __future__ import annotations

import array
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from hub.talking.pace import AHEAD_S, DUCKED, Pace, Played

RATE = 1_000
LOUD = array.array("h", [10_000] * 20).tobytes()


def play(pace: Pace, seconds: float, start: float = 0.0) -> tuple[bytes, list[Played]]:
    """Let ``seconds`` pass in steps of 10 ms; return what was written, and the reports."""
    written, told = b"", []
    for tick in range(round(seconds * 100)):
        now = start + tick / 100
        written += pace.due(now)
        if heard := pace.heard(now):
            told.append(heard)
    return written, told


def test_sound_is_written_a_moment_ahead_and_reported_as_it_is_heard() -> None:
    pace = Pace()
    for _ in range(50):
        pace.take(3, RATE, LOUD, 0.0)
    assert len(pace.due(0.0)) == 2 * int(AHEAD_S * RATE)
    written, told = play(pace, 2.0, 0.01)
    assert len(written) == 2 * (1_000 - int(AHEAD_S * RATE))
    assert [report.samples for report in told] == sorted({report.samples for report in told})
    assert told[-1] == Played(3, 1_000, 0)
    assert all(report.epoch == 3 for report in told)


def test_nothing_is_reported_before_it_can_have_been_heard() -> None:
    pace = Pace()
    pace.take(1, RATE, LOUD * 50, 0.0)
    for tick in range(100):
        pace.due(tick / 100)
        if heard := pace.heard(tick / 100):
            assert heard.samples <= tick / 100 * RATE + 1


def test_a_flush_forgets_what_waits_and_what_is_older() -> None:
    pace = Pace()
    pace.take(1, RATE, LOUD, 0.0)
    pace.flush(2)
    pace.take(1, RATE, LOUD, 0.0)
    assert pace.due(0.0) == b""
    pace.take(2, RATE, LOUD, 0.0)
    assert pace.due(0.0) == LOUD


def test_epochs_wrap() -> None:
    pace = Pace()
    pace.flush(0xFFFF)
    pace.flush(0)
    pace.take(0, RATE, LOUD, 0.0)
    assert pace.due(0.0) == LOUD
    pace.take(0xFFFF, RATE, LOUD, 0.1)
    assert pace.empty


def test_a_late_frame_is_a_gap_and_a_new_answer_is_none() -> None:
    pace = Pace()
    pace.take(1, RATE, LOUD, 0.0)
    play(pace, 0.2)
    pace.take(1, RATE, LOUD, 0.2)
    _, told = play(pace, 0.2, 0.2)
    assert sum(report.dry for report in told) == 1
    pace.take(1, RATE, LOUD, 5.0)
    _, told = play(pace, 0.2, 5.0)
    assert sum(report.dry for report in told) == 0


def test_a_duck_lowers_without_a_step_and_a_flush_lifts() -> None:
    pace = Pace()
    pace.take(1, 16_000, array.array("h", [10_000] * 16_000).tobytes(), 0.0)
    pace.due(0.0)
    pace.duck(on=True)
    samples = array.array("h", play(pace, 0.3)[0])
    assert max(abs(a - b) for a, b in pairwise(samples)) < 100
    assert samples[int(0.02 * 16_000)] == int(10_000 * DUCKED)
    pace.flush(2)
    pace.take(2, 16_000, LOUD, 1.0)
    assert pace.due(1.0) == LOUD


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 60), st.floats(0, 0.2)), max_size=30))
def test_whatever_comes_it_is_all_written_once_and_in_order(steps: list[tuple[int, int, float]]) -> None:
    pace, now, written, sent = Pace(), 0.0, b"", b""
    for number, (frames, size, wait) in enumerate(steps):
        for _ in range(frames):
            frame = array.array("h", [number] * size).tobytes()
            sent += frame
            pace.take(1, RATE, frame, now)
        now += wait
        written += pace.due(now)
    for _ in range(1_000):
        now += 0.02
        written += pace.due(now)
    assert written == sent
