# ruff: noqa: E501  a pattern is read as a whole
"""Read moments in plain words: "at half past 6 tomorrow", "every monday at 9", "in 20 minutes".

Phrases are peeled off one end of the text, so that what is left is what the person wants then.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from hub.timers import durations
from hub.timers.durations import SPAN
from hub.timers.phrases import listed, span
from hub.timers.when import Half, Impossible, When

if TYPE_CHECKING:
    from collections.abc import Callable

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_CODES = dict(zip(_DAYS, ("MO", "TU", "WE", "TH", "FR", "SA", "SU"), strict=True))
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_PARTS: dict[str, tuple[Half, int]] = {
    "morning": ("am", 9), "afternoon": ("pm", 15), "evening": ("pm", 18), "night": ("night", 21), "tonight": ("night", 20),
}  # fmt: skip
_DAY = rf"(?:{'|'.join(_DAYS)})"
_PART = "(?:morning|afternoon|evening|night)"
_MONTH = rf"(?:{'|'.join(_MONTHS)})"

_HALVES = r"(?: ?(am|pm))?(?: in the (morning|afternoon|evening)| at (night))?"
_CLOCKS = (
    rf"(?P<word>noon|midday|midnight)",  # noqa: F541  one shape for all
    rf"(?P<past>half|quarter|a quarter|\d{{1,2}}(?: minutes?)?) (?P<way>past|after|to|before|of|till) (?P<hour>\d{{1,2}})(?: oclock)?{_HALVES}",
    rf"half (?P<british>\d{{1,2}}){_HALVES}",
    rf"(?P<h>\d{{1,2}})(?:[:. ]| oh | o )(?P<m>\d{{1,2}}){_HALVES}",
    rf"(?P<only>\d{{1,3}})(?: oclock)?{_HALVES}",
    r"(?P<military>\d{4})(?: hours)?",
)
_AT = r"(?:(?:at|by|for|around|from|on) )?"
_BARE = re.compile(r"\d{1,3}(?: \d\d)?")


def _clock(text: str) -> When | None:
    """Read a time of day, all of ``text``. Raises `Impossible` for hours and minutes that there are not."""
    for pattern in _CLOCKS:
        if match := re.fullmatch(pattern, text):
            return _read_clock(match)
    return None


def _read_clock(match: re.Match[str]) -> When:
    named = match.groupdict()
    given = [g for g in match.groups() if g in ("am", "pm", "morning", "afternoon", "evening", "night")]
    half: Half = ""
    for word in given:
        half = "am" if word == "am" else "pm" if word == "pm" else _PARTS[word][0]
    if word := named.get("word"):
        return When(clock=(0, 0) if word == "midnight" else (12, 0), sure=True)
    if past := named.get("past"):
        minutes = {"half": 30, "quarter": 15, "a quarter": 15}.get(past) or int(past.split()[0])
        if named["way"] in ("to", "before", "of", "till"):
            minutes = -minutes
        hour = _face(named["hour"])
        total = (hour * 60 + minutes) % (12 * 60 if hour <= 12 else 24 * 60)  # noqa: PLR2004
        return When(clock=(total // 60 or (12 if hour <= 12 else 0), total % 60), half=half)  # noqa: PLR2004
    if british := named.get("british"):
        return When(clock=(_face(british), 30), half=half)
    if military := named.get("military"):
        return When(clock=(_hour(military[:2]), _minute(military[2:])), sure=True)
    if only := named.get("only"):
        return When(clock=(_hour(only), 0), half=half)
    sure = named["h"].startswith("0") and not half
    return When(clock=(_hour(named["h"]), _minute(named["m"])), half=half, sure=sure)


def _hour(text: str) -> int:
    if int(text) > 24:  # noqa: PLR2004
        raise Impossible(f"There is no {int(text)} o'clock: the hours go from 0 to 23.")
    return int(text) % 24


def _face(text: str) -> int:
    return _hour(text)


def _minute(text: str) -> int:
    if int(text) > 59:  # noqa: PLR2004
        raise Impossible(f"An hour has no minute {int(text)}.")
    return int(text)


def _weekday(name: str, now: datetime, *, later: bool = False) -> date:
    days = (_DAYS.index(name) - now.weekday()) % 7
    return now.date() + timedelta(days=days or (7 if later else 0))


def _month_day(day: str, month: str, now: datetime) -> date:
    number, place = int(re.sub(r"\D", "", day)), _MONTHS.index(month) + 1 if month else 0
    for ahead in range(12 * 9):
        index = now.month - 1 + ahead
        year, found = now.year + index // 12, index % 12 + 1
        if place and found != place:
            continue
        try:
            then = date(year, found, number)
        except ValueError:
            continue
        if then >= now.date():
            return then
    raise Impossible(f"There is no {day} {month.title()}".strip() + ".")


def _relative(match: re.Match[str], now: datetime) -> When:
    count = durations.seconds(match[1]) or 0.0
    return When(day=now.date() + timedelta(days=round(count / 86_400)))


def _each(match: re.Match[str], _now: datetime) -> When:
    names = re.findall(rf"{_DAY}", match[0])
    spoken = [name.title() for name in names]
    gap = ";INTERVAL=2" if re.search(r"\b(?:other|second|2nd)\b", match[0]) else ""
    every = "every other" if gap else "every"
    return When(
        rule=f"FREQ=WEEKLY{gap};BYDAY={','.join(_CODES[name] for name in names)}",
        every=f"{every} {listed(spoken)}",
    )


def _often(match: re.Match[str], _now: datetime) -> When:
    seconds = durations.seconds(match[1] if match[1][0].isdigit() else f"1 {match[1]}") or 0.0
    if seconds < 60:  # noqa: PLR2004
        raise Impossible("I repeat things at most once a minute.")
    if seconds % 86_400 == 0:
        days = round(seconds / 86_400)
        return When(rule=f"FREQ=DAILY;INTERVAL={days}", every=f"every {span(seconds).removeprefix('1 ')}")
    return When(
        rule=f"FREQ=MINUTELY;INTERVAL={round(seconds / 60)}",
        every=f"every {span(seconds).removeprefix('1 ')}",
    )


def _monthly(match: re.Match[str], _now: datetime) -> When:
    number = int(re.sub(r"\D", "", match[1]))
    if number > 31:  # noqa: PLR2004
        raise Impossible(f"No month has a {match[1]}.")
    return When(rule=f"FREQ=MONTHLY;BYMONTHDAY={number}", every=f"every month on the {match[1]}")


def _part(name: str, **more: object) -> When:
    half, usual = _PARTS[name]
    return replace(When(half=half, usual=usual), **more)  # type: ignore[arg-type]  # fields of When


_WEEKDAYS = When(rule="FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", every="on weekdays")
_WEEKENDS = When(rule="FREQ=WEEKLY;BYDAY=SA,SU", every="at weekends")
_DAILY = When(rule="FREQ=DAILY", every="every day")
_ON = r"(?:(?:on|for) )?"
_COMING = r"(?<!is )(?<!are )(?<!be )(?<!was )coming"
_PHRASES: tuple[tuple[str, Callable[[re.Match[str], datetime], When | None]], ...] = (
    (rf"(?:in|after) ({SPAN})(?: time)?", lambda m, now: _relative(m, now) if _in_days(m[1]) else When(seconds=durations.seconds(m[1]))),
    (rf"({SPAN}) from now", lambda m, _now: When(seconds=durations.seconds(m[1]))),
    (rf"{_ON}(?:every|each|all) (?:weekdays?|working days?|work days?|school days?)|{_ON}(?:the )?weekdays", lambda _m, _n: _WEEKDAYS),
    (rf"{_ON}(?:every|each) weekends?|{_ON}(?:the )?weekends|at weekends", lambda _m, _n: _WEEKENDS),
    (r"(?:every ?day|each day|daily|every single day)", lambda _m, _n: _DAILY),
    (rf"{_ON}(?:every |each )?weekday ({_PART})s?", lambda m, _n: _part(m[1], rule=_WEEKDAYS.rule, every=_WEEKDAYS.every)),
    (rf"(?:every|each) ({_DAY}) ({_PART})", lambda m, _n: _part(m[2], rule=f"FREQ=WEEKLY;BYDAY={_CODES[m[1]]}", every=f"every {m[1].title()}")),
    (rf"(?:every|each) ({_PART})", lambda m, _n: _part(m[1], rule="FREQ=DAILY", every=f"every {m[1]}")),
    (rf"{_ON}(?:every|each) (?:(?:other|second|2nd) )?{_DAY}s?(?:(?: and|) (?:every |on )?{_DAY}s?)*", _each),
    (rf"{_ON}{_DAY}s(?:(?: and|) (?:on )?{_DAY}s)*", _each),
    (r"every (?:other|second|2nd) day", lambda _m, _n: When(rule="FREQ=DAILY;INTERVAL=2", every="every other day")),
    (r"(?:once a week|weekly|every week)", lambda _m, _n: When(rule="FREQ=WEEKLY", every="every week")),
    (r"(?:once a month|monthly|every month)(?: on)? the (\d{1,2}(?:st|nd|rd|th))|every (\d{1,2}(?:st|nd|rd|th))(?: of (?:the|each|every) month)?",
     lambda m, n: _monthly(m, n) if m[1] else _monthly_of(m[2])),
    (r"every ((?:\d+ )?(?:minutes?|hours?|days?|weeks?))", _often),
    (r"hourly", lambda _m, _n: When(rule="FREQ=MINUTELY;INTERVAL=60", every="every hour")),
    (r"(?:the )?day after tomorrow", lambda _m, now: When(day=now.date() + timedelta(days=2))),
    (rf"(?:for )?tomorrow ({_PART})", lambda m, now: _part(m[1], day=now.date() + timedelta(days=1))),
    (r"(?:for )?tomorrow", lambda _m, now: When(day=now.date() + timedelta(days=1))),
    (rf"this ({_PART})", lambda m, now: _part(m[1], day=now.date())),
    (r"tonight", lambda _m, now: _part("tonight", day=now.date())),
    (r"(?:for )?today", lambda _m, now: When(day=now.date())),
    (r"(?:for )?yesterday|last (?:week|month|year|night)", lambda _m, _n: _past()),
    (rf"{_ON}(?:(this|next|{_COMING}|this coming) )?({_DAY}) ({_PART})", lambda m, now: _part(m[3], day=_weekday(m[2], now, later=bool(m[1])))),
    (rf"{_ON}(?:(this|next|{_COMING}|this coming) )?({_DAY})", lambda m, now: When(day=_weekday(m[2], now, later=m[1] == "next"))),
    (r"next week", lambda _m, now: When(day=now.date() + timedelta(days=7))),
    (rf"{_ON}(?:the )?(\d{{1,2}}(?:st|nd|rd|th))(?: (?:of )?({_MONTH}))?", lambda m, now: When(day=_month_day(m[1], m[2] or "", now))),
    (rf"{_ON}(\d{{1,2}}) ({_MONTH})", lambda m, now: When(day=_month_day(m[1], m[2], now))),
    (rf"{_ON}({_MONTH}) (?:the )?(\d{{1,2}}(?:st|nd|rd|th)?)", lambda m, now: When(day=_month_day(m[2], m[1], now))),
    (rf"in the ({_PART})", lambda m, _n: _part(m[1])),
    (r"at night", lambda _m, _n: _part("night")),
)  # fmt: skip
_TIME = rf"{_AT}(?P<clock>{'|'.join(re.sub(r'[?]P<[a-z]+>', '?:', p).replace('(am', '(?:am').replace('(morning', '(?:morning').replace('(night', '(?:night') for p in _CLOCKS)})"


def _monthly_of(day: str) -> When:
    match = re.match(r"(.*)", day)
    assert match is not None  # noqa: S101  it matches anything
    return _monthly(match, datetime.min)  # noqa: DTZ901  not used


def _in_days(text: str) -> bool:
    return bool(re.search(r"\b(?:days?|weeks?|months?|years?)\b", text))


def _past() -> When:
    raise Impossible("That is over. Name a time to come.")


def peel(text: str, now: datetime, *, end: bool, bare: bool = False) -> tuple[When, str]:
    """Take phrases of time off the start of ``text``, or off its ``end``; return them and what is left.

    ``bare``: take a lone number as an hour. Raises `Impossible`.
    """
    found = When()
    while text:
        when, rest = _one(text, now, end=end, bare=bare)
        if when is None or (merged := merge(found, when)) is None:
            break
        found, text = merged, rest
    return found, text


def _one(text: str, now: datetime, *, end: bool, bare: bool) -> tuple[When | None, str]:
    """Read the longest phrase at one end."""
    found = [(match, read) for pattern, read in _PHRASES if (match := _edge(pattern, text, end=end))]
    if time := _edge(_TIME, text, end=end):
        clock = time["clock"]
        if time[0] != clock or bare or not _BARE.fullmatch(clock):
            found.append((time, lambda _m, _n: _clock(clock)))
    if not found:
        return None, text
    match, read = max(found, key=lambda one: len(one[0][0]))
    return read(match, now), _without(text, match)


def _edge(pattern: str, text: str, *, end: bool) -> re.Match[str] | None:
    return (
        re.search(rf"(?:^|(?<= ))(?:{pattern})$", text) if end else re.match(rf"(?:{pattern})(?= |$)", text)
    )


def _without(text: str, match: re.Match[str]) -> str:
    return f"{text[: match.start()]} {text[match.end() :]}".strip()


def merge(one: When, other: When) -> When | None:
    """Return what two phrases mean together; None when they say the same thing twice."""
    fields: dict[str, object] = {}
    for name in ("seconds", "clock", "half", "usual", "day", "rule", "every"):
        mine, theirs, none = getattr(one, name), getattr(other, name), getattr(When(), name)
        if none not in (mine, theirs) and name != "usual":
            return None
        fields[name] = mine if mine != none else theirs
    if fields["seconds"] is not None and (fields["clock"] or fields["day"]):
        return None
    return When(sure=one.sure or other.sure, **fields)  # type: ignore[arg-type]  # the fields of When
