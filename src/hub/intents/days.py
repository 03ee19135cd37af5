"""Read and write days of the calendar: dates, weekdays, feasts, and moves by days, weeks and months."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from hub.intents.feasts import GREGORIAN, feast, is_feast

if TYPE_CHECKING:
    from collections.abc import Callable

MONTHS = [name.lower() for name in calendar.month_name]
DAYS = [name.lower() for name in calendar.day_name]
MONTH = "|".join(MONTHS[1:]) + "|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
WEEKDAY = "|".join(DAYS)
YEAR = r"(?:[12]\d{3}|(?:1[5-9]|20) \d\d)"
SPAN = (
    r"(?:\d{1,6}|an?) (?:days?|weeks?|fortnights?|months?|years?|decades?|working days?|business days?|weekdays?)"
    r"(?:(?: and)? (?:\d{1,6}|an?) (?:days?|weeks?|months?))*"
)
_SIMPLE = {
    "today": 0, "now": 0, "tonight": 0, "this day": 0, "tomorrow": 1, "yesterday": -1, "tomorrow night": 1,
    "day after tomorrow": 2, "day before yesterday": -2,
}  # fmt: skip
_NTH = {"1st": 1, "first": 1, "2nd": 2, "second": 2, "3rd": 3, "4th": 4, "5th": 5, "last": -1, "final": -1}


def make(year: int, month: int, day: int) -> date | None:
    """Return a date; None when the calendar has no such date."""
    try:
        return date(year, month, day) if year >= GREGORIAN else None
    except ValueError:
        return None


def month_number(name: str) -> int:
    """Return 1 to 12 for a month's name or its first three letters."""
    return next(n for n, full in enumerate(MONTHS) if full and full.startswith(name[:3]))


def find(text: str, today: date, side: int = 1) -> date | None:
    """Read a day. Without a year, the next such day (``side`` 1, today included) or the last (-1)."""
    text = re.sub(r"^(?:on |the date of |upcoming |this coming |coming |the coming |the )+", "", text.strip())
    text = re.sub(r"'s?(?: date)?$", "", text) if re.search(rf"(?:{WEEKDAY})'s?(?: date)?$", text) else text
    text = re.sub(
        r"^(?:this|next|the next|my next)(?= (?:year'?s )?(?!year|month|week)[a-z' ]*(?:day|eve|christmas|easter|halloween|thanksgiving)\b)(?! (?:mon|tues|wednes|thurs|fri|satur|sun)day)",
        "",
        text,
    ).strip()
    text = re.sub(
        rf"^(?:my|our|his|her|their|your) [a-z' ]{{3,40}}? (?:is |falls |that is )?on (?:the )?(?=.*(?:\d|{WEEKDAY}))",
        "",
        text,
    )
    text = re.sub(rf"^in (?={SPAN} (?:from|after|before) )", "", text)
    text = re.sub(
        r"^day (after|before|following) (?!tomorrow$|yesterday$)",
        lambda m: f"1 day {m[1].replace('following', 'after')} ",
        text,
    )
    if text.startswith("last ") and is_feast(text.removeprefix("last ")):
        text, side = text.removeprefix("last "), -1
    if text in _SIMPLE:
        return today + timedelta(days=_SIMPLE[text])
    for reader in _READERS:
        if day := reader(text, today, side):
            return day
    return None


def _weekday(text: str, today: date, side: int) -> date | None:
    """Read "friday", "next friday", "last friday", "friday week", "friday of next week"."""
    found = re.fullmatch(
        rf"(?:(next|coming|this|this coming|last|past|previous|following) )?({WEEKDAY})( week| next week| after next| before last)?",
        text,
    )
    if text in ("today week", "tomorrow week"):
        return today + timedelta(days=7 + (text[2] == "m"))
    if not found:
        return _in_week(text, today)
    wanted = DAYS.index(found[2])
    twice = found[3] == " before last"
    if found[1] in ("last", "past", "previous") or twice:
        return today - timedelta(days=(today.weekday() - wanted - 1) % 7 + (8 if twice else 1))
    if found[3] == " next week":
        return today + timedelta(days=7 - today.weekday() + wanted)
    backward = side < 0 and found[1] not in ("next", "coming", "this coming", "following") and not found[3]
    if backward:
        return today - timedelta(days=(today.weekday() - wanted - 1) % 7 + 1)
    ahead = (wanted - today.weekday() - 1) % 7 + 1
    return today + timedelta(days=ahead + (7 if found[3] else 0))


def _in_week(text: str, today: date) -> date | None:
    found = re.fullmatch(rf"({WEEKDAY}) (?:of )?(this|next|last) week", text) or re.fullmatch(
        rf"(?P<w>this|next|last) week'?s? (?:on )?(?P<d>{WEEKDAY})", text
    )
    if not found:
        return None
    day, week = (found[1], found[2]) if found[1] in DAYS else (found[2], found[1])
    monday = (
        today - timedelta(days=today.weekday()) + timedelta(days=7 * {"this": 0, "next": 1, "last": -1}[week])
    )
    return monday + timedelta(days=DAYS.index(day))


def _moved(text: str, today: date, side: int) -> date | None:
    """Read "in 3 weeks", "3 weeks from friday", "10 days ago", "2 weeks before christmas"."""
    if on := re.fullmatch(rf"(an?|\d) (week|fortnight)s? (?:on ({WEEKDAY})|(today|tomorrow))", text):
        count = (1 if on[1].startswith("a") else int(on[1])) * (2 if on[2] == "fortnight" else 1)
        coming = find(on[3] or on[4], today)
        return coming + timedelta(weeks=count) if coming else None
    found = re.fullmatch(
        rf"(?:in |within )(?P<span>{SPAN})(?: time| from (?:now|today))?|(?P<span2>{SPAN}) (?P<way>ago|hence|later|back|from|after|before|prior to)(?: (?P<base>.+))?",
        text,
    )
    if not found:
        return None
    way, base = found["way"] or "from", found["base"]
    if way in ("after", "before", "prior to") and not base:
        return None
    if base and way in ("ago", "hence", "later", "back"):
        return None
    start = find(base, today, side) if base else today
    sign = -1 if way in ("ago", "before", "prior to", "back") else 1
    return shift(start, sign, found["span"] or found["span2"]) if start else None


def _counted(text: str, today: date, _side: int) -> date | None:
    """Read "3 fridays from now", "2 mondays ago"."""
    found = re.fullmatch(rf"(an?|\d) ({WEEKDAY})s? (?:(?P<ago>ago)|hence|from (?:now|today))", text)
    if not found:
        return None
    weeks = timedelta(weeks=int(found[1]) - 1 if found[1].isdigit() else 0)
    ahead = (DAYS.index(found[2]) - today.weekday() - 1) % 7 + 1
    if found["ago"]:
        return today - timedelta(days=(7 - ahead) or 7) - weeks
    return today + timedelta(days=ahead) + weeks


def _beside(text: str, today: date, side: int) -> date | None:
    """Read "monday before christmas last year", "sunday after easter"."""
    found = re.fullmatch(rf"({WEEKDAY}) (before|after|following|preceding) (?!next$|last$)(.+)", text)
    day = find(found[3], today, side) if found else None
    if not found or not day:
        return None
    ahead = (DAYS.index(found[1]) - day.weekday() - 1) % 7 + 1
    return day + timedelta(days=ahead if found[2] in ("after", "following") else (ahead - 7 or -7))


def _of_week(text: str, today: date, _side: int) -> date | None:
    """Read "monday of week 10 in 2027", by ISO 8601."""
    found = re.fullmatch(
        rf"({WEEKDAY}) (?:of|in) (?:calendar |iso )?week (\d{{1,2}})(?: (?:of |in )?({YEAR}|this year|next year|last year))?",
        text,
    )
    if not found:
        return None
    year = year_of(found[3], today) if found[3] else today.year
    try:
        return date.fromisocalendar(year or 0, int(found[2]), DAYS.index(found[1]) + 1)
    except ValueError:
        return None


def _nth_of(text: str, today: date, side: int) -> date | None:
    """Read "last friday of november", "2nd monday in june 2027", "first day of next month"."""
    found = re.fullmatch(
        rf"({'|'.join(_NTH)}) ({WEEKDAY}|day|weekday|working day|business day) (?:of|in) (.+)", text
    )
    if not found:
        return None
    span = period(found[3], today)
    if not span:
        return None
    day = _pick(found[1], found[2], span)
    return _coming(found[3], day, today, side, lambda s: _pick(found[1], found[2], s))


def _pick(which: str, kind: str, span: tuple[date, date]) -> date | None:
    """Return the first, second or last day of a kind from ``span``."""
    first, last = span
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    if kind in DAYS:
        days = [day for day in days if day.weekday() == DAYS.index(kind)]
    elif kind != "day":
        days = [day for day in days if day.weekday() < 5]  # noqa: PLR2004  Saturday
    at = _NTH[which] - (_NTH[which] > 0)
    return days[at] if -len(days) <= at < len(days) else None


def _edge(text: str, today: date, side: int) -> date | None:
    """Read "end of the month", "start of next year", "year's end"."""
    if text in ("year's end", "years end", "end of year"):
        return date(today.year, 12, 31)
    if text in ("weekend", "this weekend", "next weekend"):
        return today + timedelta(days=(5 - today.weekday()) % 7 or 7 * (text == "next weekend"))
    found = re.fullmatch(r"(end|start|beginning) of (.+)", text)
    span = period(found[2], today) if found else None
    if not found or not span:
        return None
    return _coming(
        found[2],
        span[1] if found[1] == "end" else span[0],
        today,
        side,
        lambda s: s[1] if found[1] == "end" else s[0],
    )


def _coming(
    text: str, day: date | None, today: date, side: int, pick: Callable[[tuple[date, date]], date | None]
) -> date | None:
    """Move a day of a month without a year to the next such month, or the last, if it lies on the other side."""
    if day and re.fullmatch(rf"(?:the )?(?:{MONTH})", text) and (day - today).days * side < 0:
        span = period(f"{text} {today.year + side}", today)
        return pick(span) if span else None
    return day


def _friday_13(text: str, today: date, side: int) -> date | None:
    found = re.fullmatch(r"(?:next |last )?friday (?:the )?13(?:th)?", text)
    if not found:
        return None
    step = -1 if side < 0 or text.startswith("last") else 1
    day = today
    for _ in range(1200):
        day += timedelta(days=step)
        if day.day == 13 and day.weekday() == 4:  # noqa: PLR2004  a Friday
            return day
    return None


def _numeric(text: str, _today: date, _side: int) -> date | None:
    """Read 2026-11-21, 21.11.2026, and with slashes what can be read in one way only."""
    if iso := re.fullmatch(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", text):
        return make(int(iso[1]), int(iso[2]), int(iso[3]))
    if dotted := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text):
        return make(int(dotted[3]), int(dotted[2]), int(dotted[1]))
    if slashed := re.fullmatch(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})", text):
        a, b, year = map(int, slashed.groups())
        if a > 12 or a == b:  # noqa: PLR2004  a day, as in Britain
            return make(year, b, a)
        return make(year, a, b) if b > 12 else None  # noqa: PLR2004  a day, as in America
    return None


def _named(text: str, today: date, side: int) -> date | None:
    """Read a feast or a date by the name of its month, with or without a year."""
    year = re.search(rf" (?:of |in )?({YEAR}|this year|next year|last year|the year {YEAR})$", text)
    name = text[: year.start()] if year else text
    given = year_of(year[1], today) if year else None
    if is_feast(name):
        return _nearest(lambda y: feast(name, y), given, today, side)
    weekday = re.match(rf"({WEEKDAY}) (?:the )?", name)
    if weekday:
        name = name[weekday.end() :]
    dated = re.fullmatch(
        rf"(\d{{1,2}})(?:st|nd|rd|th)?(?: day)?(?: of)? ({MONTH})|({MONTH}) (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?",
        name,
    )
    if not dated:
        return _of_month(name, today, side) if not year else None
    day, month = int(dated[1] or dated[4]), month_number(dated[2] or dated[3])
    if not given and not weekday and int(dated[1] or dated[4]) > 31:  # noqa: PLR2004  "may 45"
        return None
    found = _nearest(lambda y: make(y, month, day), given, today, side)
    return found if not weekday or not found or found.weekday() == DAYS.index(weekday[1]) else None


def _of_month(name: str, today: date, side: int) -> date | None:
    """Read "the 15th", "the 15th of next month"."""
    found = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)(?: (?:of|day of) (this|next|last|the) month)?", name)
    if not found:
        return None
    month = {"next": 1, "last": -1}.get(found[2] or "", 0)
    base = add_months(today.replace(day=1), month)
    day = make(base.year, base.month, int(found[1]))
    if found[2] or (day and (day - today).days * side >= 0):
        return day
    nearest = (add_months(today.replace(day=1), side * n) for n in (1, 2))  # not every month has a 31st
    return next((day for base in nearest if (day := make(base.year, base.month, int(found[1])))), None)


def _month_or_year(text: str, today: date, side: int) -> date | None:
    """Read "next year", "december", "2030" as their first days."""
    if text in ("next year", "next month", "next week"):
        span = period(text, today)
        return span[0] if span else None
    if re.fullmatch(MONTH, text):
        return _nearest(lambda y: make(y, month_number(text), 1), None, today, side)
    found = re.fullmatch(rf"({MONTH})(?: of)? ({YEAR})|(?:the )?(?:year )?({YEAR})", text)
    if not found:
        return None
    return make(year_of(found[2] or found[3], today) or 0, month_number(found[1]) if found[1] else 1, 1)


def year_of(text: str, today: date) -> int | None:
    """Read "2030", "the year 2030", "next year"."""
    text = text.removeprefix("the year ")
    relative = {"this year": 0, "next year": 1, "last year": -1}
    return today.year + relative[text] if text in relative else int(text.replace(" ", ""))


_READERS: tuple[Callable[[str, date, int], date | None], ...] = (
    _weekday, _moved, _counted, _of_week, _beside, _nth_of, _edge, _friday_13, _numeric, _named, _month_or_year,
)  # fmt: skip


def _nearest(of: Callable[[int], date | None], given: int | None, today: date, side: int) -> date | None:
    if given:
        return of(given)
    for year in range(today.year, today.year + 9 * side, side):
        when = of(year)
        if when and (when - today).days * side >= 0:
            return when
    return None


def period(text: str, today: date) -> tuple[date, date] | None:  # noqa: PLR0911  a kind of period a line
    """Read a week, a month, a quarter or a year; return its first and last day."""
    text = text.strip().removeprefix("the ").removeprefix("year ").removeprefix("month of ")
    step = 1 if text.startswith("next ") else -1 if text.startswith("last ") else 0
    bare = re.sub(r"^(?:this|next|last|current) ", "", text)
    if bare == "week":
        monday = today + timedelta(days=7 * step - today.weekday())
        return monday, monday + timedelta(days=6)
    if bare == "month":
        first = add_months(today.replace(day=1), step)
        return first, _month_end(first)
    if bare == "year":
        return date(today.year + step, 1, 1), date(today.year + step, 12, 31)
    if bare == "quarter":
        first = add_months(date(today.year, (today.month - 1) // 3 * 3 + 1, 1), 3 * step)
        return first, _month_end(add_months(first, 2))
    if quarter := re.fullmatch(
        rf"(?:q([1-4])|(1st|2nd|3rd|4th|first|last) quarter)(?: of)?(?: (?:the year|this year|({YEAR})))?",
        text,
    ):
        number = int(quarter[1] or {"first": "1", "last": "4"}.get(quarter[2], quarter[2][0]))
        first = date(int((quarter[3] or str(today.year)).replace(" ", "")), number * 3 - 2, 1)
        return first, _month_end(add_months(first, 2))
    if re.fullmatch(YEAR, text):
        year = int(text.replace(" ", ""))
        return (date(year, 1, 1), date(year, 12, 31)) if year >= GREGORIAN else None
    if named := re.fullmatch(rf"({MONTH})(?: (?:of |in )?({YEAR}|this year|next year|last year))?", bare):
        year = (year_of(named[2], today) if named[2] else None) or today.year + step
        first_day = make(year, month_number(named[1]), 1)
        return (first_day, _month_end(first_day)) if first_day else None
    return None


def _month_end(first: date) -> date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def say(day: date, *, weekday: bool = True) -> str:
    """Write a date: "Saturday, 21 November 2026"."""
    return f"{day:%A}, {day.day} {day:%B} {day.year}" if weekday else f"{day.day} {day:%B} {day.year}"


def shift(start: date, sign: int, span: str) -> date | None:
    """Move a date by "3 weeks", "2 months and 3 days", ...; None when the calendar has no such date."""
    try:
        for number, unit in re.findall(
            r"(\d+|an?) (working day|business day|weekday|day|week|fortnight|month|year|decade)s?", span
        ):
            count = sign * (1 if number.startswith("a") else int(number))
            if unit in ("month", "year", "decade"):
                start = add_months(start, count * {"month": 1, "year": 12, "decade": 120}[unit])
            elif unit in ("working day", "business day", "weekday"):
                start = _workdays(start, count)
            else:
                start += timedelta(days=count * {"day": 1, "week": 7, "fortnight": 14}[unit])
    except (ValueError, OverflowError):
        return None
    return start if start.year >= GREGORIAN else None


def _workdays(start: date, count: int) -> date:
    """Move by days from Monday to Friday; public holidays are not known here."""
    if abs(count) > 5000:  # noqa: PLR2004  twenty years
        raise ValueError(count)
    step = 1 if count > 0 else -1
    while count:
        start += timedelta(days=step)
        count -= step * (start.weekday() < 5)  # noqa: PLR2004  Saturday
    return start


def add_months(start: date, months: int) -> date:
    """Move a date by months; a day that the new month lacks becomes its last."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


def count_days(count: int, unit: str = "day") -> str:
    """Write a number of days or other things: "1 day", "2 days"."""
    return f"{count} {unit}{'' if count == 1 else 's'}"
