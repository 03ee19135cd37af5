"""The feasts whose dates can be reckoned: fixed days, days around Easter or Advent, the nth weekday of a month."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from functools import cache

from hub.intents.seasons import turn
from hub.intents.zone import local_zone

GREGORIAN = 1583
"""First whole year of the Gregorian calendar; earlier dates had another, and are declined."""

# rule | names. A rule is a date (12-25), days from Easter (easter-2) or from the last Sunday before
# Christmas (advent-21), a turn of the sun (sun+0 is in March), or the nth weekday of a month
# (4 thu 11; -1 is the last), each with days added after "+".
_TABLE = """
12-24|christmas eve, xmas eve
12-25|christmas, christmas day, xmas, xmas day, x mas
12-26|boxing day, st stephens day, saint stephens day
12-31|new years eve, new year eve, hogmanay
1-1|new years day, new year, new years, new year day, the new year
1-6|epiphany, three kings day, 3 kings day
1-25|burns night
1-26|australia day
2-2|groundhog day
2-14|valentines day, valentines, valentine day, saint valentines day, st valentines day
2-29|leap day
3-1|st davids day, saint davids day
3-8|international womens day, womens day
3-14|pi day
4-27|kings day
5-8|ve day
6-14|flag day
8-15|assumption day, feast of the assumption, assumption of mary
9-11|patriot day
10-3|german unity day, day of german unity
12-8|immaculate conception, feast of the immaculate conception
2-2|candlemas
1-7|orthodox christmas, russian christmas
3-17|saint patricks day, st patricks day, st paddys day, paddys day
4-1|april fools, april fools day, april fool day, all fools day
4-22|earth day
4-23|st georges day, saint georges day
4-25|anzac day
5-1|may day, international workers day
5-4|star wars day
5-5|cinco de mayo
6-19|juneteenth
6-24|midsummer day, midsummers day
7-1|canada day
7-4|independence day, us independence day, american independence day, 4th of july, july 4th
7-14|bastille day
10-31|halloween, hallowe'en
11-1|all saints day
11-2|all souls day
11-5|bonfire night, guy fawkes night, guy fawkes day, guy fawkes
11-11|veterans day, armistice day, remembrance day
11-30|st andrews day, saint andrews day
12-6|st nicholas day, saint nicholas day
12-13|st lucia day, saint lucias day
easter-47|shrove tuesday, pancake day, mardi gras, pancake tuesday, fat tuesday
easter-48|rose monday, carnival monday, shrove monday, rosenmontag
easter-46|ash wednesday, lent, start of lent, beginning of lent, first day of lent, 1st day of lent
easter-7|palm sunday
easter-3|maundy thursday, holy thursday
easter-2|good friday
easter-1|holy saturday
easter+0|easter, easter sunday, easter day
easter+1|easter monday
easter+39|ascension day, ascension
easter+49|pentecost, whit sunday, whitsun
easter+50|whit monday, pentecost monday
easter+56|trinity sunday
easter+60|corpus christi
advent-21|advent, first sunday of advent, 1st sunday of advent, first sunday in advent, 1st sunday in advent, first advent, 1st advent, first advent sunday, 1st advent sunday, advent sunday, start of advent, beginning of advent
advent-14|second sunday of advent, 2nd sunday of advent, second advent, 2nd advent, second sunday in advent, 2nd sunday in advent
advent-7|third sunday of advent, 3rd sunday of advent, third advent, 3rd advent, third sunday in advent, 3rd sunday in advent
advent+0|fourth sunday of advent, 4th sunday of advent, fourth advent, 4th advent, fourth sunday in advent, 4th sunday in advent
advent-28|stir up sunday
sun+0|spring equinox, vernal equinox, march equinox
sun+1|summer solstice, june solstice, longest day, longest day of the year
sun+2|autumn equinox, autumnal equinox, fall equinox, september equinox
sun+3|winter solstice, december solstice, shortest day, shortest day of the year
orthodox+0|orthodox easter, greek easter, greek orthodox easter, russian easter, russian orthodox easter, orthodox easter sunday
easter-21|mothering sunday, uk mothers day, british mothers day, mothers day in the uk, mothers day in britain, mothers day in england, mothers day uk
2 sun 5|us mothers day, american mothers day, mothers day in the us, mothers day in america, mothers day us, mothers day in the usa, mothers day in the united states
3 sun 6|fathers day, us fathers day, uk fathers day, fathers day in the us, fathers day in the uk
3 mon 1|martin luther king day, mlk day, martin luther king jr day
3 mon 2|presidents day, washingtons birthday
-1 mon 5|memorial day, spring bank holiday
1 mon 5|early may bank holiday, may bank holiday
1 mon 9|labor day, labour day
2 mon 10|columbus day, indigenous peoples day, canadian thanksgiving, thanksgiving in canada
-1 mon 8|august bank holiday, summer bank holiday
4 thu 11|thanksgiving, thanksgiving day, us thanksgiving, american thanksgiving, thanksgiving in the us
4 thu 11+1|black friday
4 thu 11+4|cyber monday
4 thu 11+5|giving tuesday
1 mon 11+1|election day, us election day, election day in the us, election day in america
2 sun 11|remembrance sunday
"""
_DAYS = [name[:3].lower() for name in calendar.day_name]

SPLIT = {"mothers day": ("us mothers day", "uk mothers day")}
"""What two countries keep on different days: the American and the British name."""
BEGINNING = frozenset({"lent", "advent"})
"""Seasons, which begin on their day."""
AMERICAN = frozenset(
    {
        "thanksgiving",
        "thanksgiving day",
        "labor day",
        "labour day",
        "independence day",
        "memorial day",
        "election day",
    }
)


@cache
def _rules() -> dict[str, str]:
    rules = {}
    for row in _TABLE.strip().splitlines():
        rule, names = row.split("|")
        rules.update({tidy(name.strip()): rule for name in names.split(",")})
    return rules


def tidy(name: str) -> str:
    """Write the name of a feast without what people leave out: apostrophes, dots, "the"."""
    name = name.replace("'", "").replace(".", "").removeprefix("the ").strip()
    return re.sub(
        r"(?<= bank holiday) in (?:the )?(?:england|uk|united kingdom|britain|great britain|wales)$", "", name
    )


def is_feast(name: str) -> bool:
    """Say whether ``name`` is one of the feasts here."""
    return tidy(name) in _rules()


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


def _turn(year: int, which: int) -> date | None:
    """Return the day of an equinox or solstice here; None where minutes, or far years, could make it another."""
    at = turn(year, which, local_zone())
    return at.date() if 1800 <= year <= 2150 and 5 <= at.hour * 60 + at.minute < 1435 else None  # noqa: PLR2004


def _last_advent(year: int) -> date:
    """Return the last Sunday before Christmas."""
    eve = date(year, 12, 24)
    return eve - timedelta(days=(eve.weekday() + 1) % 7)


def _orthodox_easter(year: int) -> date:
    """Return the Orthodox Easter Sunday, by the Julian calendar (Meeus ch. 8), as a Gregorian date."""
    d = (19 * (year % 19) + 15) % 30
    e = (2 * (year % 4) + 4 * (year % 7) - d + 34) % 7
    month, day = divmod(d + e + 114, 31)
    return date(year, month, day + 1) + timedelta(days=year // 100 - year // 400 - 2)


def nth_weekday(year: int, month: int, nth: int, weekday: int) -> date | None:
    """Return the ``nth`` such weekday (0 is Monday) of a month, -1 the last; None when there is none."""
    first = date(year, month, 1)
    length = calendar.monthrange(year, month)[1]
    days = list(range(1 + (weekday - first.weekday()) % 7, length + 1, 7))
    at = nth - 1 if nth > 0 else nth
    return date(year, month, days[at]) if -len(days) <= at < len(days) else None


def feast(name: str, year: int) -> date | None:
    """Return the date of a feast in ``year``; None where it has none, as 29 February."""
    rule = _rules().get(tidy(name))
    if not rule or not GREGORIAN <= year <= 9998:  # noqa: PLR2004  the last year that `date` knows, less one
        return None
    rule, _, more = rule.partition("+")
    extra = int(more or 0)
    if rule == "sun":
        return _turn(year, extra)
    for start, of_year in (("easter", easter), ("advent", _last_advent), ("orthodox", _orthodox_easter)):
        if rule.startswith(start):
            return of_year(year) + timedelta(days=int(rule.removeprefix(start) or 0) + extra)
    if " " in rule:
        nth, weekday, month = rule.split()
        day = nth_weekday(year, int(month), int(nth), _DAYS.index(weekday))
        return day + timedelta(days=extra) if day else None
    month, number = rule.split("-")
    try:
        return date(year, int(month), int(number))
    except ValueError:
        return None
