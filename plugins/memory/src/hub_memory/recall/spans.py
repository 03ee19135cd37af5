"""Find the expressions of time in a text and the spans of the calendar that they name, all of them past.

dateparser and its like name moments, not spans, take every "may" and "sun" for a date and tens of
milliseconds for a sentence; a recall has fifteen for everything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
          "november", "december")  # fmt: skip
NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "couple of": 2, "a couple of": 2, "three": 3, "few": 3,
           "a few": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
           "eleven": 11, "twelve": 12}  # fmt: skip
UNITS_D = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "fortnight": 14.0, "month": 30.44,
           "year": 365.25}  # fmt: skip
PARTS = {"morning": (5, 12), "afternoon": (12, 18), "evening": (17, 24), "night": (18, 29)}  # hours; 29: 5 am
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}  # first months, meteorological
THIRDS = {"early": (1, 11), "mid": (10, 21), "late": (20, 32)}  # days of a month
_EDGE = {"beginning": "early", "start": "early", "middle": "mid", "end": "late"}
DAY, WEEK, WEEKEND = timedelta(days=1), 7, 2  # the last two in days
CHRISTMAS_EVE = 24
Pair = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Named:
    """A span ``since`` to ``until`` that ``text[start:end]`` names. ``relative``: told from now ("ago")."""

    start: int
    end: int
    since: datetime
    until: datetime
    relative: bool


def find(text: str, now: datetime) -> list[Named]:
    """Return the spans named in ``text`` (lower case), in order; ``now`` has the zone of who speaks."""
    found = [
        Named(match.start(), match.end(), *pair, relative)
        for pattern, resolve, relative in _KINDS
        for match in pattern.finditer(text)
        if (pair := resolve(match, now)) and pair[0] < pair[1] and pair[0] <= now
    ]
    found.sort(key=lambda one: (one.start, -one.end))
    kept = list[Named]()
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _midnight(now: datetime, days: int = 0) -> datetime:
    return datetime.combine((now + days * DAY).date(), time(), now.tzinfo)


def _day(start: datetime, part: str | None = None) -> Pair:
    if part is None:
        return start, _midnight(start, 1)
    first, last = PARTS[part]
    return start + timedelta(hours=first), start + timedelta(hours=last)


def _near(match: re.Match[str], now: datetime) -> Pair:
    back = {"today": 0, "yesterday": 1, "the day before yesterday": 2}[match["day"]]
    return _day(_midnight(now, -back), match["part"])


def _this_part(match: re.Match[str], now: datetime) -> Pair:
    if match["part"] == "night" and match["which"] == "last":
        return _day(_midnight(now, -1), "night")
    return _day(_midnight(now, -1 if match["which"] == "last" else 0), match["part"])


def _number(text: str) -> int:
    return int(text) if text.isdigit() else NUMBERS[text]


def _ago(match: re.Match[str], now: datetime) -> Pair:
    """Round as people do: a day is a day within the week, all else is meant within half its unit."""
    count, unit = _number(match["count"]), match["unit"]
    if unit == "day":
        slack = 0 if count < WEEK else 1
        return _midnight(now, -count - slack), _midnight(now, 1 - count + slack)
    middle, half = timedelta(days=count * UNITS_D[unit]), timedelta(days=UNITS_D[unit] / 2)
    if unit in {"minute", "hour"}:
        return now - middle - half, min(now, now - middle + half)
    return _midnight(now - middle - half), _midnight(now - middle + half, 1)


def _lately(match: re.Match[str], now: datetime) -> Pair:
    count = _number(match["count"]) if match["count"] else 1
    return _midnight(now - timedelta(days=count * UNITS_D[match["unit"]])), now


def _weekday(match: re.Match[str], now: datetime) -> Pair | None:
    """Return the day last past; "last Tuesday" on a Friday is either of two, so from one to the other."""
    back = (now.weekday() - DAYS.index(match["day"])) % 7
    if match["which"] == "this":
        return _day(_midnight(now, -back), match["part"]) if back <= now.weekday() else None
    since, until = _day(_midnight(now, -(back or 7)), match["part"])
    if match["which"] == "last" and 0 < back <= now.weekday():
        since -= 7 * DAY
    return since, until


def _period(match: re.Match[str], now: datetime) -> Pair:
    back = 1 if match["which"] == "last" else 0
    if match["unit"] == "week":
        start = _midnight(now, -now.weekday() - 7 * back)
        return start, start + 7 * DAY
    if match["unit"] == "year":
        return _month(now, now.year - back, 1, 12)
    months = now.year * 12 + now.month - 1 - back
    return _month(now, months // 12, months % 12 + 1)


def _weekend(match: re.Match[str], now: datetime) -> Pair:
    back = (now.weekday() - 5) % 7
    back += 7 if match["which"] == "last" and back < WEEKEND else 0
    start = _midnight(now, -back)
    return start, start + 2 * DAY


def _month(now: datetime, year: int, month: int, count: int = 1) -> Pair:
    after = year * 12 + month - 1 + count
    return (
        datetime(year, month, 1, tzinfo=now.tzinfo),
        datetime(after // 12, after % 12 + 1, 1, tzinfo=now.tzinfo),
    )


def _latest(now: datetime, month: int, *, past: bool) -> int:
    """Return the year of the latest ``month`` that has begun, or that is ``past``."""
    begun = month < now.month or (month == now.month and not past)
    return now.year if begun else now.year - 1


def _named_month(match: re.Match[str], now: datetime) -> Pair:
    since, until = _bare_month(match, now, past=match["which"] == "last")
    third = match["third"] or _EDGE.get(match["edge"] or "")
    if third:
        first, last = THIRDS[third]
        since, until = since + (first - 1) * DAY, min(until, since + (last - 1) * DAY)
    return since, until


def _bare_month(match: re.Match[str], now: datetime, *, past: bool = False) -> Pair:
    month = MONTHS.index(match["month"]) + 1
    return _month(now, int(match["year"]) if match["year"] else _latest(now, month, past=past), month)


def _date(match: re.Match[str], now: datetime) -> Pair | None:
    month = MONTHS.index(match["month"] or match["month2"]) + 1
    day = int(match["day"] or match["day2"])
    wanted = match["year"] or match["year2"]
    years = [int(wanted)] if wanted else [now.year, now.year - 1]
    made = [_made(now, year, month, day) for year in years]
    return next((_day(one) for one in made if one and one <= now), None)


def _iso(match: re.Match[str], now: datetime) -> Pair | None:
    made = _made(now, int(match["year"]), int(match["month"]), int(match["day"]))
    return _day(made) if made else None


def _made(now: datetime, year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day, tzinfo=now.tzinfo)
    except ValueError:
        return None


def _season(match: re.Match[str], now: datetime) -> Pair:
    first = SEASONS[match["season"]]
    year = int(match["year"]) if match["year"] else _latest(now, first, past=False)
    since, until = _month(now, year, first, 3)
    if match["which"] == "last" and since <= now < until and not match["year"]:
        since, until = _month(now, year - 1, first, 3)
    return since, until


def _year(match: re.Match[str], now: datetime) -> Pair:
    return _month(now, int(match["year"]), 1, 12)


def _christmas(_match: re.Match[str], now: datetime) -> Pair:
    year = _latest(now, 12, past=now.day < CHRISTMAS_EVE)
    start = datetime(year, 12, CHRISTMAS_EVE, tzinfo=now.tzinfo)
    return start, start + 3 * DAY


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_COUNT = rf"(?P<count>\d{{1,3}}|{_any(NUMBERS)})"
_PART = rf"(?: (?P<part>{_any(PARTS)}))?"
_YEAR = r"(?:,? (?:of )?(?P<year>(?:19|20)\d\d))?"
_SURE = _any(set(MONTHS) - {"march", "may"})  # those two are words too: only where a preposition says so
_AFTER = "in|since|before|after|between|and|until|during|from|to"
_NTH = "(?:st|nd|rd|th)?"
_LATELY = rf"\b(?:in|over|during|within|of) the (?:last|past) (?:{_COUNT} )?(?P<unit>{_any(UNITS_D)})s?\b"
_MONTH = (
    rf"\b(?:(?P<third>early|mid|late)[ -]|(?P<edge>{_any(_EDGE)}) of |(?P<which>last|this) |(?:{_AFTER}) )"
    rf"(?P<month>{_any(MONTHS)}){_YEAR}\b"
)
_DATE = (
    rf"\b(?:the )?(?P<day>\d{{1,2}}){_NTH}(?: of)? (?P<month>{_any(MONTHS)}){_YEAR}\b"
    rf"|\b(?P<month2>{_any(MONTHS)}) (?:the )?(?P<day2>\d{{1,2}}){_NTH}\b(?:,? (?P<year2>(?:19|20)\d\d)\b)?"
)
_SEASON = (
    rf"\b(?:(?P<which>last|this) |(?:in|over|during|since|before|after) (?:the )?)"
    rf"(?P<season>{_any(SEASONS)}){_YEAR}\b"
)
_PATTERNS: tuple[tuple[str, Callable[[re.Match[str], datetime], Pair | None], bool], ...] = (
    (rf"\b(?P<day>today|(?:the day before )?yesterday){_PART}\b", _near, True),
    (r"\b(?P<which>this|last) (?P<part>morning|afternoon|evening|night)\b", _this_part, True),
    (rf"\b{_COUNT} (?P<unit>{_any(UNITS_D)})s? ago\b", _ago, True),
    (_LATELY, _lately, True),
    (rf"\b(?:(?P<which>last|this) )?(?P<day>{_any(DAYS)}){_PART}\b", _weekday, True),
    (r"\b(?P<which>last|this) (?P<unit>week|month|year)\b", _period, True),
    (r"\b(?:(?P<which>last)|this|(?:at|on|over) the) weekend\b", _weekend, True),
    (_MONTH, _named_month, False),
    (rf"\b(?P<month>{_SURE}){_YEAR}\b", _bare_month, False),
    (_DATE, _date, False),
    (r"\b(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)-(?P<day>\d\d)\b", _iso, False),
    (_SEASON, _season, False),
    (r"\b(?:in|during|since|before|after) (?P<year>(?:19|20)\d\d)\b", _year, False),
    (r"\b(?:at|over|on|before|after|since|last) christmas\b", _christmas, False),
)
_KINDS = [(re.compile(pattern), resolve, relative) for pattern, resolve, relative in _PATTERNS]
