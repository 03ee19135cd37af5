"""The pace of sound, on a clock of our own."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hub_voice.playback.rate import RateController
from hub_voice.settings import Output

RATE, OUTPUT = 1000, Output()
FRAME = 80


class Line:
    """A sender that always has more to send."""

    def __init__(self) -> None:
        self.pace, self.now = RateController(OUTPUT, RATE), 50.0

    def send(self) -> int:
        """Send what may be sent now; return how many samples that was."""
        before = self.pace.sent
        while self.pace.room(self.now) > 0:
            self.pace.send(FRAME, self.now)
        self.pace.wait(more=True)
        return self.pace.sent - before

    def go(self, seconds: float, *, plays: float | None = None, lag: float = 0.1) -> list[int]:
        """Let time pass in steps of 40 ms; ``plays``: the listener's clock, 1 is exact; sent in each step."""
        sent = []
        for _ in range(round(seconds / 0.04)):
            self.now += 0.04
            if plays is not None:
                heard = int((self.now - 50 - lag) * RATE * plays)
                self.pace.acknowledge(min(heard, self.pace.sent), self.now)
            sent.append(self.send())
        return sent


def test_it_begins_with_half_a_second_and_gets_two_ahead_without_a_burst() -> None:
    line = Line()
    assert line.send() <= OUTPUT.drift_ms + FRAME
    steps = line.go(6)
    assert max(steps) <= 0.04 * RATE * OUTPUT.fill + FRAME
    ahead = line.pace.sent - line.pace.position(line.now)
    assert OUTPUT.lead_ms - FRAME <= ahead <= OUTPUT.lead_ms + FRAME
    assert not line.pace.slips


def test_after_a_stall_the_schedule_slips_and_nothing_bursts() -> None:
    """S4-17: a laptop that slept, a process that stood still."""
    line = Line()
    line.go(6, plays=1.0)
    line.now += 3600
    first = line.send()
    assert first <= OUTPUT.drift_ms + FRAME
    assert line.pace.slips == 1
    assert max(line.go(4)) <= 0.04 * RATE * OUTPUT.fill + FRAME


def test_a_short_stall_is_made_up_for_and_is_no_slip() -> None:
    line = Line()
    line.go(6, plays=1.0)
    line.now += 0.4
    line.send()
    line.go(2, plays=1.0)
    assert not line.pace.slips
    assert line.pace.sent - line.pace.position(line.now) >= OUTPUT.lead_ms - 2 * FRAME


def test_a_clock_that_jumps_back_moves_nothing() -> None:
    line = Line()
    line.go(3)
    before = line.pace.position(line.now)
    line.now -= 1000
    line.send()
    assert before <= line.pace.position(line.now) <= line.pace.sent


def test_a_listener_whose_clock_is_slow_is_not_overrun() -> None:
    line = Line()
    line.go(120, plays=0.95)
    ahead = line.pace.sent - line.pace.acknowledged
    assert ahead <= OUTPUT.lead_ms + FRAME
    assert not line.pace.slips  # five in a hundred between two reports is no drift


def test_a_listener_who_was_held_up_is_believed_and_counted_once() -> None:
    line = Line()
    line.go(4, plays=1.0)
    held = line.pace.acknowledged
    for _ in range(20):
        line.now += 0.04
        line.send()
    line.pace.acknowledge(held + 40, line.now)
    assert line.pace.slips == 1
    assert line.pace.position(line.now) == held + 40


def test_who_falls_silent_is_waited_for_and_then_followed_by_the_clock() -> None:
    line = Line()
    line.go(4, plays=1.0)
    told = line.pace.acknowledged
    line.go(2.9)
    assert line.pace.position(line.now) == told
    line.go(3)
    assert told + 2 * RATE <= line.pace.position(line.now) <= told + 3.2 * RATE


Steps = st.lists(
    st.one_of(
        st.tuples(st.just("pass"), st.floats(-10, 100)),
        st.tuples(st.just("hear"), st.integers(-(10**9), 10**9)),
        st.tuples(st.just("idle"), st.floats(0, 5)),
        st.tuples(st.just("send"), st.just(0)),
    ),
    max_size=60,
)


@settings(max_examples=300, deadline=None)
@given(Steps)
def test_whatever_the_clocks_and_the_listener_do(steps: list[tuple[str, float]]) -> None:
    line = Line()
    for what, value in steps:
        match what:
            case "pass":
                line.now += value
            case "hear":
                line.pace.acknowledge(int(value), line.now)
            case "idle":
                line.pace.wait(more=False)
                line.now += value
            case "send":
                assert line.send() <= OUTPUT.drift_ms + FRAME
        place = line.pace.position(line.now)
        assert 0 <= place <= line.pace.sent
        assert line.pace.sent - place <= OUTPUT.lead_ms + FRAME
        assert line.pace.position(line.now, heard=True) <= place
