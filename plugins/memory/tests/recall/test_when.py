"""Times in questions: which span, and that everything else is left alone."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub_memory.recall.spans import DAYS, MONTHS, find
from hub_memory.recall.when import asked_time

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 10, 22, 20, 0, tzinfo=ZONE)  # a Thursday


def _asked(text, now=NOW):
    span = asked_time(text, now)
    if span is None:
        return None
    shown = [value and datetime.fromtimestamp(value, now.tzinfo) for value in (span.since, span.until)]
    return tuple(value and f"{value:%Y-%m-%d %H:%M}" for value in shown)


@pytest.mark.parametrize(
    ("phrase", "since", "until"),
    [
        ("today", "2026-10-22 00:00", "2026-10-23 00:00"),
        ("yesterday", "2026-10-21 00:00", "2026-10-22 00:00"),
        ("yesterday evening", "2026-10-21 17:00", "2026-10-22 00:00"),
        ("the day before yesterday", "2026-10-20 00:00", "2026-10-21 00:00"),
        ("this morning", "2026-10-22 05:00", "2026-10-22 12:00"),
        ("last night", "2026-10-21 18:00", "2026-10-22 05:00"),
        ("on Monday", "2026-10-19 00:00", "2026-10-20 00:00"),
        ("on Thursday", "2026-10-15 00:00", "2026-10-16 00:00"),
        ("on Monday morning", "2026-10-19 05:00", "2026-10-19 12:00"),
        ("last Friday", "2026-10-16 00:00", "2026-10-17 00:00"),
        ("last Tuesday", "2026-10-13 00:00", "2026-10-21 00:00"),  # either of two
        ("this Tuesday", "2026-10-20 00:00", "2026-10-21 00:00"),
        ("since Tuesday", "2026-10-20 00:00", "2026-10-22 20:00"),
        ("last week", "2026-10-12 00:00", "2026-10-19 00:00"),
        ("this week", "2026-10-19 00:00", "2026-10-26 00:00"),
        ("last weekend", "2026-10-17 00:00", "2026-10-19 00:00"),
        ("at the weekend", "2026-10-17 00:00", "2026-10-19 00:00"),
        ("two weeks ago", "2026-10-05 00:00", "2026-10-13 00:00"),
        ("a fortnight ago", "2026-10-01 00:00", "2026-10-16 00:00"),
        ("three days ago", "2026-10-19 00:00", "2026-10-20 00:00"),
        ("two hours ago", "2026-10-22 17:30", "2026-10-22 18:30"),
        ("in the last three days", "2026-10-19 00:00", "2026-10-22 20:00"),
        ("last month", "2026-09-01 00:00", "2026-10-01 00:00"),
        ("in March", "2026-03-01 00:00", "2026-04-01 00:00"),
        ("in December", "2025-12-01 00:00", "2026-01-01 00:00"),
        ("in May 2024", "2024-05-01 00:00", "2024-06-01 00:00"),
        ("in early June", "2026-06-01 00:00", "2026-06-11 00:00"),
        ("at the end of February", "2026-02-20 00:00", "2026-03-01 00:00"),
        ("on the 3rd of May", "2026-05-03 00:00", "2026-05-04 00:00"),
        ("on December 24", "2025-12-24 00:00", "2025-12-25 00:00"),
        ("on 2026-02-01", "2026-02-01 00:00", "2026-02-02 00:00"),
        ("last summer", "2026-06-01 00:00", "2026-09-01 00:00"),
        ("in winter", "2025-12-01 00:00", "2026-03-01 00:00"),
        ("in 2025", "2025-01-01 00:00", "2026-01-01 00:00"),
        ("last year", "2025-01-01 00:00", "2026-01-01 00:00"),
        ("at Christmas", "2025-12-24 00:00", "2025-12-27 00:00"),
        ("between March and May", "2026-03-01 00:00", "2026-06-01 00:00"),
        ("from Monday to Wednesday", "2026-10-19 00:00", "2026-10-22 00:00"),
        ("before March", None, "2026-03-01 00:00"),
        ("after August", "2026-09-01 00:00", "2026-10-22 20:00"),
        ("before summer, in May", "2026-05-01 00:00", "2026-06-01 00:00"),
    ],
)
def test_a_time_is_the_span_that_it_names(phrase, since, until):
    assert _asked(f"What did I tell you {phrase}?") == (since, until)


@pytest.mark.parametrize(
    "question",
    [
        "Yesterday I went to the dentist.",  # tells, and does not ask
        "What will I do next Tuesday?",
        "What do I have on Monday?",
        "What happens every Friday?",
        "What was the plan for Friday?",
        "What did I say about last week?",
        "What was in yesterday's mail?",
        "May the front door be opened without asking?",
        "When did they march through the town?",
        "What did the second mate say?",
        "What did I say in May and in July?",  # two that exclude each other
        "",
        "What did I say on 2026-02-31?",
        "What did I say in March 2027?",
    ],
)
def test_what_asks_for_no_certain_time_is_left_alone(question):
    assert _asked(question) is None


@pytest.mark.parametrize(
    ("question", "firm"),
    [
        ("What did I tell you on Monday?", True),
        ("What did we discuss two weeks ago about the boiler?", True),
        ("What did I say about the boiler last week?", True),
        ("What did I say about the trip in March?", False),  # the trip's month, perhaps
        ("What did we eat on Monday?", False),  # told on any day
        ("Who visited us in May?", False),
    ],
)
def test_only_what_was_said_then_is_firm(question, firm):
    span = asked_time(question, NOW)
    assert span is not None
    assert span.firm is firm


def test_the_day_is_that_of_the_zone():
    late = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    berlin = asked_time("What did I say yesterday?", late.astimezone(ZONE))
    utc = asked_time("What did I say yesterday?", late)
    assert berlin is not None
    assert utc is not None
    assert berlin.since == utc.since + 22 * 3600  # there it is the second of July already


def test_a_day_with_a_change_of_the_clocks_has_its_own_length():
    now = datetime(2026, 10, 26, 9, tzinfo=ZONE)
    span = asked_time("What did I say yesterday?", now)
    assert span is not None
    assert span.until - span.since == 25 * 3600


_PHRASES = st.sampled_from(
    [f"on {day}" for day in DAYS]
    + [f"last {day}" for day in DAYS]
    + [f"in {month}" for month in MONTHS]
    + [f"last {month}" for month in MONTHS]
    + [
        "last spring",
        "in winter",
        "last weekend",
        "two months ago",
        "last month",
        "last year",
        "at christmas",
    ]
)


@settings(deadline=None)  # the machine may be busy
@given(
    phrase=_PHRASES,
    now=st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(ZONE)),  # noqa: DTZ001
)
def test_all_of_them_have_begun_and_are_within_two_years(phrase, now):
    span = asked_time(f"What did I say {phrase}?", now)
    assert span is not None
    assert span.since < span.until
    assert now.timestamp() - timedelta(days=731).total_seconds() < span.since <= now.timestamp()


@settings(deadline=None)  # the machine may be busy
@given(st.text(max_size=300))
def test_no_text_is_an_error(text):
    asked_time(text, NOW)
    find(text, NOW)


def test_a_long_text_takes_no_time_of_its_own():
    """Twice the text takes about twice as long: no pattern runs away."""
    short, long = "last a of the in " * 4_000, "last a of the in " * 16_000
    took = [min(_seconds(text) for _ in range(3)) for text in (short, long)]
    assert took[1] < 12 * took[0]  # quadratic would be 16


def _seconds(text):
    began = time.process_time()
    find(text, NOW)
    return time.process_time() - began
