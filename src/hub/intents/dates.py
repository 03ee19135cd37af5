"""Name days and count them: today, weekdays, feasts, leap years, and the days between two dates."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

from hub.intents.days import (
    DAY,
    DAYS,
    FEAST,
    GREGORIAN,
    MONTH,
    WEEKDAY,
    YEAR,
    add_months,
    find,
    month_number,
    say,
    shift,
)
from hub.intents.intent import Intent, Question


def _days(count: int, unit: str = "day") -> str:
    return f"{count} {unit}{'' if count == 1 else 's'}"


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


def _until(question: Question, match: re.Match[str]) -> str | None:  # noqa: PLR0911  a way to say it a line
    today = question.now.date()
    day = find(match["day"], today)
    if not day:
        return None
    left = (day - today).days
    name, unit = say(day), match.groupdict().get("unit") or "day"
    if left == 0:
        return f"That is today, {name}."
    if left < 0:
        return f"{name} was {_days(-left)} ago."
    if unit.startswith("week"):
        weeks, rest = divmod(left, 7)
        tail = f" and {_days(rest)}" if rest else ""
        return (
            f"{_days(weeks, 'week')}{tail} until {name}."
            if weeks
            else f"Less than a week: {_days(left)} until {name}."
        )
    if unit.startswith(("month", "hour", "minute", "second", "year")):
        return None if unit.startswith(("hour", "minute", "second")) else f"{_days(left)} until {name}."
    if unit.startswith("sleep"):
        return f"{_days(left, 'sleep')} until {name}."
    return f"{_days(left)} until {name}."


def _since(question: Question, match: re.Match[str]) -> str | None:
    today = question.now.date()
    day = find(match["day"], today, -1)
    if not day or day > today:
        return None
    gone = (today - day).days
    if (match.groupdict().get("unit") or "day").startswith("week"):
        weeks, rest = divmod(gone, 7)
        return f"{_days(weeks, 'week')}{' and ' + _days(rest) if rest else ''} since {say(day)}."
    return f"{_days(gone)} since {say(day)}."


def _between(question: Question, match: re.Match[str]) -> str | None:
    today = question.now.date()
    first, second = match["first"], match["second"]
    shared = re.search(rf"({YEAR})$", second)
    if shared and not re.search(rf"{YEAR}$", first) and re.search(rf"{MONTH}", first):
        first += " " + shared[1]
    a = find(first, today)
    b = find(second, a or today)
    if not a or not b:
        return None
    days = abs((b - a).days)
    if (match.groupdict().get("unit") or "").startswith("week"):
        weeks, rest = divmod(days, 7)
        return (
            f"From {say(a, weekday=False)} to {say(b, weekday=False)} it is "
            f"{_days(weeks, 'week')}{' and ' + _days(rest) if rest else ''}."
        )
    return f"From {say(a, weekday=False)} to {say(b, weekday=False)} it is {_days(days)}."


def _shifted(question: Question, match: re.Match[str]) -> str | None:
    found = {k: v for k, v in match.groupdict().items() if v}
    sign = -1 if "ago" in match[0] or "before" in match[0] else 1
    start = question.now.date()
    if base := found.get("base"):
        anchor = find(base, start)
        if not anchor:
            return None
        start = anchor
    day = shift(start, sign, found.get("span") or found.get("span2") or "")
    if not day:
        return None
    verb = "was" if day < question.now.date() else "is"
    return f"That {verb} {say(day)}."


def _weekday(question: Question, match: re.Match[str]) -> str | None:
    year = match.groupdict().get("year")
    text = match["day"] + (f" {year}" if year else "")
    side = -1 if re.search(r"\b(?:was|did)\b", match[0]) else 1
    day = find(text, question.now.date(), side)
    if not day:
        return _too_early(text) or _impossible(text)
    verb = "was" if day < question.now.date() else "is"
    return f"{say(day, weekday=False)} {verb} a {day:%A}."


def _too_early(text: str) -> str | None:
    year = re.search(r"(\d{4})$", text)
    if year and int(year[1]) < GREGORIAN:
        return "I only reckon with the Gregorian calendar, which begins in 1582, so I cannot say."
    return None


def _impossible(text: str) -> str | None:
    if re.search(rf"(?:{MONTH})", text) and re.search(r"\d", text):
        return "There is no such date."
    return None


def _when(question: Question, match: re.Match[str]) -> str | None:
    today = question.now.date()
    day = find(match["day"], today)
    if not day:
        return None
    name = match["day"]
    us = " (in the United States)" if name.startswith("thanksgiving") else ""
    left = (day - today).days
    count = (
        f", in {_days(left)}" if left > 1 else ", tomorrow" if left == 1 else ", today" if left == 0 else ""
    )
    verb = "was" if left < 0 else "is"
    return f"{_title(name)}{us} {verb} on {say(day)}{count}."


def _title(name: str) -> str:
    name = re.sub(rf"^(?:the )?(?:next |coming |this )?({WEEKDAY})$", r"the next \1", name)
    words = [w if w in ("the", "next", "of") else w[:1].upper() + w[1:] for w in name.split()]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def _leap(question: Question, match: re.Match[str]) -> str | None:
    text = match["year"]
    this = question.now.year
    year = {"this": this, "this year": this, "it": this, "next year": this + 1, "last year": this - 1}.get(
        text
    )
    year = year if year is not None else int(text.replace(" ", ""))
    if year < GREGORIAN:
        return _too_early(f"{year:04d}")
    verb = "was" if year < this else "is"
    return (
        f"Yes, {year} {verb} a leap year." if calendar.isleap(year) else f"No, {year} {verb} not a leap year."
    )


def _next_leap(question: Question, match: re.Match[str]) -> str:
    step = -1 if match["which"] in ("last", "previous") else 1
    year = question.now.year + step
    while not calendar.isleap(year):
        year += step
    return f"The {match['which']} leap year {'was' if step < 0 else 'is'} {year}."


def _month_length(question: Question, match: re.Match[str]) -> str | None:
    name, given = match["month"], match["year"]
    now = question.now
    if name in ("this month", "the month", "the current month"):
        month, year = now.month, now.year
    elif name == "next month":
        later = add_months(now.date().replace(day=1), 1)
        month, year = later.month, later.year
    elif name == "last month":
        later = add_months(now.date().replace(day=1), -1)
        month, year = later.month, later.year
    else:
        month, year = month_number(name), 0
    if given:
        year = {"this year": now.year, "next year": now.year + 1}.get(given) or int(given.replace(" ", ""))
    if month == 2 and not year:  # noqa: PLR2004
        return "February has 28 days, or 29 in a leap year."
    days = calendar.monthrange(year or 2001, month)[1]
    return f"{calendar.month_name[month]}{f' {year}' if year else ''} has {days} days."


def _year_length(question: Question, match: re.Match[str]) -> str:
    text = match["year"]
    year = {
        "this year": question.now.year,
        "next year": question.now.year + 1,
        "last year": question.now.year - 1,
    }.get(text)
    year = year or int(text.replace(" ", ""))
    return f"{year} has {366 if calendar.isleap(year) else 365} days."


def _remaining(question: Question, match: re.Match[str]) -> str | None:
    today, text = question.now.date(), match["span"]
    if text not in ("week", "month", "year"):
        if text != f"{question.now:%B}".lower():
            return None
        text = "month"
    if "week" in text:
        left = 6 - today.weekday()
    elif "month" in text:
        left = calendar.monthrange(today.year, today.month)[1] - today.day
    else:
        left = (date(today.year, 12, 31) - today).days
    return f"After today, {_days(left)} {'is' if left == 1 else 'are'} left in this {text}."


def _is_day(question: Question, match: re.Match[str]) -> str:
    name = match["r"] or match["r2"] or "today"
    day = question.now.date() + timedelta(days=_REL[name][0])
    right = DAYS[day.weekday()] == match["day"]
    return f"{'Yes' if right else 'No'}, {name} is {day:%A}."


def _age(question: Question, match: re.Match[str]) -> str | None:
    today = question.now.date()
    if day_text := match["day"]:
        born = find(day_text, today, -1)
        if not born or born > today or not re.search(r"\d{4}|\d\d \d\d", day_text):
            return None
        years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
        return f"Someone born on {say(born, weekday=False)} is {years} years old."
    year = int(match["year"].replace(" ", ""))
    if not 1880 <= year <= today.year:  # noqa: PLR2004  nobody alive is older
        return None
    return f"Someone born in {year} turns {today.year - year} in {today.year}."


def _year(question: Question, _match: re.Match[str]) -> str:
    return f"It is {question.now.year}."


def _week(question: Question, _match: re.Match[str]) -> str:
    return (
        f"It is week {question.now.isocalendar().week} of {question.now.isocalendar().year}, "
        f"counted as ISO 8601 does."
    )


_SPAN = (
    r"(?:\d+|an?) (?:days?|weeks?|fortnights?|months?|years?)(?:(?: and)? (?:\d+|an?) (?:days?"
    r"|weeks?|months?))?"
)
_R = r"(?:the )?day after tomorrow|(?:the )?day before yesterday|today|tomorrow|yesterday"
_WHAT_DAY = r"(?:what|which) (?:day|weekday|day of the week|date|day and date)"
INTENTS = (
    Intent(rf"{_WHAT_DAY} (?:is it|it is|do we have|are we on|is)?(?: (?P<r>{_R}))?(?: now| here)?", _today),
    Intent(rf"{_WHAT_DAY} (?:is|was|will) (?:it )?(?P<r>{_R})(?: be)?", _today),
    Intent(rf"{_WHAT_DAY} (?:is it|will it be|was it|is|was|will be) (?P<r>{_R})", _today),
    Intent(
        rf"(?:what is|what was|what will be|give me) (?:the )?(?:(?P<r>{_R})(?:'s|s)? )?(?:date|day"
        rf"|weekday|day of the week)(?: (?:of |for |be )?(?P<r2>{_R}))?",
        _today,
    ),
    Intent(
        r"(?:what is |the |current |what is the )?(?:current |today's |todays )?(?:date|date today"
        r"|day today|weekday)",
        _today,
    ),
    Intent(rf"what (?:is|was) (?P<r>{_R})", _today),
    Intent(rf"(?P<r>{_R})(?:'s|s) date", _today),
    Intent(
        r"(?:what|which) month (?:is it|is this|are we in|do we have)(?: now)?"
        r"|what is the (?:current )?month|what is this month",
        lambda q, _m: f"It is {q.now:%B} {q.now.year}.",
    ),
    Intent(
        r"(?:what|which) year (?:is it|is this|are we in|do we have|it is)(?: now)?"
        r"|what is the (?:current )?year",
        _year,
    ),
    Intent(
        r"(?:what|which) (?:calendar )?week(?: number)? (?:is it|is this|are we in"
        r"|of the year is it|do we have)|what is the (?:current )?(?:calendar )?week(?: number)?"
        r"|week number",
        _week,
    ),
    Intent(
        r"(?:what|which) day of the year is (?:it|today|this)",
        lambda q, _m: f"Today is day {q.now.timetuple().tm_yday} of {q.now.year}.",
    ),
    Intent(
        rf"how many (?P<unit>days|weeks|sleeps|nights|months)(?: more)?(?: are there| is it"
        rf"| are left| left| remain| do we have| to go| have we got)?(?: from (?:now"
        rf"|today))? (?:until|till|til|to|before|untill) (?P<day>{DAY})",
        _until,
    ),
    Intent(
        rf"how (?:long|much time|far away|far)(?: is it| is there| is left| left"
        rf"| do we have)?(?: from (?:now|today))? (?:until|till|til|to|before|is) (?P<day>{DAY})",
        _until,
    ),
    Intent(
        rf"(?:how (?:many days|long) away is|(?:count ?down|days) (?:until|till|to)) (?P<day>{DAY})",
        _until,
    ),
    Intent(
        rf"how (?:many (?P<unit>days|weeks)|long)(?: is it| has it been| have passed| passed"
        rf"| ago is| ago was| is it been)? (?:since )?(?P<day>{DAY})(?: ago)?",
        _since,
    ),
    Intent(
        rf"how (?:many (?P<unit>days|weeks)|long) (?:are there |are |is it |is there "
        rf"|is )?(?:between|from) (?P<first>{DAY}) (?:and|to|until|till) (?P<second>{DAY})",
        _between,
    ),
    Intent(
        rf"(?:the |number of |what is the number of )?days (?:between"
        rf"|from) (?P<first>{DAY}) (?:and|to|until|till) (?P<second>{DAY})",
        _between,
    ),
    Intent(
        rf"(?:(?:what|which) (?:date|day|weekday|day of the week)|what"
        rf"|when)(?: and date)? (?:is it |is |will it be |will be |would it be |was it |was "
        rf"|it is )?(?:the date )?(?:in (?P<span>{_SPAN})|(?P<span2>{_SPAN}) (?:from (?:now|today"
        rf"|(?P<base>{DAY}))|ago|hence|later))",
        _shifted,
    ),
    Intent(
        rf"(?:(?:what|which) (?:date|day|weekday)|what|when) (?:is|will be|was"
        rf"|comes) (?P<span>{_SPAN}) (?:after|before|from) (?P<base>{DAY})",
        _shifted,
    ),
    Intent(
        rf"what (?:is|was|will be|will) the (?:date|day|weekday) (?:be )?(?:in (?P<span>{_SPAN})"
        rf"|(?P<span2>{_SPAN}) (?:from (?:now|today|(?P<base>{DAY}))|ago))",
        _shifted,
    ),
    Intent(rf"(?P<span>{_SPAN}) from (?:now|today|(?P<base>{DAY}))", _shifted),
    Intent(
        rf"(?:on )?(?:what|which) (?:day|weekday|day of the week|week day)(?: of the week)? (?:is"
        rf"|was|will|does|did|falls?)(?: it| i born)? (?:on )?(?P<day>{DAY})(?: be| fall on| fall"
        rf"| on)?(?: this year)?(?: in (?P<year>{YEAR}))?",
        _weekday,
    ),
    Intent(
        rf"(?:what|which) (?:day|weekday|day of the week) (?:was it|is it"
        rf"|will it be) on (?P<day>{DAY})",
        _weekday,
    ),
    Intent(
        rf"(?:when|what day|what date|on what date|which date|which day) (?:is|are|was|will"
        rf"|does) (?:be )?(?P<day>(?:{FEAST})(?: (?:in |of )?{YEAR})?|(?:the )?(?:next "
        rf"|coming )?(?:{WEEKDAY}))(?: be| fall on| fall| this year)*",
        _when,
    ),
    Intent(
        rf"what (?:date|day) (?:is|was|falls on) (?P<day>(?:the )?(?:next |coming "
        rf"|this )?(?:{WEEKDAY}))",
        _when,
    ),
    Intent(
        rf"what (?:is|was|will be) the date (?:on |of |for )?(?P<day>(?:the )?(?:next |coming "
        rf"|this )?(?:{WEEKDAY})|(?:{FEAST})(?: (?:in |of )?{YEAR})?)",
        _when,
    ),
    Intent(
        rf"in (?P<span>{_SPAN}) (?:what|which) (?:date|day|weekday) (?:is it|will it be|is that)", _shifted
    ),
    Intent(
        rf"is (?:it |today |it going to be )?(?P<r>today"
        rf"|tomorrow)? ?(?:an? )?(?P<day>{WEEKDAY})(?: (?P<r2>today|tomorrow))?",
        _is_day,
    ),
    Intent(
        r"(?:what|which) quarter (?:is it|are we in|is this|of the year is it)",
        lambda q, _m: (
            f"It is the {('first', 'second', 'third', 'fourth')[(q.now.month - 1) // 3]} quarter of "
            f"{q.now.year}."
        ),
    ),
    Intent(
        r"(?:what|which) century (?:is it|are we in|is this)",
        lambda q, _m: (
            f"It is the {(q.now.year - 1) // 100 + 1}st century." if q.now.year <= _LAST_21ST else None
        ),
    ),
    Intent(
        rf"(?:is|was|will) (?P<year>{YEAR}|this year|this|it|next year" rf"|last year) (?:be )?a leap year",
        _leap,
    ),
    Intent(
        r"(?:when|what|which)(?: year)? (?:is|was|will be) (?:the )?(?P<which>next|last"
        r"|previous) leap year",
        _next_leap,
    ),
    Intent(
        rf"how many days (?:are (?:there )?in|does|has|are in|do we have in"
        rf"|in) (?:the month of )?(?P<month>{MONTH}|this month|next month|last month|the month"
        rf"|the current month)(?: (?:of |in )?(?P<year>{YEAR}|this year|next year))?(?: have"
        rf"| has)?",
        _month_length,
    ),
    Intent(
        r"how many days (?:(?:are|were) (?:there )?in|does|did|has"
        r"|in) (?:the year )?(?P<year>[12]\d{3}|\d\d \d\d|this year|next year"
        r"|last year)(?: have)?",
        _year_length,
    ),
    Intent(
        rf"how many days (?:are |is )?(?:left|remain|remaining|still left"
        rf"|are there left)(?: are)? (?:in|of) (?:the |this )?(?P<span>week|month|year|{MONTH})",
        _remaining,
    ),
    Intent(
        rf"how old (?:is|am|are|would be) (?:someone|somebody|a person|i|you|one"
        rf"|anyone)(?: who)?(?: (?:if|when))?(?: (?:i|they|you|he|she))?(?: (?:was|is|were"
        rf"|am))? born (?:in (?P<year>{YEAR})|on (?P<day>{DAY}))",
        _age,
    ),
)
