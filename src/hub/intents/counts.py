"""Count days: until, since and between, working days, Mondays in a month, and how old somebody is."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import calendar
import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from hub.intents.days import (
    DAYS,
    MONTH,
    WEEKDAY,
    YEAR,
    add_months,
    count_days,
    find,
    month_number,
    period,
    say,
)
from hub.intents.feasts import SPLIT, tidy
from hub.intents.intent import Intent, Question, also, given

if TYPE_CHECKING:
    from collections.abc import Callable

_UTC_UNITS = {"hour": 3600, "minute": 60, "second": 1}


def _weeks(days: int) -> str:
    weeks, rest = divmod(days, 7)
    if not weeks:
        return f"less than a week: {count_days(rest)}"
    return count_days(weeks, "week") + (f" and {count_days(rest)}" if rest else "")


def months_between(a: date, b: date) -> tuple[int, int]:
    """Return whole months and days left from ``a`` to a later ``b``."""
    months = (b.year - a.year) * 12 + b.month - a.month
    if add_months(a, months) > b:
        months -= 1
    return months, (b - add_months(a, months)).days


def _months(a: date, b: date) -> str:
    months, rest = months_between(a, b)
    if not months:
        return f"less than a month: {count_days(rest)}"
    return count_days(months, "month") + (f" and {count_days(rest)}" if rest else "")


def _years(a: date, b: date) -> str:
    months, rest = months_between(a, b)
    parts = [
        count_days(n, unit)
        for n, unit in ((months // 12, "year"), (months % 12, "month"), (rest, "day"))
        if n
    ]
    if len(parts) == 1:
        return parts[0]
    return (", ".join(parts[:-1]) + " and " + parts[-1]) if parts else "0 days"


def workdays(after: date, until: date) -> int:
    """Return the days from Monday to Friday after ``after``, up to and with ``until``."""
    days = (until - after).days
    weeks, rest = divmod(days, 7)
    return weeks * 5 + sum((after + timedelta(days=n)).weekday() < 5 for n in range(1, rest + 1))  # noqa: PLR2004


def of_weekday(first: date, last: date, weekday: int) -> int:
    """Return how many such weekdays there are from ``first`` to ``last``, both included."""
    start = first + timedelta(days=(weekday - first.weekday()) % 7)
    return max(0, ((last - start).days // 7) + 1) if start <= last else 0


def _clock_count(now: datetime, day: date, unit: str) -> int:
    """Return the hours, minutes or seconds from now to the first moment of ``day``, summer time considered."""
    start = datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)
    return int((start.timestamp() - now.timestamp()) // _UTC_UNITS[unit])


def _unit(match: re.Match[str]) -> str:
    return (
        (match.groupdict().get("unit") or "day")
        .rstrip("s")
        .replace("shopping ", "")
        .replace("business day", "weekday")
        .replace("working day", "weekday")
        .replace("workday", "weekday")
        .replace("work day", "weekday")
        .replace("school day", "weekday")
    )


def _until(question: Question, match: re.Match[str]) -> str | None:
    text, today = match["day"], question.now.date()
    if twice := SPLIT.get(tidy(text)):
        days = [find(one, today) for one in twice]
        told = [
            f"{count_days((day - today).days)} {where}, {say(day)}"
            for day, where in zip(days, ("in the United States", "in Britain"), strict=True)
            if day
        ]
        return f"{told[0]}; {told[1]}."
    day = find(text, today)
    if not day:
        return None
    left, unit = (day - today).days, _unit(match)
    if left == 0:
        return f"That is today, {say(day)}."
    if left < 0:
        return f"{say(day)} was {count_days(-left)} ago."
    if unit in _UTC_UNITS:
        return f"{count_days(_clock_count(question.now, day, unit), unit)} until {say(day)} begins."
    both = f", or {_years(today, day)}," if left > 400 and not match.groupdict().get("unit") else ""  # noqa: PLR2004  more than a year
    return f"{_span_until(today, day, unit)}{both} until {say(day)}."


def _span_until(today: date, day: date, unit: str) -> str:
    left = (day - today).days
    if unit in DAYS:
        return count_days(
            of_weekday(today + timedelta(days=1), day - timedelta(days=1), DAYS.index(unit)),
            unit.capitalize(),
        )
    if unit == "weekend":
        return count_days(of_weekday(today + timedelta(days=1), day - timedelta(days=1), 5), "Saturday")
    told: dict[str, Callable[[], str]] = {
        "week": lambda: _weeks(left), "month": lambda: _months(today, day), "year": lambda: _years(today, day),
        "weekday": lambda: f"{count_days(workdays(today, day - timedelta(days=1)), 'weekday')}, holidays not considered,",
        "fortnight": lambda: _weeks(left), "sleep": lambda: count_days(left, "sleep"), "night": lambda: count_days(left, "night"),
    }  # fmt: skip
    text = told.get(unit, lambda: count_days(left))()
    return text[:1].upper() + text[1:]


def _since(question: Question, match: re.Match[str]) -> str | None:
    """Count from a day that is past; with a year alone, count years."""
    text, today, unit = match["day"], question.now.date(), _unit(match)
    if re.fullmatch(rf"(?:the year )?{YEAR}", text):
        return _since_year(int(text.removeprefix("the year ").replace(" ", "")), today.year, unit)
    day = find(text, today, -1)
    if not day or day > today:
        return None
    gone = (today - day).days
    if unit in _UTC_UNITS:
        return f"{count_days(-_clock_count(question.now, day, unit), unit)} since {say(day)} began."
    amount = {
        "week": lambda: _weeks(gone), "month": lambda: _months(day, today), "year": lambda: _years(day, today),
        "weekday": lambda: count_days(workdays(day, today), "weekday"),
    }.get(unit, lambda: count_days(gone))()  # fmt: skip
    if unit == "day" and not match.groupdict().get("unit") and gone > 400:  # noqa: PLR2004  more than a year
        amount += f", or {_years(day, today)},"
    return f"{amount[:1].upper()}{amount[1:]} since {say(day)}."


def _since_year(year: int, now: int, unit: str) -> str | None:
    if year >= now:
        return None
    if unit in ("year", "day") or unit not in ("decade", "month"):
        return f"{year} was {count_days(now - year, 'year')} ago." if unit in ("year", "day") else None
    return None


def _between(question: Question, match: re.Match[str]) -> str | None:  # noqa: PLR0911  a case a line
    today = question.now.date()
    first, second, unit = match["first"], match["second"], _unit(match)
    if all(re.fullmatch(rf"(?:the year )?{YEAR}|now|today", text) for text in (first, second)):
        years = [
            today.year if t in ("now", "today") else int(t.removeprefix("the year ").replace(" ", ""))
            for t in (first, second)
        ]
        if unit == "year" or ("long" in match[0] and not all(_clock_like(year) for year in years)):
            return f"From {years[0]} to {years[1]} it is {count_days(abs(years[1] - years[0]), 'year')}."
        return None
    shared = re.search(rf" ({YEAR})$", second)
    if shared and not re.search(rf"{YEAR}$", first) and re.search(rf"\b(?:{MONTH})\b|^\d", first):
        first += " " + shared[1]
    if re.fullmatch(r"(?:the )?\d{1,2}(?:st|nd|rd|th)?", first) and (
        month := re.search(rf"\b(?:{MONTH})\b.*", second)
    ):
        first += " " + month[0]
    elif re.fullmatch(r"(?:the )?\d{1,2}(?:st|nd|rd|th)?", second) and (
        month := re.search(rf"\b({MONTH})\b", first)
    ):
        second += " " + month[0]
    first, second = _same_slashes(first, second)
    a = find(first, today, -1 if re.search(r"were|was", match[0]) and not shared else 1)
    b = find(second, a or today)
    a, b = _this_year(a, b, today) if a and b and _no_year(first) and _no_year(second) else (a, b)
    if not a or not b:
        return None
    a, b = min(a, b), max(a, b)
    head = f"From {say(a, weekday=False)} to {say(b, weekday=False)} it is"
    if unit == "weekday":
        both = workdays(a - timedelta(days=1), b)
        return f"{head} {count_days(workdays(a, b), 'weekday')}, or {both} with the first day counted; holidays are not considered."
    if unit in DAYS:
        return f"From {say(a, weekday=False)} to {say(b, weekday=False)} there are {count_days(of_weekday(a, b, DAYS.index(unit)), unit.capitalize())}."
    days = (b - a).days
    if unit in _UTC_UNITS:
        return f"{head} {count_days(days * 86400 // _UTC_UNITS[unit], unit)}."
    told = {"week": lambda: _weeks(days), "month": lambda: _months(a, b), "year": lambda: _years(a, b)}.get(
        unit
    )
    return f"{head} {told() if told else count_days(days)}."


def _clock_like(year: int) -> bool:
    """Say whether a year may as well be a time of day: 1400, 1720."""
    hour, minute = divmod(year, 100)
    return hour < 24 and minute < 60 and minute % 5 == 0  # noqa: PLR2004  a clock's face


def _same_slashes(first: str, second: str) -> tuple[str, str]:
    """Write two dates with slashes as ISO 8601 does, where one of them shows whether the month comes first."""
    parts = [re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text) for text in (first, second)]
    if not all(parts):
        return first, second
    days = [(int(part[1]), int(part[2]), part[3]) for part in parts if part]
    american, british = any(b > 12 for _, b, _ in days), any(a > 12 for a, _, _ in days)  # noqa: PLR2004  no month
    if american == british:
        return first, second
    one, other = (f"{year}-{a:02}-{b:02}" if american else f"{year}-{b:02}-{a:02}" for a, b, year in days)
    return one, other


def _no_year(text: str) -> bool:
    """Say whether a day and a month were named, and no year."""
    return bool(
        re.search(rf"\b(?:{MONTH})\b", text)
        and re.search(r"\d", text)
        and not re.search(rf"{YEAR}|year", text)
    )


def _this_year(a: date, b: date, today: date) -> tuple[date, date]:
    """Move two days into this year, unless both are over by then: "from the 1st to the 31st of March"."""
    try:
        first, second = a.replace(year=today.year), b.replace(year=today.year)
    except ValueError:  # 29 February
        return a, b
    return (first, second) if first <= second and second >= today else (a, b)


def _month_length(question: Question, match: re.Match[str]) -> str | None:  # noqa: C901, PLR0911, PLR0912  a case a line
    text = match["period"]
    if text in ("a leap year", "leap year", "the leap year"):
        if size := _UTC_UNITS.get(_unit(match)):
            return f"A leap year has {366 * 86400 // size:,} {_unit(match)}s."
        return {
            "day": "A leap year has 366 days.",
            "week": "A leap year has 52 weeks and 2 days.",
            "month": "A leap year has 12 months.",
        }.get(_unit(match))
    if both := re.fullmatch(
        rf"(?:the months? of )?({MONTH}) and ({MONTH})(?: together| combined| in total)?", text
    ):
        return _two_months(both[1], both[2]) if _unit(match) == "day" else None
    if text == "february" and _unit(match) == "day":
        return "February has 28 days, or 29 in a leap year."
    if re.fullmatch(MONTH, text) and _unit(match) == "day":
        return f"{calendar.month_name[month_number(text)]} has {calendar.monthrange(2001, month_number(text))[1]} days."
    span = period(text, question.now.date())
    if not span or (text in ("a week", "a year", "a month")):
        return None
    first, last = span
    days, unit = (last - first).days + 1, _unit(match)
    name = _period_name(text, first, last)
    if unit in ("day", "night"):
        return f"{name} has {days} days."
    if unit == "weekday":
        return f"{name} has {workdays(first - timedelta(days=1), last)} weekdays, holidays not considered."
    if unit == "weekend":
        return f"{name} has {of_weekday(first, last, 5)} Saturdays and {of_weekday(first, last, 6)} Sundays."
    if unit in DAYS:
        count = of_weekday(first, last, DAYS.index(unit))
        return f"{name} has {count_days(count, unit.capitalize())}."
    if unit == "week" and days > 360:  # noqa: PLR2004  a year
        weeks = date(first.year, 12, 28).isocalendar().week
        return f"{first.year} has {weeks} weeks by ISO 8601: 52 weeks and {count_days(days - 364)}."
    if unit == "week":
        return f"{name} has {_weeks(days)}."
    if unit in _UTC_UNITS:
        return f"{name} has {days * 86400 // _UTC_UNITS[unit]} {unit}s, without a change of the clocks."
    return None


def _two_months(one: str, other: str) -> str:
    lengths = [calendar.monthrange(2025, month_number(name))[1] for name in (one, other)]
    leap = f", or {sum(lengths) + 1} in a leap year" if "feb" in (one[:3], other[:3]) else ""
    return f"Together they have {sum(lengths)} days{leap}."


def _period_name(text: str, first: date, last: date) -> str:
    days = (last - first).days + 1
    if days > 360:  # noqa: PLR2004  a year
        return str(first.year)
    if days > 80:  # noqa: PLR2004  a quarter
        return f"The {('first', 'second', 'third', 'fourth')[first.month // 3]} quarter of {first.year}"
    if days > 7:  # noqa: PLR2004  a month
        return f"{first:%B} {first.year}"
    return f"{text[:1].upper()}{text[1:]}"


def _remaining(question: Question, match: re.Match[str]) -> str | None:  # noqa: PLR0911  a case a line
    """Count what is left of a week, a month, a quarter or a year, after today."""
    today, unit = question.now.date(), _unit(match)
    span = period(match["period"], today)
    if not span or not span[0] <= today <= span[1]:
        return None
    last, text = span[1], re.sub(r"^(?:the|this|current) ", "", match["period"])
    left = (last - today).days
    text = f"this {text}" if text in ("week", "month", "year", "quarter") else text.capitalize()
    if unit == "weekday":
        return f"After today, {count_days(workdays(today, last), 'weekday')} are left in {text}, holidays not considered."
    if unit in DAYS:
        return f"After today, {count_days(of_weekday(today + timedelta(days=1), last, DAYS.index(unit)), unit.capitalize())} are left in {text}."
    if unit == "weekend":
        return f"After today, {count_days(of_weekday(today + timedelta(days=1), last, 5), 'Saturday')} are left in {text}."
    if unit == "week":
        return f"After today, {_weeks(left)} are left in {text}."
    if unit == "month":
        return f"After this month, {count_days((last.year - today.year) * 12 + last.month - today.month, 'month')} are left in {text}."
    if unit in _UTC_UNITS:
        return f"{count_days(_clock_count(question.now, last + timedelta(days=1), unit), unit)} are left in {text}."
    return f"After today, {count_days(left)} {'is' if left == 1 else 'are'} left in {text}."


def _gone(question: Question, match: re.Match[str]) -> str | None:
    """Say how much of the year or the month is over."""
    today = question.now.date()
    span = period(match["period"], today)
    if not span:
        return None
    days, gone = (span[1] - span[0]).days + 1, (today - span[0]).days
    percent = f"{100 * gone / days:.0f} percent"
    return f"{count_days(gone)} of {days} are over, {percent}."


def _passed(question: Question, match: re.Match[str]) -> str | None:
    """Say how many days or weeks of the year or month lie behind."""
    span = period(match["period"] or match["p2"], question.now.date())
    if not span:
        return None
    gone = (question.now.date() - span[0]).days
    told = count_days(gone) if (match["unit"] or match["u2"]) == "days" else _weeks(gone)
    return f"{told[:1].upper()}{told[1:]}, not counting today."


def _age(question: Question, match: re.Match[str]) -> str | None:
    """Say how old somebody is, now or in a year to come."""
    today, found = question.now.date(), match.groupdict()
    text = found["born"].removeprefix("on ").removeprefix("in ").strip()
    in_year = found.get("year")
    when = date(int(in_year.replace(" ", "")), 1, 1) if in_year else today
    if re.fullmatch(YEAR, text):
        year = int(text.replace(" ", ""))
        if not 1880 <= year <= when.year:  # noqa: PLR2004  nobody alive is older
            return None
        turns = f"Someone born in {year} turns {when.year - year} in {when.year}"
        return f"{turns}." if in_year else f"{turns}, so is {when.year - year - 1} or {when.year - year} now."
    if not re.search(r"\d{4}|\d\d \d\d$", text):
        return None
    born = find(text, today, -1)
    if not born or born > when or born.year < 1880:  # noqa: PLR2004  as above
        return None
    if in_year:
        return f"Someone born on {say(born, weekday=False)} turns {when.year - born.year} in {when.year}."
    unit = _unit(match) if found.get("unit") else "age"
    return f"Someone born on {say(born, weekday=False)} is {_age_in(unit, born, today)} old."


def _age_in(unit: str, born: date, today: date) -> str:
    if unit == "day":
        return count_days((today - born).days)
    if unit == "month":
        return _months(born, today)
    if unit == "week":
        return _weeks((today - born).days)
    years = months_between(born, today)[0] // 12
    return count_days(years, "year") if years or unit != "age" else _months(born, today)


def _age_days(question: Question, match: re.Match[str]) -> str | None:
    today, text = question.now.date(), match["born"].removeprefix("on ").strip()
    born = find(text, today, -1) if re.search(r"\d{4}|\d\d \d\d$", text) else None
    if not born or born > today or re.fullmatch(YEAR, text):
        return None
    unit, days = _unit(match), (today - born).days
    told = {
        "week": lambda: _weeks(days),
        "month": lambda: _months(born, today),
        "year": lambda: _years(born, today),
    }.get(unit)
    if unit in _UTC_UNITS:
        return None
    return f"From {say(born, weekday=False)} to today it is {told() if told else count_days(days)}."


def _turns(question: Question, match: re.Match[str]) -> str | None:
    """Say when somebody reaches an age."""
    text, age = (
        match["born"].removeprefix("on ").removeprefix("in ").strip(),
        int(match["age"]),
    )
    if re.fullmatch(YEAR, text):
        return f"In {int(text.replace(' ', '')) + age}."
    born = find(text, question.now.date(), -1) if re.search(r"\d{4}|\d\d \d\d$", text) else None
    if not born or age > 130:  # noqa: PLR2004
        return None
    day = add_months(born, 12 * age)
    return f"{'That was' if day < question.now.date() else 'That is'} on {say(day)}."


def _birth_year(question: Question, match: re.Match[str]) -> str | None:
    age = int(match["age"] or match["age2"])
    if age > 130:  # noqa: PLR2004
        return None
    return f"Someone who is {age} was born in {question.now.year - age} or {question.now.year - age - 1}."


_U = rf"(?P<unit>(?:shopping )?days|weeks|months|years|sleeps|nights|hours|minutes|seconds|fortnights|weekends|weekdays|working days|work days|workdays|business days|school days|(?:{WEEKDAY})s)"
_TILL = r"(?:until|till|til|to|before|up to|'til)"
_ARE = r"(?: more)?(?: are there| is it| are left| left| remain| remaining| do we have| do i have| to go| to wait| have we got| have i got| must i wait| do i have to wait| away is| are we| away from| are we away)?(?: now)?(?: left)?(?: to go)?(?: from (?:now|today|tomorrow))?"
_DAY = r"(?P<day>.+)"
INTENTS = (
    Intent(rf"how many {_U}{_ARE} {_TILL} (?:it is |we get to )?{_DAY}", _until, ("how many",)),
    Intent(
        rf".+? (?:is|are|be|falls|starts|begins|ends)(?: due| coming)?(?: on| by| until)? (?P<day>.+?) (?:so )?how (?:many {_U}|long|much time|soon|far off|far away)(?: (?:is|are) (?:that|it|there|left)| do (?:i|we) have| have (?:i|we) got| until then| to go| away| left| from (?:now|today)| off| is that)*",
        lambda q, m: _until(q, m) if re.search(r"\d|day", m["day"]) else None,
        ("how ",),
    ),
    Intent(rf"how many {_U} (?:away |off |out )(?:is|are we from) {_DAY}", _until, ("how many",)),
    Intent(rf"how (?:far away|far off|soon|close|long away) (?:is|are we to) {_DAY}", _until, ("how ",)),
    Intent(
        rf"how (?:long|much time|far away|far off|far|soon|much longer|close)(?: is it| is there| is left| left| do we have| are we| do i have| have we got)?(?: to go| to wait)?(?: from (?:now|today|tomorrow))? (?:until|till|til|to|before|from) (?:it is )?{_DAY}",
        lambda q, m: None if re.search(r"\d{1,2}(?::\d\d)? ?(?:am|pm|oclock)|noon|midnight", m["day"]) else _until(q, m),
        ("how ",),
    ),
    Intent(rf"(?:the )?(?:count ?down|{_U}|time|how long) (?:until|till|to|left until|before) {_DAY}", _until, ("until", "till", "to ", "before")),
    Intent(rf"(?:{_DAY[:-1]}?) )?(?:countdown)", lambda q, m: _until(q, m) if m["day"] else None, ("countdown",)),
    Intent(
        rf"(?:in )?how many {_U} (?:time )?(?:is|will it be|does|until) (?P<day>.+?)(?: come| start| begin)?",
        lambda q, m: _until(q, m) if find(m["day"], q.now.date()) and not re.match(r"in |a |an |\d+ |the year|\d{4}", m["day"]) else None,
        ("how many",),
    ),
    Intent(
        rf"how (?:many {_U}|long|much time)(?: is it| has it been| have passed| has passed| passed| it has been| have gone by| ago is| ago was| since| ago did| is it been| were there)*(?: passed)?(?: since)? (?:since |was |is )?(?:the )?(?P<day>.+?)(?: ago)?",
        lambda q, m: _since(q, m) if re.search(r"\b(?:since|ago|been|passed)\b", m[0]) else None,
        ("since", "ago", "passed"),
    ),
    Intent(rf"{_U} since {_DAY}", _since, ("since",)),
    Intent(
        rf"(?:how (?:many {_U}|long|much time)|(?:what is )?(?:the )?(?:number of|time|difference|time difference|time span)(?: in)?(?: {_U.replace('<unit>', '<unit2>')})?|{_U.replace('<unit>', '<unit3>')}|count the {_U.replace('<unit>', '<unit4>')})"
        r" (?:are there |are |is it |is there |is |were there |will there be |fall |lie |elapsed |passed )?(?:between|from|in between) (?P<first>.+?) (?:and|to|until|till|through) (?P<second>.+)",
        lambda q, m: _between(q, given(m, unit=m["unit"] or m["unit2"] or m["unit3"] or m["unit4"])),
        ("between", "from"),
    ),
    Intent(
        rf"how many {_U} (?:are (?:there )?(?:in|within)|were (?:there )?in|does|did|do|has|have|is|are in|do we have in|will|in|will there be in|there are in|fall in) (?:the months of )?(?P<period>.+?)(?: have| has| contain| got| this year| together| combined)*(?: in (?P<year>{YEAR}))?",
        lambda q, m: _month_length(q, given(m, period=f"{m['period']} {m['year']}") if m["year"] and re.fullmatch(MONTH, m["period"]) else m) if not m["year"] or re.fullmatch(MONTH, m["period"]) else None,
        ("how many",),
    ),
    Intent(rf"(?:number of )?{_U} in (?P<period>.+)", _month_length, (" in ",)),
    Intent(r"how many (?P<unit>days|weeks) (?:of|into) (?P<period>(?:the |this )(?:year|month)) (?:are we|have passed|are over|is it)|how many (?P<u2>days|weeks) (?:have passed|are over|have gone by) (?:in |of )?(?P<p2>(?:the |this )(?:year|month))(?: so far)?", lambda q, m: _passed(q, m), ("passed", "over", "into", "gone")),  # noqa: PLW0108  names the groups
    Intent(r"(?:someone|somebody|anyone|a person|a child)(?: who (?:was|is))? born (?P<born>.+?) (?:is|are|would be|will be) (?:now )?(?:how old|what age)(?: now| today)?", _age, ("born",)),
    Intent(rf"(?:if )?(?:my birthday is|i was born|born|age if born|age of (?:someone|somebody|anyone|a person|a child)(?: who (?:was|is))? born)(?: on| in)? (?P<born>.+?)(?: (?:how old|what age|so how old)(?: am i| is that| are they)?(?: in (?P<year>{YEAR}))?)?", lambda q, m: _age(q, m) if re.search("how old|what age|^age", m[0]) else None, ("born", "birthday")),
    Intent(r"how long is (?P<period>(?:the month of )?(?:this month|next month|last month|february|[a-z]+ [12]\d{3}))", _month_length, ("how long is",)),
    Intent(
        rf"how (?:many {_U}|much time|long)(?: are| is| do we have| do i have| have we got)?(?: there)?(?: still)?(?: left| remain| remaining| to go)?(?: are)?(?: left)? (?:in |of |until the end of |till the end of |to the end of )?(?P<period>(?:the |this |the current )?(?:year|month|week|quarter)|{MONTH}|{YEAR})(?: left)?",
        lambda q, m: _remaining(q, m) if re.search(r"left|remain|to go|end of|still", m[0]) else None,
        ("left", "remain", "to go", "end of", "still"),
    ),
    Intent(
        r"(?:how much of|how many days of|what (?:percent|percentage|fraction|%) of) (?P<period>(?:the |this )?(?:year|month)) (?:is over|has passed|is gone|have passed|has gone(?: by)?|are over|is behind us|is done|is complete)",
        _gone,
        ("of the", "of this"),
    ),
    Intent(r"how far (?:are we )?(?:through|into) (?P<period>(?:the |this )(?:year|month))(?: are we)?", _gone, ("how far",)),
    Intent(
        rf"(?:what age|how (?:old|many (?P<unit>years|months|days|weeks) old)) (?:is|am|are|would|will|was) (?:someone|somebody|a person|i|you|one|he|she|they|we|my [a-z]+|a (?:man|woman|child|baby|kid)|anyone|[a-z]+ [a-z]+)(?: be)?(?: now| today)?(?: in (?P<year>{YEAR}))?(?: who)?(?: (?:if|when))?(?: (?:i|they|you|he|she|we|my [a-z]+))?(?: (?:was|is|were|am|are))? born (?P<born>(?:in|on)? ?.+?)(?:(?<=\d\d\d\d) in (?:the year )?(?P<year2>{YEAR}))?",
        lambda q, m: _age(q, also(m, year="year2")),
        ("born",),
    ),
    Intent(rf"(?:if )?(?:i|she|he|they|someone|my [a-z]+) (?:was|were|am|is) born (?P<born>(?:in|on)? ?.+?) (?:how old|what age|how many (?P<unit>years|months|days|weeks) old) (?:am|is|are|will|would) (?:i|she|he|they|that|that person|someone)(?: be)?(?: now| today)?(?: in (?P<year>{YEAR}))?", _age, ("born",)),
    Intent(
        r"how many (?P<unit>days|weeks|months|years|hours) (?:old am i|have i (?:been alive|lived)|old is someone|has someone (?:been alive|lived))(?: if| who)?(?: (?:i|they))?(?: (?:was|were))? born (?P<born>.+)",
        _age_days,
        ("born",),
    ),
    Intent(
        r"(?:if )?i was born (?P<born>(?:on )?.+?) how many (?P<unit>days|weeks|months|years) (?:old am i|have i (?:been alive|lived))",
        _age_days,
        ("born",),
    ),
    Intent(
        r"(?:when|in (?:what|which) year|what year) (?:do|does|did|will|would) (?:i|someone|he|she|they|somebody) (?:turn|be|reach|become) (?P<age>\d{1,3})(?: if| who)?(?: (?:i|they|he|she))?(?: (?:was|were))? born (?P<born>.+)"
        r"|(?:on )?(?:when|what day|what day of the week|which day|what date) (?:is|was|will) (?:my|his|her|their|the) (?P<age2>\d{1,3})(?:st|nd|rd|th) birthday(?: be| fall on| fall)?(?: if| when)? (?:i|he|she|they) (?:was|were) born (?P<born2>.+)"
        r"|(?:if )?(?:i|someone|somebody|he|she|they|my [a-z]+) (?:was|were|is|am) born (?P<born3>.+?) (?:and )?(?:when|(?:in |on )?(?:what|which) (?:year|day|date)) (?:do|does|did|will|would) (?:i|someone|he|she|they|somebody) (?:turn|be|reach|become) (?P<age3>\d{1,3})(?: years old)?",
        lambda q, m: _turns(q, given(m, born=m["born"] or m["born2"] or m["born3"], age=m["age"] or m["age2"] or m["age3"])),
        ("born",),
    ),
    Intent(
        r"(?:what|which|in what|in which) year (?:was|were) (?:someone|somebody|a person|i|they|he|she|you) born (?:if|who)(?: (?:i|they|he|she|you))? (?:is|are|am) (?P<age>\d{1,3})(?: years old)?(?: now| today)?"
        r"|(?:if )?(?:i am|someone is|somebody is|he is|she is|they are|my [a-z]+ is) (?P<age2>\d{1,3})(?: years old)?(?: now| today)? (?:what|which|in what|in which) year (?:was|were) (?:i|they|he|she|someone|somebody|that person) born",
        _birth_year,
        ("born",),
    ),
)  # fmt: skip
