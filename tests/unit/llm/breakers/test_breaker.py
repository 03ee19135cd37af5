"""The breaker of one provider: when it opens, what it waits for, and that it agrees with a simple model."""

from __future__ import annotations

import math

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hub.llm.breakers.breaker import CLASSIC, NEAR, QUICK, Breaker, Rule


class Clock:
    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


def made(clock, rule=QUICK, chance=0.5):
    return Breaker(rule, clock, lambda: chance)


def tripped(clock, rule=QUICK, chance=0.5):
    one = made(clock, rule, chance)
    for _ in range(rule.failures):
        one.note("trip", "It fell over.", "Wait.")
    return one


def test_it_opens_after_two_failures_in_a_row(clock):
    one = made(clock)
    one.note("trip")
    one.note("ok")
    one.note("trip")
    assert one.asked
    one.note("trip", "It fell over.", "Wait.")
    assert (one.state, one.asked, one.words) == ("open", False, ("It fell over.", "Wait."))


def test_classic_takes_five_failures_a_minute_and_two_successes(clock):
    one = made(clock, CLASSIC)
    for _ in range(4):
        one.note("trip")
    assert one.asked
    one.note("trip")
    assert one.until == clock.now + 60
    one.probed("ok")
    one.note("ok")
    assert one.state == "half"
    one.note("ok")
    assert one.state == "closed"


@pytest.mark.parametrize("outcome", ["caller", "cancelled"])
def test_what_is_not_its_fault_counts_neither_way(clock, outcome):
    one = made(clock)
    one.note("trip")
    one.note(outcome)
    assert one.failures == 1
    one.note("trip")
    assert one.state == "open"


def test_time_alone_never_lets_a_question_through(clock):
    one = tripped(clock)
    clock.now += 1e6
    assert one.state == "open"


def test_probes_are_due_after_two_four_eight_up_to_sixty_seconds(clock):
    one, waits = tripped(clock), []
    for _ in range(8):
        waits.append(one.until - clock.now)
        clock.now = one.until
        one.probed("trip")
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]


@pytest.mark.parametrize(("chance", "first"), [(0.0, 1.8), (1.0, 2.2)])
def test_jitter_is_drawn_once_per_opening(clock, chance, first):
    drawn = iter([chance])
    one = Breaker(QUICK, clock, lambda: next(drawn))
    one.note("trip")
    one.note("trip")
    for step in range(3):
        assert one.until - clock.now == pytest.approx(first * 2**step)
        clock.now = one.until
        one.probed("trip")


def test_a_probe_half_opens_and_the_first_real_success_closes(clock):
    one = tripped(clock)
    one.probed("ok")
    assert (one.state, one.asked) == ("half", True)
    one.note("ok")
    assert (one.state, one.failures, one.words) == ("closed", 0, ("", ""))
    assert tripped(clock).until == clock.now + 2


def test_while_half_open_one_question_at_a_time_is_let_through(clock):
    one = tripped(clock)
    one.probed("ok")
    one.begin()
    assert (one.state, one.asked) == ("half", False)
    one.note("cancelled")
    assert one.asked
    one.begin()
    clock.now += QUICK.trial_s  # whoever asked never told how it ended
    assert one.asked
    one.begin()
    one.note("ok")
    assert one.state == "closed"
    one.begin()
    assert one.asked


def test_a_failure_after_a_probe_reopens_where_the_waits_had_got_to(clock):
    one, waits = tripped(clock), []
    for _ in range(7):  # it lists its models, and answers nothing
        waits.append(one.until - clock.now)
        clock.now = one.until
        one.probed("ok")
        one.note("trip")
    assert waits == [2, 4, 8, 16, 32, 60, 60]


def test_what_is_near_is_looked_at_often_but_not_asked_often(clock):
    one = tripped(clock, NEAR)
    for _ in range(50):
        assert one.until - clock.now <= 1
        clock.now = one.until
        one.probed("trip")
    waits = []
    for _ in range(7):
        one.probed("ok")
        one.note("trip")
        waits.append(one.until - clock.now)
    assert waits == [2, 4, 8, 16, 32, 60, 60]


def test_what_began_before_it_opened_neither_closes_nor_lengthens_it(clock):
    one = tripped(clock)
    due = one.until
    one.note("ok")
    one.note("trip")
    assert (one.state, one.until) == ("open", due)


@pytest.mark.parametrize(
    ("wanted", "seconds"), [(None, 5), (30, 30), (0, 0), (-3, 0), (1e9, 3_600), (math.nan, 5)]
)
def test_a_wish_for_a_pause_is_honoured_and_no_failure(clock, wanted, seconds):
    one = made(clock)
    one.note("trip")
    one.note("hold", "It wants a pause.", "", wanted)
    assert one.failures == 1
    assert one.asked == (seconds == 0)
    if seconds:
        assert (one.state, one.until, one.words[0]) == ("held", clock.now + seconds, "It wants a pause.")
    clock.now += seconds
    assert one.state == "closed"


def test_a_shorter_pause_does_not_shorten_a_longer_one_and_probes_wait_for_it(clock):
    one = made(clock)
    one.note("hold", hold_s=100)
    one.note("hold", hold_s=1)
    assert one.until == clock.now + 100
    one.note("trip")
    one.note("trip")
    assert (one.state, one.until) == ("open", clock.now + 100)


def test_a_fault_of_the_settings_waits_for_a_person_or_a_look_now_and_then(clock):
    one = made(clock)
    one.note("config", "The key is wrong.", "Give it a new key.")
    assert (one.state, one.until) == ("config", clock.now + 600)
    one.note("trip")
    one.probed("trip")
    one.probed("config", "The key is wrong.", "Give it a new key.")
    assert one.state == "config"
    one.reset()
    assert (one.state, one.asked, one.words) == ("closed", True, ("", ""))


def test_what_is_kept_over_a_restart(clock):
    one = tripped(clock)
    clock.now = one.until
    one.probed("trip")
    kept = one.keep()
    again = made(clock)
    again.recall(kept, age=1.0)
    assert (again.state, again.until - clock.now, again.words) == ("open", 3, one.words)
    clock.now = again.until
    again.probed("trip")
    assert again.until - clock.now == 8
    assert made(clock).keep() is None
    held = made(clock)
    held.note("hold", "Slowly.", hold_s=20)
    again = made(clock)
    again.recall(held.keep(), age=5)
    assert (again.state, again.until - clock.now) == ("held", 15)
    wrong = made(clock)
    wrong.note("config")
    assert wrong.keep() is None


@pytest.mark.parametrize("change", [{"phase": "config"}, {"phase": 3}, {"left": "x"}, {"hold": None}])
def test_nonsense_that_was_kept_is_refused(clock, change):
    with pytest.raises((ValueError, TypeError)):
        made(clock).recall(tripped(clock).keep() | change, 1.0)


class AgainstModel(RuleBasedStateMachine):
    """The breaker beside a model that keeps the whole past and works out each answer from it anew."""

    RULE = Rule(failures=2, successes=1, jitter=0.0)

    def __init__(self):
        super().__init__()
        self.clock = Clock()
        self.one = Breaker(self.RULE, self.clock, lambda: 0.5)
        self.past = []  # (time, what, seconds)

    def happens(self, what, seconds=0.0):
        self.past.append((self.clock.now, what, seconds))

    @rule(outcome=st.sampled_from(["ok", "trip", "config", "caller", "cancelled", "local"]))
    def note(self, outcome):
        self.one.note(outcome, f"because of {outcome}")
        self.happens(outcome)

    @rule(seconds=st.one_of(st.none(), st.floats(0.5, 5_000)))
    def pause(self, seconds):
        self.one.note("hold", hold_s=seconds)
        self.happens("hold", min(5.0 if seconds is None else seconds, 3_600))

    @precondition(lambda self: self.one.until is not None and self.one.state != "held")
    @rule(outcome=st.sampled_from(["ok", "trip"]))
    def probe_when_due(self, outcome):
        self.clock.now = max(self.clock.now, self.one.until)
        self.one.probed(outcome)
        self.happens(f"probe {outcome}")

    @rule(seconds=st.floats(0.001, 200))
    def wait(self, seconds):
        self.clock.now += seconds

    @rule()
    def begin(self):
        self.one.begin()
        self.happens("begin")

    @rule()
    def settings_change(self):
        self.one.reset()
        self.happens("reset")

    def expected(self):
        """Return state and the second of the next look, from the past alone."""
        state, row, due, waits, held = "closed", 0, None, 0, -math.inf
        for at, what, seconds in self.past:
            if what == "hold":
                held = max(held, at + seconds)
            elif what == "reset":
                state, row, waits, held = "closed", 0, 0, -math.inf
            elif what == "config":
                state, due = "config", at + 600
            elif what == "probe ok":
                state = "half"
            elif what == "probe trip":
                due = at + 600 if state == "config" else at + min(60, 2 * 2**waits)
                waits += state == "open"
            elif what == "ok" and state in ("closed", "half"):
                state, row, waits = "closed", 0, 0
            elif what in ("trip", "local") and state in ("closed", "half"):
                row += 1
                if state == "half" or row >= 2 or what == "local":
                    waits = waits if state == "half" else 0
                    state, due = "open", at + min(60, 2 * 2**waits)
                    waits += 1
        if state in ("closed", "half"):
            over = self.clock.now >= held
            return (state, None) if over else ("held", held)
        return state, max(due, held)

    @invariant()
    def it_agrees(self):
        assert (self.one.state, self.one.until) == self.expected()
        asked = self.one.state in ("closed", "half")
        if self.one.state == "half":
            asked = not self.tried()
        assert self.one.asked == asked

    def tried(self):
        """Say whether a question runs that began while it was half open."""
        for at, what, _ in reversed(self.past):
            if what == "begin":
                return self.clock.now < at + self.RULE.trial_s
            if not (what.startswith("probe") and what != "probe ok"):
                return False
        return False

    @invariant()
    def it_survives_being_kept(self):
        if kept := self.one.keep():
            again = Breaker(self.RULE, self.clock, lambda: 0.5)
            again.recall(kept, 0.0)
            assert again.state == self.one.state
            due = self.one.until and max(self.one.until, self.clock.now)
            assert again.until == (due and pytest.approx(due))


AgainstModel.TestCase.settings = settings(max_examples=80, stateful_step_count=25, deadline=None)
TestAgainstModel = AgainstModel.TestCase
