# ruff: noqa: DTZ001  naive times are what a person in one place means
"""Recurrences in local time, over days when the clocks change."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.errors import HubError
from hub.jobs.recurrence import check, next_after

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Africa/Casablanca",
    "UTC",
)


def times(rule: str, start: str, after: str, zone: str, count: int = 3) -> list[str]:
    tz = ZoneInfo(zone)
    at, found = datetime.fromisoformat(after).replace(tzinfo=tz).timestamp(), []
    for _ in range(count):
        at = next_after(rule, datetime.fromisoformat(start), at, tz)
        if at is None:
            break
        found.append(datetime.fromtimestamp(at, tz).strftime("%m-%d %H:%M"))
    return found


def test_seven_stays_seven_in_spring_and_autumn():
    assert times("FREQ=DAILY", "2027-03-01T07:00", "2027-03-27T08:00", "Europe/Berlin") == [
        "03-28 07:00",
        "03-29 07:00",
        "03-30 07:00",
    ]
    assert times("FREQ=DAILY", "2026-10-01T07:00", "2026-10-24T08:00", "Europe/Berlin") == [
        "10-25 07:00",
        "10-26 07:00",
        "10-27 07:00",
    ]
    assert times("FREQ=WEEKLY;BYDAY=MO", "2026-10-01T07:00", "2026-10-24T08:00", "America/New_York") == [
        "10-26 07:00",
        "11-02 07:00",
        "11-09 07:00",
    ]


def test_a_time_that_the_clocks_skip_happens_as_much_later():
    # New York: 02:00 becomes 03:00 on 14 March 2027; Lord Howe moves by half an hour on 3 October 2027.
    assert times("FREQ=DAILY", "2027-03-01T02:30", "2027-03-13T03:00", "America/New_York") == [
        "03-14 03:30",
        "03-15 02:30",
        "03-16 02:30",
    ]
    assert times("FREQ=DAILY", "2027-09-01T02:15", "2027-10-02T03:00", "Australia/Lord_Howe") == [
        "10-03 02:45",
        "10-04 02:15",
        "10-05 02:15",
    ]
    # Asked for between the two, it is still to come.
    assert times("FREQ=DAILY", "2027-03-01T02:30", "2027-03-14T03:10", "America/New_York", 1) == [
        "03-14 03:30"
    ]


def test_a_time_that_comes_twice_happens_once():
    assert times("FREQ=DAILY", "2026-10-01T02:30", "2026-10-24T03:00", "Europe/Berlin") == [
        "10-25 02:30",
        "10-26 02:30",
        "10-27 02:30",
    ]
    first = next_after(
        "FREQ=DAILY",
        datetime(2026, 10, 1, 2, 30),
        datetime(2026, 10, 24, 12, tzinfo=ZoneInfo("Europe/Berlin")).timestamp(),
        ZoneInfo("Europe/Berlin"),
    )
    assert datetime.fromtimestamp(first, ZoneInfo("UTC")).hour == 0  # the first of the two


def test_a_day_that_a_zone_left_out():
    # Samoa went from 29 to 31 December 2011.
    found = times("FREQ=DAILY", "2011-12-01T07:00", "2011-12-28T08:00", "Pacific/Apia", 3)
    assert found[0] == "12-29 07:00"
    assert found[-1] == "01-01 07:00"


def test_hours_are_hours_on_the_day_the_clocks_change():
    tz, start = ZoneInfo("Europe/Berlin"), datetime(2026, 10, 25, 0, 0)
    at, found = start.replace(tzinfo=tz).timestamp() - 1, []
    for _ in range(5):
        at = next_after("FREQ=HOURLY", start, at, tz)
        found.append(at)
    assert [b - a for a, b in pairwise(found)] == [3600.0] * 4


def test_an_old_rule_is_found_at_once():
    assert next_after("FREQ=MINUTELY;INTERVAL=7", datetime(1990, 1, 1), 1.8e9, ZoneInfo("UTC")) > 1.8e9


def test_a_rule_ends():
    assert len(times("FREQ=DAILY;COUNT=3", "2026-11-01T07:00", "2026-10-30T00:00", "UTC", 9)) == 3


@pytest.mark.parametrize(
    "rule", ["", "FREQ=", "X", "FREQ=DAILY;INTERVAL=x", "FREQ=MINUTELY;INTERVAL=0", "FREQ=HOURLY;BYHOUR=3"]
)
def test_says_what_it_cannot_read(rule):
    with pytest.raises(HubError) as error:
        check(rule, datetime(2026, 1, 1))
    assert "RFC 5545" in error.value.fix


@given(
    st.sampled_from(ZONES),
    st.integers(0, 2 * 365 * 24 * 60),
    st.integers(0, 24 * 60 - 1),
    st.sampled_from(
        ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SU,WE", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=SU"]
    ),
)
@settings(max_examples=150, deadline=None)
def test_is_later_in_order_and_at_its_local_time(zone, minutes, of_day, rule):
    tz, start = ZoneInfo(zone), datetime(2026, 1, 1) + timedelta(minutes=of_day)
    after = datetime(2026, 1, 1, tzinfo=tz).timestamp() + minutes * 60
    first = next_after(rule, start, after, tz)
    assert first is not None
    assert first > after
    second = next_after(rule, start, first, tz)
    assert 0 < second - first <= 8 * 86_400
    assert next_after(rule, start, first - 1, tz) == first
    local = datetime.fromtimestamp(first, tz).replace(tzinfo=None, fold=0)
    shift = abs(local.hour * 60 + local.minute - of_day)
    assert shift in (0, 30, 60)  # and if not 0, the clocks skipped it:
    if shift:
        named = local.replace(hour=of_day // 60, minute=of_day % 60)
        assert datetime.fromtimestamp(named.replace(tzinfo=tz).timestamp(), tz).replace(tzinfo=None) != named
