"""Name days: today, weekdays, feasts, the week and the quarter, leap years, and dates to come."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, timedelta

from hub.intents.days import (
    DAYS,
    MONTH,
    SPAN,
    WEEKDAY,
    YEAR,
    count_days,
    find,
    make,
    month_number,
    say,
)
from hub.intents.feasts import AMERICAN, BEGINNING, GREGORIAN, SPLIT, is_feast, tidy
from hub.intents.intent import Intent, Question, also, given, says
from hub.intents.numbers import ending
from hub.intents.years import (
    adjacent,
    count_leaps,
    day_number,
    is_leap,
    leaps_ahead,
    list_of,
    moved_part,
    neighbour,
    next_leap,
    numbered_day,
    numbered_month,
    period_is,
    quarter_of,
    seasons,
    week_of,
    week_start,
    year_of,
)

_LAST_21ST = 2100
_REL = {
    "today": (0, "Today is"),
    "tomorrow": (1, "Tomorrow is"),
    "yesterday": (-1, "Yesterday was"),
    "day after tomorrow": (2, "The day after tomorrow is"),
    "day before yesterday": (-2, "The day before yesterday was"),
}


def _today(question: Question, match: re.Match[str]) -> str:
    found = next((g for g in match.groupdict().values() if g), "today").removeprefix("the ")
    found = found.removesuffix("'s").removesuffix("s") if found not in _REL else found
    shift, start = _REL.get(found, _REL["today"])
    return f"{start} {say(question.now.date() + timedelta(days=shift))}."


def _on(question: Question, match: re.Match[str]) -> str | None:
    """Name the date and the weekday of a day that is described: in 3 weeks, the last Friday of the month."""
    text, today = (
        re.sub(
            rf" (?:(?:fall|falls|be|land|come|happen|celebrated|starts?|begins?)(?: on)?|on)(?= (?:in|on) | (?:this|next|last) year| {YEAR}$|$)",
            "",
            re.sub(
                r" and (?:what|which|on what|on which) (?:day|date|weekday|day of the week)(?: of the week)?(?: is (?:it|that)| does it(?: fall)?| will (?:it|that) be| was (?:it|that))?(?: on)?$",
                "",
                match["day"],
            ),
        ),
        question.now.date(),
    )
    side = -1 if re.search(r"\b(?:was|did|were)\b", match[0]) else 1
    if twice := SPLIT.get(tidy(re.sub(rf" (?:in |of )?{YEAR}$", "", text))):
        return _split(question, text, twice)
    day = find(text, today, side) or find(_apposed(text), today, side)
    if not day:
        return _too_early(text) or _impossible(text)
    verb = "was" if day < today else "is"
    if _dated(text):
        return f"{say(day, weekday=False)} {verb} a {day:%A}."
    name = tidy(re.sub(rf" (?:in |of )?(?:{YEAR}|this year|next year)$", "", text))
    if is_feast(name):
        if name in BEGINNING:
            verb = "began" if day < today else "begins"
        return f"{_title(match_title(text))}{' (in the United States)' if name in AMERICAN else ''} {verb} on {say(day)}{_left(day, today)}."
    return f"That {verb} {say(day)}."


def _apposed(text: str) -> str:
    """Return the full date that follows what it was the date of: "d day june 6 1944"."""
    return re.sub(
        rf"^(?!.*\b(?:after|before|from|since|until|weeks?|months?|years?|next|last|born|age|old|is|was|if|who|on|in|of|to)\b)[a-z' ]{{3,30}}? (?=(?:{_A_DATE}) {YEAR}$)",
        "",
        text,
    )


def _dated(text: str) -> bool:
    """Say whether the text already holds the date, so that only the weekday is news."""
    return bool(re.search(rf"\b(?:{MONTH})\b.*\d|\d.*\b(?:{MONTH})\b|^\d[\d./-]+$", text)) and not re.search(
        rf"\b(?:of|in) (?:{MONTH})\b(?<!\d (?:of|in) )|first|last|(?:{WEEKDAY}) (?:of|in)|after|before|from",
        re.sub(r"\d+(?:st|nd|rd|th) of", "", text),
    )


def _left(day: date, today: date) -> str:
    left = (day - today).days
    return f", in {count_days(left)}" if left > 1 else {1: ", tomorrow", 0: ", today"}.get(left, "")


def _split(question: Question, text: str, twice: tuple[str, str]) -> str | None:
    """Say both dates of a feast that two countries keep on different days."""
    name = tidy(re.sub(rf" (?:in |of )?{YEAR}$", "", text))
    days = [find(text.replace("'", "").replace(name, one), question.now.date()) for one in twice]
    if not all(days):
        return None
    return f"{_title(match_title(text))} is on {say(days[0])} in the United States and on {say(days[1])} in Britain."  # type: ignore[arg-type]


def match_title(text: str) -> str:
    """Return a feast's name without its year."""
    return re.sub(rf" (?:in |of )?(?:{YEAR}|this year|next year|last year)$", "", text)


def _is_year(question: Question, match: re.Match[str]) -> str:
    asked = [int(year.replace(" ", "")) for year in (match["a"], match["b"]) if year]
    now = question.now.year
    return f"It is {now}." if len(asked) > 1 else f"{'Yes' if asked[0] == now else 'No'}, it is {now}."


def _in_hours(question: Question, match: re.Match[str]) -> str | None:
    """Name the day some hours away."""
    hours = int(match["n"]) * (-1 if "ago" in match[0] else 1)
    then = (question.now.astimezone(UTC) + timedelta(hours=hours)).astimezone(question.now.tzinfo)
    return f"That {'was' if hours < 0 else 'is'} {say(then.date())}."


def _has_weeks(question: Question, match: re.Match[str]) -> str:
    year = year_of(question, match["year"].removeprefix("the year "))
    weeks = date(year, 12, 28).isocalendar().week
    return (
        f"{'Yes' if weeks == int(match['n']) else 'No'}, {year} has {weeks} weeks, counted as ISO 8601 does."
    )


def _from_weekday(_question: Question, match: re.Match[str]) -> str | None:
    """Count weekdays from one that is supposed: if today is Wednesday, what day is it in 100 days."""
    base = date(2024, 1, 1) + timedelta(days=DAYS.index(match["from"]))  # any Monday
    day = find(match["when"], base) if re.search(rf"{SPAN}|tomorrow|yesterday", match["when"]) else None
    if not day or re.search("month|year|decade", match["when"]):  # how long those are depends on the date
        return None
    return f"{'It was' if day < base else 'It will be'} a {day:%A}."


def _exists(_question: Question, match: re.Match[str]) -> str | None:
    """Say whether the calendar has a date."""
    text = match["day"] or f"{match['n']} {match['month']}"
    day, month = int(re.findall(r"\d+", text)[0]), month_number(re.findall(MONTH, text)[0])
    if not match["month"] and not re.search(r"real|valid|actual|possible|proper|exist|there", match[0]):
        return None
    last, february = calendar.monthrange(2028, month)[1], month == 2  # noqa: PLR2004
    if february and day == last:
        return "Only in a leap year: then February has 29 days."
    if match["month"] and "days" in match[0]:
        right = day == last or (february and day == last - 1)
    else:
        right = 1 <= day <= last
    return f"{'Yes' if right else 'No'}, {calendar.month_name[month]} has {'28 or 29' if february else last} days."


def _too_early(text: str) -> str | None:
    year = re.search(r"\b(1\d{3})$", text)
    if year and re.search(rf"\b(?:{MONTH})\b", text) and int(year[1]) < GREGORIAN:
        return "I only reckon with the Gregorian calendar, which begins in 1582, so I cannot say."
    return None


def _impossible(text: str) -> str | None:
    """Say that a date does not exist; only for what is a date by its form."""
    dated = re.fullmatch(
        rf"(?:the )?(?:(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({MONTH})|({MONTH}) (?:the )?(\d{{1,2}})(?:st|nd|rd|th)?)(?: (?:of |in )?({YEAR}))?",
        text,
    )
    if not dated:
        return None
    day, month = int(dated[1] or dated[4]), month_number(dated[2] or dated[3])
    if not make(int((dated[5] or "2028").replace(" ", "")), month, day):
        return "There is no such date."
    return None


def _title(name: str) -> str:
    name = re.sub(rf"^(?:the )?(?:next |coming |this )?({WEEKDAY})$", r"the next \1", name)
    words = [
        w
        if w in ("the", "next", "of", "in", "last")
        else w.upper()
        if w in ("us", "uk", "usa", "mlk")
        else w[:1].upper() + w[1:]
        for w in name.split()
    ]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def _born(question: Question, match: re.Match[str]) -> str | None:
    """Name the weekday of a birth."""
    day = find(match["day"], question.now.date(), -1)
    return (
        f"{say(day, weekday=False)} was a {day:%A}."
        if day and re.search(r"\d{4}|\d\d \d\d$", match["day"])
        else None
    )


def _weekday_is(question: Question, match: re.Match[str]) -> str | None:
    """Answer whether a day is a weekday of that name: is Christmas on a Friday this year."""
    day = find(match["day"], question.now.date(), -1 if match["verb"] in ("was", "did") else 1)
    if not day:
        return None
    wanted = match["weekday"]
    right = (
        day.weekday() >= 5  # noqa: PLR2004  a bound of its kind
        if "weekend" in wanted
        else day.weekday() < 5  # noqa: PLR2004  a bound of its kind
        if wanted == "weekday"
        else DAYS[day.weekday()] == wanted
    )
    verb = "was" if day < question.now.date() else "is"
    return f"{'Yes' if right else 'No'}, {say(day, weekday=False)} {verb} a {day:%A}."


def _is_day(question: Question, match: re.Match[str]) -> str:
    name = match["r"] or match["r2"] or "today"
    day = question.now.date() + timedelta(days=_REL[name][0])
    if match["day"] in ("weekend", "the weekend"):
        return f"{'Yes' if day.weekday() >= 5 else 'No'}, {name} is {day:%A}."  # noqa: PLR2004  Saturday
    if match["day"] in ("weekday", "workday", "working day"):
        return f"{'Yes' if day.weekday() < 5 else 'No'}, {name} is {day:%A}."  # noqa: PLR2004  Saturday
    right = DAYS[day.weekday()] == match["day"]
    return f"{'Yes' if right else 'No'}, {name} is {day:%A}."


_R = r"(?:the )?day after tomorrow|(?:the )?day before yesterday|today|tomorrow|yesterday"
_WHAT_DAY = r"(?:(?:on |for )?(?:what|which) (?:calendar )?(?:day|weekday|week day|day of the week|date|day and date))(?: of the week)?"
_A_DATE = rf"(?:{MONTH}) (?:the )?\d{{1,2}}(?:st|nd|rd|th)?|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{MONTH})"
_YEAR = rf"{YEAR}|this year|next year|last year|the current year"
INTENTS = (
    Intent(rf"{_WHAT_DAY} (?:is it|it is|do we have|are we on|is)?(?: (?P<r>{_R}))?(?: now| here)?", _today),
    Intent(rf"{_WHAT_DAY} (?:is|was|will|does) (?:it )?(?P<r>{_R})(?: be| have| fall on)?", _today),
    Intent(rf"{_WHAT_DAY} (?:is it|will it be|was it|is|was|will be) (?P<r>{_R})", _today),
    Intent(
        rf"(?:what is|what was|what will be|give me) (?:the )?(?:(?P<r>{_R})(?:'s|s)? )?(?:date|day|weekday|full date"
        rf"|day of the week)(?: (?:of |for |be |going to be |is it )?(?P<r2>{_R}))?",
        _today,
    ),
    Intent(
        r"(?:what is |the |current |what is the )?(?:current |today's |todays )?(?:date|date today|day today|weekday|day of the week)",
        _today,
    ),
    Intent(r"(?:what|which) (?:day|date) are we(?: on| at| in)?(?: today)?|what day (?:is it )?of the week(?: is it)?(?: today)?|today is (?:what|which) (?:day|date)", _today),
    Intent(rf"what (?:is|was) (?P<r>{_R})|what (?:date|day) (?P<r2>{_R}) is", _today),
    Intent(rf"(?P<r>{_R})(?:'s|s) date", _today),
    Intent(
        r"(?:what is )?(?:the |today's |todays )?(?:date|current date)(?: today)? (?:in|as) (?:an? |the )?iso(?: 8601)?(?: format)?|(?:what is )?(?:the |today's )?iso date(?: today)?",
        lambda q, _m: f"It is {q.now.date()}.",
        ("iso",),
    ),
    Intent(rf"(?:is it|are we in) (?:still |already )?(?:the year )?(?P<a>{YEAR})(?: or (?P<b>{YEAR}))?(?: already| now| yet)?", _is_year),
    Intent(
        r"(?:what|which) month (?:is it|is this|are we in|do we have)(?: now)?"
        r"|what is the (?:current )?month|what is this month|current month",
        lambda q, _m: f"It is {q.now:%B} {q.now.year}.",
    ),
    Intent(
        r"(?:what|which) year (?:is it|is this|are we in|do we have|it is)(?: now)?|what is the (?:current )?year|current year",
        lambda q, _m: f"It is {q.now.year}.",
    ),
    Intent(
        r"(?:what|which) (?:calendar |iso )?week(?: number)? (?:is it|is this|are we (?:in|on)|of the year (?:is it|are we in|is this)|do we have|is (?:the )?current)"
        r"|what is the (?:current )?(?:calendar |iso )?week(?: number)?|(?:current |iso )?week number|what is this week's number",
        week_of,
    ),
    Intent(
        r"(?:what|which) (?:calendar |iso )?week(?: number)?(?: of the year)? (?:is it|will it be|was it|is|does|will|was) (?P<day>.+?)(?: (?:in|fall in|be in|be|on|fall))?"
        r"|(?:what is )?(?:the )?(?:(?:calendar|iso) week(?: number)?|week number) (?:of|for|on) (?P<day2>.+)",
        lambda q, m: week_of(q, also(m, day="day2")),
        ("week",),
    ),
    Intent(rf"(?:when (?:is|does|did|was|will)|what (?:are the )?dates? (?:is|are|of|for|does)|what date does) (?:calendar |iso )?week (?:number )?(?P<week>\d{{1,2}})(?: of| in)?(?: (?P<year>{_YEAR}))?(?: (?:start|begin|end|run|cover|be))?(?: (?:of|in)? ?(?P<year2>{_YEAR}))?", lambda q, m: week_start(q, also(m, year="year2")), ("week",)),
    Intent(
        r"(?:what|which) (?:number )?day (?:number )?of the year is (?:it|this|(?P<day>.+?))(?: today)?"
        r"|what number day of the year is it|what day number is (?:it|today|it today)|(?:what is the )?day (?:number )?of (?:the )?year(?: today)?",
        day_number,
        ("of the year", "of year", "day number"),
    ),
    Intent(
        rf"(?:what|which)(?: day| date)? is (?:the )?(?:(?P<n>\d{{1,3}})(?:st|nd|rd|th)?) day of (?:the year|(?:the year )?(?P<year>{_YEAR}))",
        numbered_day,
        ("day of",),
    ),
    Intent(
        rf"(?:is|was|will|are) (?:it |today |we |it going to be )?(?P<r>today|tomorrow)? ?(?:be )?(?:an? |the )?(?P<day>{WEEKDAY}|weekend|weekday|workday|working day)(?: (?P<r2>today|tomorrow))?(?: yet)?",
        _is_day,
    ),
    Intent(
        rf"(?P<verb>is|was|will|does|did) (?P<day>.+?) (?:be |fall |falls |land )?(?:on )?(?:an? |the )(?P<weekday>{WEEKDAY}|weekend|weekday)(?: (?P<year>this year|next year|in {YEAR}))?"
        rf"|(?:is|will) (?P<d2>today|tomorrow) (?:be )?(?P<w2>{WEEKDAY})",
        lambda q, m: _weekday_is(q, given(m, day=f"{m['day']} {m['year'] or ''}".strip())) if m["day"] else None,
        ("day", "weekend"),
    ),
    Intent(
        r"(?:what|which) quarter (?:of the year )?(?:is it|are we in|is this|of the year is it|of the year are we in)|what is the current quarter",
        quarter_of,
        ("quarter",),
    ),
    Intent(r"(?:what|which) quarter (?:of the year )?(?:is|does|will) (?P<day>.+?)(?: (?:in|fall in|be in))?", quarter_of, ("quarter",)),
    Intent(
        r"(?:what|which) century (?:is it|are we (?:living )?in|is this|do we live in)|what is the current century",
        lambda q, _m: f"It is the {(q.now.year - 1) // 100 + 1}st century." if q.now.year <= _LAST_21ST else None,
    ),
    Intent(
        r"(?:what|which) century (?:is|was) (?:the year )?(?P<year>[12]\d{3}|\d\d \d\d)(?: in)?",
        lambda _q, m: f"{m['year'].replace(' ', '')} is in the {(n := (int(m['year'].replace(' ', '')) - 1) // 100 + 1)}{ending(n)} century.",
        ("century",),
    ),
    Intent(r"(?:what|which) decade (?:is it|are we in|is this)", lambda q, _m: f"It is the {q.now.year // 10 * 10}s."),
    Intent(r"(?:what|which) season (?:is it|are we in|is this|do we have)|what is the season", seasons, ("season",)),
    Intent(rf"(?:is|was|will) (?P<year>{_YEAR}|this|it|the year {YEAR}) (?:be |going to be )?a leap year", lambda q, m: is_leap(q, m), ("leap",)),  # noqa: PLW0108  names the groups
    Intent(
        rf"(?:when|what|which)(?: year)? (?:is|was|will be|will)(?: be)? (?:the )?(?P<which>next|last|previous|most recent|first|1st) leap year(?: be)?(?: (?:after|before|following) (?P<after>{YEAR}|this year))?"
        rf"|(?:what|which) leap year (?:comes|came|is|was|follows)(?: next| just)? ?(?P<side>after|before|) ?(?P<after2>{YEAR}|this year)",
        lambda q, m: next_leap(q, given(m, which=m["which"] or ("last" if m["side"] == "before" else "next"), after=m["after"] or m["after2"])),
        ("leap",),
    ),
    Intent(
        r"(?:what|which) (?P<unit>year|month) (?:will it be|is it|was it|would it be|it will be|it was) (?:in (?P<n>\d{1,4}) (?:years|months|year|month)(?: time)?|(?P<n2>\d{1,4}) (?:years?|months?) (?:from now|ago|from today))",
        lambda q, m: moved_part(q, m) if m["unit"] in m[0].split(m["unit"], 1)[1] else None,
        ("year", "month"),
    ),
    Intent(r"(?:what|which) (?:is|was|will be|is going to be) the (?P<unit>year|month) (?:in )?(?P<n>\d{1,4}) (?:years?|months?) (?:ago|from now|from today|hence)", lambda q, m: moved_part(q, m) if f"{m['unit']}" in m[0].split(m["n"], 1)[1] else None, ("year", "month")),
    Intent(
        r"(?:which|what|how many) months? (?:has|have|got|with) (?:only )?(?P<n>28|29|30|31) days(?: in (?:it|them))?",
        lambda _q, m: {"31": "Seven months have 31 days: January, March, May, July, August, October and December.", "30": "Four months have 30 days: April, June, September and November."}.get(m["n"], "Every month has 28 days; February has only those, or 29 in a leap year."),
        ("month",),
    ),
    Intent(rf"{_WHAT_DAY} (?:will it be|is it|was it|is that|is|was) (?:in )?(?P<n>\d{{1,4}}) hours(?: from now| ago| time)?", _in_hours, ("hours",)),
    Intent(rf"(?:does|did|will|has) (?P<year>{_YEAR}|the year {YEAR}) (?:have|has|got) (?P<n>52|53) weeks", _has_weeks, ("weeks",)),
    Intent(
        r"what (?:is|was|will be) (?P<which>next|last|previous) (?P<unit>month|year)|(?:what|which) (?P<unit2>month|year) (?:is|was|comes) (?P<which2>next|last)",
        lambda q, m: neighbour(q, m) if m["which"] else None,
    ),
    Intent(rf"(?:what|which) (?:day|month)(?: of the week| of the year)? (?:comes |is |follows |was |falls )?(?:right |immediately |the day )?(?P<side>after|before|follows) (?P<name>{WEEKDAY}|{MONTH})|what (?:comes|is) (?:right |just )?(?P<s3>after|before) (?P<n3>{WEEKDAY})|what is the (?:day|month) (?P<s2>after|before) (?P<n2>{WEEKDAY}|{MONTH})", lambda q, m: adjacent(q, given(m, side=m["side"] or m["s2"] or m["s3"], name=m["name"] or m["n2"] or m["n3"])), ("after", "before", "follow")),
    Intent(r"(?:what|which) is the (?P<n>\d{1,2})(?:st|nd|rd|th) month(?: of the year)?|(?:what|which) month is (?:number |month |the )(?P<m2>\d{1,2})(?:st|nd|rd|th)?(?: (?:1|month))?", lambda q, m: numbered_month(q, also(m, n="m2")), ("month",)),
    Intent(rf"what (?:number )?month(?: number)?(?: of the year)? is (?P<month>{MONTH})|what number is (?P<month2>{MONTH})", lambda q, m: numbered_month(q, m) if m["month"] else None, ("month",)),
    Intent(
        r"(?:(?:what|when|which|list|name)(?: are| is)? )?(?:the )?next (?P<n>[2-9]) leap years(?: be)?",
        leaps_ahead,
        ("leap",),
    ),
    Intent(
        rf"how many leap years (?:(?:are|were|will) (?:there )?(?:be )?)?(?:between|from) (?P<first>{_YEAR}) (?:and|to|until|through) (?P<last>{_YEAR})",
        count_leaps,
        ("leap",),
    ),
    Intent(
        rf"{_WHAT_DAY} (?:is|does|will|was) (?:my|his|her|our|their|your|the|mum's|dad's) [a-z' ]{{3,30}}?(?: (?:be|fall|falls|land|on|this year|next year))* (?:if|when|given) (?:it is|that is|it falls|it was|they are) (?:on )?(?P<day>.+)",
        lambda q, m: _on(q, m) if re.search(r"\d", m["day"]) else None,
        (" if ", "when", "given"),
    ),
    Intent(rf"(?:when are the|when is the|what are the|how many|list the|which months have a|are there any|are there|is there a|is there any|will there be a|does|do we have a) fridays? (?:the )?13(?:ths?)?(?: are)?(?: there)?(?: in| this)? ?(?P<year>{YEAR}|this year|year|next year)?", lambda q, m: list_of(q, m if m["year"] != "year" else given(m, year="this year")), ("13",)),
    Intent(r"when (?:does|will|is|did) (?P<period>(?:the |this |next |last )?(?:week|month|year|quarter)) (?P<edge>end|ending|start|begin|over|finish)", period_is),
    Intent(r"(?:on )?(?:what|which) (?:day|weekday|day of the week|week day)(?: of the week)? (?:was i|were you|was he|was she|was someone|was somebody|were they) born(?: on)? (?:if (?:(?:i|they|he|she) (?:was|were) born|(?:my|his|her|their) (?:birthday|birth date|date of birth) (?:is|was)) )?(?:on )?(?P<day>.+)", _born, ("born",)),
    Intent(r"(?:if )?i was born (?:on )?(?P<day>.+?) (?:what|which) (?:day|weekday|day of the week) (?:was (?:that|it)|of the week was (?:that|it))", _born, ("born",)),
    Intent(
        rf"{_WHAT_DAY} (?:does|did|will|is) (?P<period>(?:the |next |this |the year )?(?:year|month|{YEAR}|{MONTH})(?: {YEAR})?) (?P<edge>start|begin|end|finish|starting|ending|over)(?: on| with)?",
        period_is,
    ),
    Intent(rf"(?:{_WHAT_DAY}|what|when)? ?(?:is|was|comes|falls|will be|will it be)? ?(?:on )?(?:the )?(?P<day>day (?:after|before|following) .+)", _on, ("day ",)),
    Intent(
        rf"(?:add|what do you get if you add) (?P<span>{SPAN}) (?:to|onto) (?P<base>.+)|(?:subtract|take|take away) (?P<span2>{SPAN}) (?:from|away from|off) (?P<base2>.+)",
        lambda q, m: _on(q, given(m, day=f"{m['span']} after {m['base']}" if m["span"] else f"{m['span2']} before {m['base2']}")),
        ("add", "subtract", "take"),
    ),
    Intent(
        rf"(?:if|suppose|say|when|assuming) (?:today is|it is|today was|today were) (?:an? )?(?P<from>{WEEKDAY})(?: today)? (?:what|which) (?:day|weekday|day of the week)(?: of the week)? (?:is it |will it be |was it |would it be |is |was |will be |will )?(?P<when>.+?)(?: be)?",
        _from_weekday,
        ("if ", "suppose", "say", "when", "assuming"),
    ),
    Intent(
        rf"(?:is|are|does) (?:there )?(?:an? |the )?(?P<day>{_A_DATE})(?: is| be)?(?: an?)? ?(?:real|valid|actual|possible|proper)?(?: date| day)?(?: exist| real| valid)?|does (?P<month>{MONTH}) have (?:a |an )?(?P<n>\d{{1,2}})(?:st|nd|rd|th)?(?: days)?",
        _exists,
    ),
    Intent(
        rf"(?:{_WHAT_DAY}|what|when)(?: and date)? (?:is it |is that |is |will it be |will be |would it be |was it |was |it is |does |did |will |are |falls |do (?:we|people|they|you) (?:celebrate|have|keep|observe) |do )?(?:the date |the day |on )?(?P<day>.+?)(?: (?:be|fall on|fall|falls|on|going to be|this year|land on|celebrated|happen|start|starts|begin|next))*",
        lambda q, m: _on(q, m) if _asks(m) else None,
    ),
    Intent(
        r"(?:what (?:is|was|will be|will)|give me|tell me) (?:the )?(?:date|day|weekday|day of the week|exact date) (?:be |is )?(?:on |of |for )?(?P<day>.+)",
        _on,
    ),
    Intent(r"(?:what|which) (?:date|day|weekday) (?:is|was|will be|comes|falls) (?:the )?(?P<day>.+)", _on),
    Intent(r"(?P<day>(?:in |an? |\d).+?) (?:what|which) (?:date|day|weekday|day of the week) (?:is it|will (?:it|that) be|is that|was (?:that|it))", _on, ("what", "which")),
    Intent(r"(?:what is )?(?:the )?(?:day and (?:the )?date|date and (?:the )?day)(?: today| is it)?|what (?:day|date) of the month is it(?: today)?", _today),
    Intent(
        rf"(?P<day>.+?) (?:is|was|will be|falls?(?: on)?) (?:on )?(?:what|which) (?:date|day|weekday|day of the week)|(?:the )?date (?:of|on|for) (?P<day2>(?!{MONTH}$).+)",
        lambda q, m: _on(q, also(m, day="day2")),
        ("date", "day"),
    ),
    Intent(
        rf"(?:is|was|will|does|did) (?P<day>[a-z' ]+?) (?:be |fall )?(?:in |on )?(?:an? )?(?:{MONTH}|{WEEKDAY}) or (?:in |on )?(?:an? )?(?:{MONTH}|{WEEKDAY})(?: (?:in )?(?P<year>{_YEAR}))?",
        lambda q, m: _on(q, given(m, day=f"{m['day']} {m['year'] or ''}".strip())) if is_feast(m["day"]) else None,
        (" or ",),
    ),
    Intent(
        r"how often (?:is there|do we (?:have|get)|are there|is it|does|do|is|are) (?:a )?leap years?(?: happen| occur| come| come round)?",
        says("Every 4 years, but 3 of 4 turns of a century are none: 1900 was not a leap year, 2000 was."),
        ("leap",),
    ),
    Intent(
        rf"(?P<day>[a-z' ]+(?: {YEAR})?) date(?: (?P<year>{YEAR}))?",
        lambda q, m: _on(q, given(m, day=f"{m['day']} {m['year'] or ''}".strip())) if is_feast(re.sub(rf" {YEAR}$", "", m["day"])) else None,
        ("date",),
    ),
    Intent(
        rf"if (?:i|we|they|it|you) (?:[a-z]+ ){{1,5}}?(?P<base>today|tomorrow|on .+?) and (?:it |that |delivery |the [a-z]+ )?(?:takes|needs|will take) (?P<span>{SPAN})(?: to [a-z]+)? (?:when|(?:on )?(?:what|which) (?:day|date)) (?:will|does|do|is|would|should|can) (?:it|they|that|i|we|the [a-z]+) (?:come|arrive|be here|be ready|be there|get (?:it|here|there)|be delivered|due|ready|expect (?:it|them))",
        lambda q, m: _on(q, given(m, day=f"{m['span']} after {m['base']}")),
        ("if ",),
    ),
    Intent(rf"(?:the )?date (?P<day>(?:in {SPAN}|{SPAN} (?:from|after|before|ago)\b).*)", _on, ("date",)),
    Intent(rf"(?P<day>{SPAN} (?:from (?:now|today)|(?:from|after|before) .+|ago))", _on),
    Intent(r"(?P<day>(?:first|1st|last) (?:day|weekday|working day|(?:mon|tues|wednes|thurs|fri|satur|sun)day) (?:of|in) .+)", _on, ("first", "1st", "last")),
    Intent(rf"does (?P<year>{YEAR}|this year|next year) have (?:a |an )?(?:february 29(?:th)?|29th of february|leap day|29 february|february the 29th)", is_leap, ("feb", "leap")),
    Intent(rf"(?P<day>today|tomorrow|now) (?P<op>plus|minus|\+|-) (?P<span>{SPAN})", lambda q, m: _on(q, given(m, day=f"{m['span']} {'after' if m['op'] in ('plus', '+') else 'before'} {m['day']}"))),
)  # fmt: skip


def _asks(match: re.Match[str]) -> bool:
    """Keep out what only looks like a date's question: "what is now", "what is may", "when is 2030"."""
    text = match["day"]
    if re.fullmatch(
        rf"{MONTH}|{YEAR}|(?:mon|tues|wednes|thurs|fri|satur|sun)day|next \w+|tonight|now|today", text
    ):
        return bool(
            re.fullmatch(rf"next (?:{WEEKDAY})", text)
            or (
                re.fullmatch(WEEKDAY, text)
                and match[0].startswith(("when", "what date", "what day", "which da"))
            )
        )
    if match[0].startswith("what is") and not re.match(
        rf"what is (?:the (?:date|day)|on )|what is {SPAN}", match[0]
    ):
        return bool(
            re.match(r"what is (?:the )?(?:next|last|first|1st|2nd|3rd|4th|5th) ", match[0])
        ) and bool(find(text, date(2026, 1, 1)))
    return True
