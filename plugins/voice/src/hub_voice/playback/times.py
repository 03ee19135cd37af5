"""Say times of day, dates, years, versions and telephone numbers."""

# ruff: noqa: E501, RUF001  one rule a line, with the signs that people type

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hub_voice.playback.numbers import cardinal, digits, ordinal, plural, year

if TYPE_CHECKING:
    from hub_voice.playback.placed import Change

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SHORT = {month[:3]: month for month in MONTHS} | {"Sept": "September"}
_MONTH = "|".join([*MONTHS, "Sept", *(f"{short}" for short in _SHORT if short != "Sept")])
_DAYS = {"Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday",
         "Thur": "Thursday", "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday"}  # fmt: skip
_NAMED = "Python|Node|Java|iOS|iPadOS|Android|macOS|Ubuntu|Debian|Fedora|Firefox|Chrome|Chromium|Linux|kernel|version|release|Release|Version"
_YEARS = r"in|since|by|from|until|till|of|year|during|before|after|around|late|early|mid|to|through|circa|spring|summer|autumn|fall|winter|and|or|©"


def clock(hour: int, minute: int, *, half: bool = False) -> str:
    """Return a time as it is read; ``half``: a.m. or p.m. follows."""
    if minute == 0 and half:
        return cardinal(hour)
    if minute == 0 and hour == 0:
        return "midnight"
    if minute == 0:
        return f"{cardinal(hour)} o'clock" if 1 <= hour <= 12 else f"{cardinal(hour)} hundred"  # noqa: PLR2004  a clock's face
    said = cardinal(minute) if minute > 9 else f"oh {cardinal(minute)}"  # noqa: PLR2004  one digit
    return f"{cardinal(hour)} {said}"


def _clock(match: re.Match[str]) -> str:
    hour, minute, second, half = match.groups()
    said = clock(int(hour), int(minute), half=bool(half))
    if second:
        said = f"{cardinal(int(hour))} {_two(minute)} and {cardinal(int(second))} seconds"
    if half:
        said += f" {half[0].lower()} m"
    return said


def _two(minute: str) -> str:
    return cardinal(int(minute)) if minute[0] != "0" else f"oh {cardinal(int(minute))}"


def _hour(match: re.Match[str]) -> str:
    return f"{cardinal(int(match.group(1)))} {match.group(2)[0].lower()} m"


def _date(years: str, month: int, day: int, whole: str) -> str:
    if not (1 <= month <= 12 and 1 <= day <= 31):  # noqa: PLR2004  a calendar's
        return whole
    return f"{MONTHS[month - 1]} {ordinal(day)}" + (f", {year(int(years))}" if years else "")


def _slashed(match: re.Match[str]) -> str:
    first, second, years = int(match.group(1)), int(match.group(2)), match.group(3)
    day, month = (first, second) if first > 12 else (second, first)  # noqa: PLR2004  months
    return _date(years, month, day, match.group(0))


def _month(name: str) -> str:
    bare = name.rstrip(".")
    return _SHORT.get(bare, bare)


def _moment(match: re.Match[str]) -> str:
    day = _date(match.group(1), int(match.group(2)), int(match.group(3)), match.group(0))
    zone = {"Z": ", U T C"}.get(match.group(6) or "", "")
    return f"{day}, {clock(int(match.group(4)), int(match.group(5)))}{zone}"


def _duration(match: re.Match[str]) -> str:
    names = ("hour", "minute", "second")
    told = [(int(number), name) for number, name in zip(match.groups(), names, strict=True) if number]
    return " ".join(f"{cardinal(number)} {name}{'' if number == 1 else 's'}" for number, name in told)


def _version(match: re.Match[str]) -> str:
    said = _points(match.group(2))
    tail = match.group(3) or ""
    if made := re.fullmatch(r"-?(rc|alpha|beta|a|b|dev)[.-]?(\d*)", tail):
        name = {"rc": "release candidate", "a": "alpha", "b": "beta"}.get(made.group(1), made.group(1))
        tail = f" {name} {cardinal(int(made.group(2)))}" if made.group(2) else f" {name}"
    return f"{'version ' if match.group(1) else ''}{said}{tail}"


def _points(version: str) -> str:
    parts = version.split(".")
    return " point ".join(
        digits(part) if part[0] == "0" and part != "0" else cardinal(int(part)) for part in parts
    )


def _named_version(match: re.Match[str]) -> str:
    return f"{match.group(1)} {_points(match.group(2))}"


def _phone(match: re.Match[str]) -> str:
    """Say a telephone number: one is abroad, in brackets, begins with zero, or has the American shape."""
    whole = match.group(0)
    groups = re.findall(r"\d+", whole)
    american = re.fullmatch(r"(?:1-)?\d{3}-\d{3}-\d{4}", whole)
    if not 7 <= sum(map(len, groups)) <= 15 or not (whole[0] in "+(0" or american):  # noqa: PLR2004  ITU-T E.164
        return whole
    return ("plus " if whole[0] == "+" else "") + ", ".join(digits(group) for group in groups)


def _decade(match: re.Match[str]) -> str:
    number = int(match.group(1))
    return plural(year(number) if number > 999 else cardinal(number))  # noqa: PLR2004  "1990s", "90s"


TIMES: tuple[tuple[re.Pattern[str], Change], ...] = (
    (re.compile(r"(?<=\d [ap]m) \(\d\d:\d\d\)"), ""),  # the same time in 24 hours, for the eye
    (re.compile(r"\b(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?"), _moment),
    (re.compile(r"(?<![\d-])(\d{4})-(\d\d)-(\d\d)(?![\d-])"),
     lambda m: _date(m.group(1), int(m.group(2)), int(m.group(3)), m.group(0))),
    (re.compile(r"(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d|\.\d)"),
     lambda m: _date(m.group(3), int(m.group(2)), int(m.group(1)), m.group(0))),
    (re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})(?![\d/])"), _slashed),
    (re.compile(r"(?<![\w.])(?:\+\d{1,3}[ .-]?)?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ -]\d{2,4}){1,4}(?![\w-]|[.,:/]\d)"), _phone),
    (re.compile(r"(?<![\w.])\+\d{7,15}\b"), _phone),
    (re.compile(r"(?<![\d:.])([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(?![\d:])(?:\s?([AaPp]\.?[Mm]\b\.?(?!\w)))?"), _clock),
    (re.compile(r"(?<![\d:.])(1[0-2]|[1-9])\s?([ap]\.m\.|[ap]m\b|[AP]M\b)"), _hour),
    (re.compile(r"(?<!\w)(?:(\d{1,3})\s?h(?:rs?)?)\s?(?:(\d{1,2})\s?m(?:ins?)?)(?:\s?(\d{1,2})\s?s)?(?!\w)"), _duration),
    (re.compile(r"\b(Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\b\.?(?=,? (?:\d|[A-Z][a-z]{2,8} \w|at\b))"), lambda m: _DAYS[m.group(1)]),
    (re.compile(rf"\b({_MONTH})\.?\s(\d{{1,2}})(?:st|nd|rd|th)?(,?\s)(\d{{4}})\b"),
     lambda m: f"{_month(m.group(1))} {ordinal(int(m.group(2)))}, {year(int(m.group(4)))}"),
    (re.compile(rf"\b({_MONTH})\.?\s(\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.]\d)(?!\s?[ap]m)"),
     lambda m: f"{_month(m.group(1))} {ordinal(int(m.group(2)))}" if 1 <= int(m.group(2)) <= 31 else m.group(0)),  # noqa: PLR2004
    (re.compile(rf"\b(\d{{1,2}})\.?(?:st|nd|rd|th)?(?:\sof)?\s({_MONTH})\b\.?(?:,?\s(\d{{4}})\b)?"),
     lambda m: f"{ordinal(int(m.group(1)))} of {_month(m.group(2))}" + (f", {year(int(m.group(3)))}" if m.group(3) else "")),
    (re.compile(rf"\b({_MONTH})\.?,?\s(\d{{4}})\b"), lambda m: f"{_month(m.group(1))} {year(int(m.group(2)))}"),
)  # fmt: skip

YEARS: tuple[tuple[re.Pattern[str], Change], ...] = (
    (re.compile(r"(?<![\w.])(v|V)(\d+(?:\.\d+)*)(-?(?:rc|alpha|beta|a|b|dev)[.-]?\d*)?\b"), _version),
    (re.compile(r"(?<![\w.,])()(\d+(?:\.\d+){2,})(-?(?:rc|alpha|beta|a|b|dev)[.-]?\d*)?\b(?!%)"), _version),
    (re.compile(rf"\b({_NAMED})\s(\d+(?:\.\d+)+)\b"), _named_version),
    (re.compile(r"(?<![\w.])['’]?(\d0|\d\d\d0)s\b"), _decade),
    (re.compile(r"(?<![\w.,$€£-])((?:1[5-9]|20)\d\d)\s?[-–—]\s?((?:1[5-9]|20)\d\d)(?![\w,]|\.\d)"),
     lambda m: f"{year(int(m.group(1)))} to {year(int(m.group(2)))}"),
    (re.compile(rf"\b({_YEARS})(\s)(1[1-9]\d\d|20\d\d)\b(?![,.:/-]\d)(?!\s?[%°])", re.IGNORECASE),
     lambda m: f"{m.group(1)}{m.group(2)}{year(int(m.group(3)))}"),
    (re.compile(r"(?<![\w.,:/$€£-])(19\d\d|20\d\d)(?=[\s.,;:!?)'’]|$)(?![,.:/]\d)"), lambda m: year(int(m.group(1)))),
)  # fmt: skip
"""Versions and years: after units, so that "2000 km" is a count."""
