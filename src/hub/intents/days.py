"""Read and write days of the calendar: dates, weekdays, feasts, and moves by days, weeks and months."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

GREGORIAN = 1583
"""First whole year of the Gregorian calendar; earlier dates had another, and are declined."""

MONTHS = [name.lower() for name in calendar.month_name]
DAYS = [name.lower() for name in calendar.day_name]
MONTH = "|".join(MONTHS[1:]) + "|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
WEEKDAY = "|".join(DAYS)
YEAR = r"(?:\d{4}|\d\d \d\d)"
_FIXED = {
    "christmas eve": (12, 24),
    "christmas day": (12, 25),
    "christmas": (12, 25),
    "xmas": (12, 25),
    "boxing day": (12, 26),
    "new years eve": (12, 31),
    "new year's eve": (12, 31),
    "new years day": (1, 1),
    "new year's day": (1, 1),
    "new years": (1, 1),
    "new year's": (1, 1),
    "new year": (1, 1),
    "the new year": (1, 1),
    "next year": (1, 1),
    "halloween": (10, 31),
    "valentines day": (2, 14),
    "valentine's day": (2, 14),
    "valentines": (2, 14),
    "saint patricks day": (3, 17),
    "st patricks day": (3, 17),
    "st patrick's day": (3, 17),
    "st. patrick's day": (3, 17),
    "april fools": (4, 1),
    "april fools day": (4, 1),
    "april fool's day": (4, 1),
    "may day": (5, 1),
    "leap day": (2, 29),
    "epiphany": (1, 6),
    "pi day": (3, 14),
    "all saints day": (11, 1),
    "bastille day": (7, 14),
}
_EASTER = {
    "easter": 0,
    "easter sunday": 0,
    "good friday": -2,
    "easter monday": 1,
    "palm sunday": -7,
    "ash wednesday": -46,
    "pentecost": 49,
    "ascension day": 39,
}
FEAST = "|".join(
    sorted(
        map(re.escape, [*_FIXED, *_EASTER, "thanksgiving", "thanksgiving day", "black friday"]),
        key=len,
        reverse=True,
    )
)
DAY = (
    rf"(?:(?:the )?(?:{FEAST})(?: (?:of |in )?{YEAR})?"
    rf"|(?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{MONTH})(?: (?:in |of )?{YEAR})?"
    rf"|(?:{MONTH}) (?:the )?\d{{1,2}}(?:st|nd|rd|th)?(?: (?:in |of )?{YEAR})?"
    rf"|\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}\.\d{{1,2}}\.\d{{4}}"
    rf"|(?:the )?day (?:after tomorrow|before yesterday)|today|tomorrow|yesterday|now"
    rf"|(?:the )?(?:next |coming |this )?(?:{WEEKDAY})|(?:the )?weekend"
    rf"|(?:the )?end of (?:the|this) (?:year|month)|(?:the )?year'?s end)"
)


def easter(year: int) -> date:
    """Return Easter Sunday of a Gregorian year (the anonymous algorithm, Meeus ch. 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 22 * weekday) // 451
    month, day = divmod(h + weekday - 7 * m + 114, 31)
    return date(year, month, day + 1)


def feast(name: str, year: int) -> date | None:
    """Return the date of a feast in ``year``; None where it has none (29 February)."""
    name = name.removeprefix("the ") if name not in _FIXED else name
    if name in _EASTER:
        return easter(year) + timedelta(days=_EASTER[name])
    if name.startswith(("thanksgiving", "black")):
        first = date(year, 11, 1)
        return first + timedelta(days=(3 - first.weekday()) % 7 + 21 + name.startswith("black"))
    month, day = _FIXED[name]
    return _date(year, month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year >= GREGORIAN else None
    except ValueError:
        return None


def month_number(name: str) -> int:
    """Return 1 to 12 for a month's name or its first three letters."""
    return next(n for n, full in enumerate(MONTHS) if full and full.startswith(name[:3]))


def find(text: str, today: date, side: int = 1) -> date | None:  # noqa: PLR0911  a kind of day a line
    """Read a day. Without a year, the next such day (``side`` 1, today included) or the last (-1)."""
    text = text.strip()
    simple = {
        "today": 0,
        "now": 0,
        "tomorrow": 1,
        "yesterday": -1,
        "day after tomorrow": 2,
        "day before yesterday": -2,
    }
    bare = text.removeprefix("the ")
    if bare in simple:
        return today + timedelta(days=simple[bare])
    if bare.startswith("end of") or bare in ("year's end", "years end"):
        return (
            date(today.year, 12, 31)
            if "year" in bare
            else date(today.year, today.month, calendar.monthrange(today.year, today.month)[1])
        )
    if bare == "weekend":
        return today + timedelta(days=(5 - today.weekday()) % 7)
    if weekday := re.fullmatch(rf"(?:next |coming |this )?({WEEKDAY})", bare):
        return today + timedelta(
            days=side * (((DAYS.index(weekday[1]) - today.weekday()) * side - 1) % 7 + 1)
        )
    if iso := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text):
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    if dotted := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text):
        return _date(int(dotted[3]), int(dotted[2]), int(dotted[1]))
    year = re.search(rf" (?:of |in )?({YEAR})$", text)
    name = text[: year.start()] if year else text
    given = int(year[1].replace(" ", "")) if year else None
    if re.fullmatch(FEAST, name) or re.fullmatch(FEAST, name.removeprefix("the ")):
        return _nearest(lambda y: feast(name, y), given, today, side)
    day, month = re.search(r"\d{1,2}", name), re.search(rf"\b({MONTH})\b", name)
    if not day or not month:
        return None
    return _nearest(lambda y: _date(y, month_number(month[1]), int(day[0])), given, today, side)


def _nearest(of: Callable[[int], date | None], given: int | None, today: date, side: int) -> date | None:
    if given:
        return of(given)
    for year in range(today.year, today.year + 9 * side, side):
        when = of(year)
        if when and (when - today).days * side >= 0:
            return when
    return None


def say(day: date, *, weekday: bool = True) -> str:
    """Write a date: "Saturday, 21 November 2026"."""
    return f"{day:%A}, {day.day} {day:%B} {day.year}" if weekday else f"{day.day} {day:%B} {day.year}"


def shift(start: date, sign: int, span: str) -> date | None:
    """Move a date by "3 weeks", "2 months and 3 days", ...; None when the calendar has no such date."""
    try:
        for number, unit in re.findall(r"(\d+|an?|half an?) (day|week|fortnight|month|year)s?", span):
            if number.startswith("half"):
                return None
            count = sign * (1 if number.startswith("a") else int(number))
            if unit in ("month", "year"):
                start = add_months(start, count * (12 if unit == "year" else 1))
            else:
                start += timedelta(days=count * {"day": 1, "week": 7, "fortnight": 14}[unit])
    except (ValueError, OverflowError):
        return None
    return start if start.year >= GREGORIAN else None


def add_months(start: date, months: int) -> date:
    """Move a date by months; a day that the new month lacks becomes its last."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
