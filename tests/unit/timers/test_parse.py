"""What is understood, what is asked back, what is refused, and what is left to others."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.timers.commands import Ask, Do, Refuse, Remind, SetAlarm, SetTimer
from hub.timers.durations import seconds, spell
from hub.timers.parse import parse
from hub.timers.phrases import span
from hub.timers.when import Impossible, When

from .sentences import ALARMS, ASKED, DECLINED, NOW, ORDERS, REFUSED, REMINDERS, TIMERS


def when(meant: When, pace: str) -> object:
    return meant.seconds or meant.start(NOW, pace).strftime("%a %H:%M")


@pytest.mark.parametrize("said", TIMERS)
def test_timers(said):
    assert parse(said, NOW) == SetTimer(*TIMERS[said])


@pytest.mark.parametrize("said", ALARMS)
def test_alarms(said):
    at, name, every = ALARMS[said]
    command = parse(said, NOW)
    assert isinstance(command, SetAlarm)
    assert (when(command.when, "wake"), command.name, command.when.every) == (at, name, every)


@pytest.mark.parametrize("said", REMINDERS)
def test_reminders(said):
    at, text, every = REMINDERS[said]
    command = parse(said, NOW)
    assert isinstance(command, Remind)
    assert (when(command.when, "day"), command.text, command.when.every) == (at, text, every)


@pytest.mark.parametrize("said", ORDERS)
def test_orders(said):
    command = parse(said, NOW)
    assert isinstance(command, Do)
    pick = command.pick
    assert (command.what, pick.kind, pick.words, pick.all, command.seconds) == ORDERS[said]


@pytest.mark.parametrize("said", REFUSED)
def test_impossible_ones_are_refused_in_words(said):
    command = parse(said, NOW)
    assert isinstance(command, Refuse)
    assert REFUSED[said] in command.reason


@pytest.mark.parametrize("said", ASKED)
def test_what_is_missing_is_asked_for(said):
    assert parse(said, NOW) == Ask(ASKED[said])


@pytest.mark.parametrize("said", DECLINED.strip().splitlines())
def test_what_is_about_something_else_is_declined(said):
    assert parse(said, NOW) is None


def test_a_time_that_has_passed_today_is_refused():
    command = parse("remind me today at 7 am to run", NOW)
    with pytest.raises(Impossible, match="passed"):
        command.when.start(NOW, "day")


def test_an_alarm_in_the_hour_that_is_skipped_rings_after_it():
    evening = NOW.replace(year=2027, month=3, day=27, hour=22)
    command = parse("wake me at 2:30 am", evening)
    assert command.when.start(evening, "wake").strftime("%d %H:%M %z") == "28 03:30 +0200"


@given(st.integers(1, 23), st.integers(0, 59))
@settings(deadline=None)
def test_every_time_of_day_is_what_it_says(hour, minute):
    command = parse(f"set an alarm for {hour:02}:{minute:02}", NOW)
    start = command.when.start(NOW, "wake")
    assert start > NOW
    assert start.minute == minute
    assert start.hour in ({hour} if hour > 12 or hour < 10 else {hour, (hour + 12) % 24})


@given(st.integers(1, 30 * 86_400))
@settings(deadline=None)
def test_a_span_is_read_as_it_is_written(total):
    assert seconds(spell(span(total))) == total


@given(st.text(max_size=300))
@settings(deadline=None)
def test_survives_any_text(text):
    parse(text, NOW)


WORDS = ["set", "a", "timer", "alarm", "remind", "me", "to", "for", "at", "in", "every", "monday", "5", "7:30", "half",
         "an", "hour", "minutes", "and", "past", "tomorrow", "the", "called", "tea", "cancel", "how", "long", "on", "1st", "am"]  # fmt: skip


@given(st.lists(st.sampled_from(WORDS), max_size=14))
@settings(deadline=None)
def test_survives_word_salad(words):
    command = parse(" ".join(words), NOW)
    if isinstance(command, SetTimer):
        assert command.seconds > 0


@pytest.mark.parametrize(
    "start", ["set a timer for ", "remind me to ", "cancel the ", "alarm ", "how long is "]
)
@pytest.mark.parametrize(
    "unit", ["5 minutes and ", "at 7 ", "monday and ", "the ", "every ", "a half ", "x "]
)
def test_repetition_does_not_explode(start, unit):
    """A pattern that backtracks without bound would never come back from these."""
    began = time.monotonic()
    parse((start + unit * 300)[:290], NOW)
    assert time.monotonic() - began < 20
