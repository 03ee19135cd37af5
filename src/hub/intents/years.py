"""Reckon with the parts of a year: leap years, quarters, months, weeks, numbered days."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from hub.intents.days import DAYS, MONTH, add_months, find, month_number, period, say
from hub.intents.feasts import GREGORIAN
from hub.intents.numbers import ending

if TYPE_CHECKING:
    from hub.intents.intent import Question

_FOURTHS = ("first", "second", "third", "fourth")


def year_of(question: Question, text: str) -> int:
    """Return the year that ``text`` names."""
    now = question.now.year
    return {
        "this": now,
        "this year": now,
        "it": now,
        "next year": now + 1,
        "last year": now - 1,
        "the current year": now,
    }.get(text) or int(text.replace(" ", ""))


def is_leap(question: Question, match: re.Match[str]) -> str | None:
    """Say whether a year is a leap year."""
    year = year_of(question, match["year"])
    if year < GREGORIAN:
        return "I only reckon with the Gregorian calendar, which begins in 1582, so I cannot say."
    verb = "was" if year < question.now.year else "is"
    return (
        f"Yes, {year} {verb} a leap year." if calendar.isleap(year) else f"No, {year} {verb} not a leap year."
    )


def count_leaps(question: Question, match: re.Match[str]) -> str | None:
    """Count the leap years from one year to another."""
    first, last = sorted(year_of(question, match[name]) for name in ("first", "last"))
    if first < GREGORIAN:
        return None
    count = calendar.leapdays(first, last + 1)
    return (
        f"From {first} to {last} there are {count} leap year{'' if count == 1 else 's'}, both years included."
    )


def leaps_ahead(question: Question, match: re.Match[str]) -> str:
    """List the next leap years."""
    years = [year for year in range(question.now.year + 1, question.now.year + 99) if calendar.isleap(year)]
    *first, last = years[: int(match["n"])]
    return f"The next leap years are {', '.join(map(str, first))} and {last}."


def next_leap(question: Question, match: re.Match[str]) -> str | None:
    """Say when the next leap year is, or when the last was."""
    back = match["which"] in ("last", "previous", "most recent")
    start = year_of(question, match["after"]) if match["after"] else question.now.year
    if start < GREGORIAN:
        return None
    year = start + (-1 if back else 1)
    while not calendar.isleap(year):
        year += -1 if back else 1
    which = "last" if back else "next"
    after = f" {'before' if back else 'after'} {start}" if match["after"] else ""
    return f"The {which} leap year{after} {'was' if year < question.now.year else 'is'} {year}."


def week_of(question: Question, match: re.Match[str]) -> str | None:
    """Say in which week of ISO 8601 a day is."""
    text = match.groupdict().get("day")
    day = find(text, question.now.date()) if text else question.now.date()
    if not day:
        return None
    iso = day.isocalendar()
    subject = f"{say(day)} is in" if text else "It is"
    return f"{subject} week {iso.week} of {iso.year}, counted as ISO 8601 does."


def week_start(question: Question, match: re.Match[str]) -> str | None:
    """Say from when to when a week of ISO 8601 runs."""
    year = year_of(question, match["year"] or "this year")
    try:
        monday = date.fromisocalendar(year, int(match["week"]), 1)
    except ValueError:
        return f"{year} has no week {match['week']}, as ISO 8601 counts."
    return f"Week {match['week']} of {year} runs from {say(monday)} to {say(monday + timedelta(days=6))}."


def day_number(question: Question, match: re.Match[str]) -> str | None:
    """Say the how manyth day of its year a day is."""
    day = find(match["day"], question.now.date()) if match["day"] else question.now.date()
    if not day:
        return None
    number = day.timetuple().tm_yday
    name = "Today" if day == question.now.date() else say(day, weekday=False)
    return f"{name} is day {number} of {day.year}, of {366 if calendar.isleap(day.year) else 365}."


def numbered_day(question: Question, match: re.Match[str]) -> str | None:
    """Say which date a numbered day of the year has."""
    year, number = year_of(question, match["year"] or "this year"), int(match["n"])
    if not 1 <= number <= (366 if calendar.isleap(year) else 365) or year < GREGORIAN:
        return None
    day = date(year, 1, 1) + timedelta(days=number - 1)
    return f"Day {number} of {year} {'was' if day < question.now.date() else 'is'} {say(day)}."


def quarter_of(question: Question, match: re.Match[str]) -> str | None:
    """Say in which quarter a day or a month is."""
    text = match.groupdict().get("day")
    if text and re.fullmatch(MONTH, text):
        number = (month_number(text) - 1) // 3 + 1
        return f"{calendar.month_name[month_number(text)]} is in the {_FOURTHS[number - 1]} quarter."
    day = find(text, question.now.date()) if text else question.now.date()
    if not day:
        return None
    number = (day.month - 1) // 3
    subject = f"{say(day)} is in" if text else "It is"
    return f"{subject} the {_FOURTHS[number]} quarter of {day.year}."


def moved_part(question: Question, match: re.Match[str]) -> str | None:
    """Name the year or the month some years or months away."""
    found = match.groupdict()
    count = int(found.get("n") or found.get("n2") or 0)
    sign = -1 if "ago" in match[0] else 1
    today = question.now.date()
    if match["unit"] == "year":
        year = today.year + sign * count
        return f"It {'was' if sign < 0 else 'will be'} {year}." if 0 < year < 10000 else None  # noqa: PLR2004
    try:
        day = add_months(today.replace(day=1), sign * count)
    except ValueError:
        return None
    return f"It {'was' if sign < 0 else 'will be'} {day:%B} {day.year}."


def neighbour(question: Question, match: re.Match[str]) -> str | None:
    """Name next or last month or year, and the month or weekday before or after another."""
    which, unit = match["which"], match["unit"]
    step = -1 if which in ("last", "previous") else 1
    if unit == "year":
        return f"{which.capitalize()} year {'was' if step < 0 else 'is'} {question.now.year + step}."
    day = add_months(question.now.date().replace(day=1), step)
    return f"{which.capitalize()} month {'was' if step < 0 else 'is'} {day:%B} {day.year}."


def adjacent(_question: Question, match: re.Match[str]) -> str | None:
    """Name the weekday or the month before or after another."""
    step, name = (1 if match["side"] in ("after", "follows") else -1), match["name"]
    side = "after" if step > 0 else "before"
    if name in DAYS:
        return f"{DAYS[(DAYS.index(name) + step) % 7].capitalize()} comes {side} {name.capitalize()}."
    number = month_number(name)
    other = calendar.month_name[(number - 1 + step) % 12 + 1]
    return f"{other} comes {side} {calendar.month_name[number]}."


def numbered_month(_question: Question, match: re.Match[str]) -> str | None:
    """Say which number a month has, or which month a number is."""
    if name := match.groupdict().get("month"):
        number = month_number(name)
        return f"{calendar.month_name[number]} is month {number}, the {number}{ending(number)} of the year."
    number = int(match["n"])
    return (
        f"The {number}{ending(number)} month is {calendar.month_name[number]}." if 1 <= number <= 12 else None  # noqa: PLR2004  a bound of its kind
    )


def seasons(question: Question, _match: re.Match[str]) -> str:
    """Name the season of the north and of the south."""
    north = ("winter", "spring", "summer", "autumn")[question.now.month % 12 // 3]
    south = ("summer", "autumn", "winter", "spring")[question.now.month % 12 // 3]
    return (
        f"By the calendar of the weather services it is {north} in the north of the world "
        f"and {south} in the south."
    )


def list_of(question: Question, match: re.Match[str]) -> str | None:
    """List the Fridays the 13th of a year."""
    year = year_of(question, match["year"] or "this year")
    days = [date(year, month, 13) for month in range(1, 13) if date(year, month, 13).weekday() == 4]  # noqa: PLR2004
    named = (
        " and ".join(f"{day:%B}" for day in days)
        if len(days) < 3  # noqa: PLR2004  a bound of its kind
        else ", ".join(f"{day:%B}" for day in days[:-1]) + f" and {days[-1]:%B}"
    )
    return f"{year} has {len(days)} Friday{'s' if len(days) > 1 else ''} the 13th: in {named}."


def period_is(question: Question, match: re.Match[str]) -> str | None:
    """Say when a period begins and ends."""
    span = period(match["period"], question.now.date())
    if not span:
        return None
    day = span[1] if match["edge"].startswith(("end", "finish", "over")) else span[0]
    return f"That is {say(day)}."
