"""Rewrite a piece of an answer so that it is spoken rightly: marks, links, numbers, units, times."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable

CODE = " The code is on screen. "

UNITS = {
    "kb": "kilobytes", "mb": "megabytes", "gb": "gigabytes", "tb": "terabytes",
    "kib": "kibibytes", "mib": "mebibytes", "gib": "gibibytes", "tib": "tebibytes",
    "hz": "hertz", "khz": "kilohertz", "mhz": "megahertz", "ghz": "gigahertz",
    "ms": "milliseconds", "s": "seconds", "min": "minutes", "h": "hours",
    "mm": "millimetres", "cm": "centimetres", "m": "metres", "km": "kilometres", "km/h": "kilometres an hour",
    "mg": "milligrams", "g": "grams", "kg": "kilograms", "l": "litres", "ml": "millilitres",
    "w": "watts", "kw": "kilowatts", "kwh": "kilowatt hours", "v": "volts", "a": "amperes",
    "mbit/s": "megabits a second", "kb/s": "kilobytes a second",
    "mb/s": "megabytes a second", "gb/s": "gigabytes a second",
    "lb": "pounds", "ft": "feet", "mi": "miles", "mph": "miles an hour",
}  # fmt: skip
_SINGULAR = {"hertz": "hertz", "feet": "foot", "kilohertz": "kilohertz"}
_UNIT = "|".join(sorted(map(re.escape, UNITS), key=len, reverse=True))

_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d\u2b00-\u2bff]+")


def _unit(match: re.Match[str]) -> str:
    number, unit = match.group(1), match.group(2)
    if unit == "a":  # "12 a month"
        return match.group(0)
    if len(unit) == 1 and not match.group(0).startswith(f"{number} "):
        return match.group(0)  # "90s", "5G", "2m": names and decades more often than measures
    return f"{number} {_plural(number, UNITS[unit.lower()])}"


def _plural(number: str, name: str) -> str:
    if number not in {"1", "-1"}:
        return name
    if name in _SINGULAR:
        return _SINGULAR[name]
    head, _, tail = name.partition(" ")
    last = tail and not tail.startswith(("an", "a "))
    return f"{head} {tail.removesuffix('s')}" if last else f"{head.removesuffix('s')} {tail}".strip()


def _time(match: re.Match[str]) -> str:
    hour, minute, half = int(match.group(1)), int(match.group(2)), match.group(3)
    if minute == 0 and half:
        return str(hour)
    if minute == 0 and hour == 0:
        return "midnight"
    if minute == 0:
        return f"{hour} o'clock" if 1 <= hour <= 12 else f"{hour} hundred"  # noqa: PLR2004  a clock's face
    return f"{hour} {minute}" if minute > 9 else f"{hour} oh {minute}"  # noqa: PLR2004  one digit


_PARTS = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 8: "eighth", 10: "tenth"}


def _fraction(match: re.Match[str]) -> str:
    top, bottom = int(match.group(1)), int(match.group(2))
    if top >= bottom:
        return match.group(0)
    return f"{'a' if top == 1 else top} {_PARTS[bottom]}{'' if top == 1 else 's'}".replace(
        "a eighth", "an eighth"
    )


def _host(match: re.Match[str]) -> str:
    url = match.group(0)
    stop = url[len(url.rstrip(".,;:!?)")) :]
    try:
        host = urlsplit(url.rstrip(".,;:!?)")).hostname or ""
    except ValueError:
        host = "a link"
    return host.removeprefix("www.").replace(".", " dot ") + stop


_RULES: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"```.*?(?:```|\Z)", re.DOTALL), CODE),
    (re.compile(r"!?\[([^\]]*)\]\((?:[^()\s]|\([^()]*\))*\)"), r"\1"),  # links: the label
    (re.compile(r"https?://[^\s<>\"']+"), _host),
    (re.compile(r"<[^<>\n]{1,80}>"), " "),
    (re.compile(r"^\s{0,3}(?:#{1,6}|>|[-*+]|\d{1,2}[.)])\s+", re.MULTILINE), ""),  # headings, quotes, bullets
    (re.compile(r"(\*\*|__|~~)(?=\S)(.+?)(?<=\S)\1", re.DOTALL), r"\2"),
    (re.compile(r"(?<![\w*])[*_](?=\S)([^*_\n]+?)(?<=\S)[*_](?![\w*])"), r"\1"),
    (re.compile(r"`([^`\n]*)`"), r"\1"),
    (_EMOJI, " "),
    (re.compile(r"(?<=\d [ap]m) \(\d\d:\d\d\)"), ""),  # the same time in 24 hours, for the eye
    (re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?![\d:])(?=( [ap]m\b)?)"), _time),
    (re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b"), r"\1 \2 \3"),
    (re.compile(r"(?<![\w./])([1-9])/(2|3|4|5|6|8|10)(?![\w./])"), _fraction),
    (re.compile(r"(?<=\d),(?=\d{3}\b)"), ""),
    (re.compile(r"(?<![\w.])[-−](?=\d)"), "minus "),  # noqa: RUF001  the real minus sign
    (re.compile(r"\s?°\s?C\b"), " degrees Celsius"),
    (re.compile(r"\s?°\s?F\b"), " degrees Fahrenheit"),
    (re.compile(r"\s?°"), " degrees"),
    (re.compile(r"(?<=\d)\s?%"), " percent"),
    (re.compile(r"[$](\d+(?:\.\d+)?)"), r"\1 dollars"),
    (re.compile(r"€\s?(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)\s?€"), lambda m: f"{m.group(1) or m.group(2)} euros"),
    (re.compile(rf"(?<![\w.])(-?\d+(?:\.\d+)?)\s?({_UNIT})(?![\w/])", re.IGNORECASE), _unit),
    (re.compile(r"(?<=\d)\s?[–—-]\s?(?=\d)"), " to "),  # noqa: RUF001  dashes as people type them
    (re.compile(r"(?<=\d)\s?[×x*]\s?(?=\d)"), " times "),  # noqa: RUF001  the real multiplication sign
    (re.compile(r"(?<=[\w)])\s?\+\s?(?=\d)"), " plus "),
    (re.compile(r"\s=\s"), " equals "),
    (re.compile(r"(?<=\d)\s?/\s?(?=\d)"), " over "),
    (re.compile(r"\s&\s"), " and "),
    (re.compile(r"\band/or\b", re.IGNORECASE), "and or"),
    (re.compile(r"(?<=[a-z])/(?=[a-z])"), " or "),
    (re.compile(r"[*_#|~^\\<>{}\[\]`]+"), " "),
    (re.compile(r"\s+"), " "),
)


def spoken(text: str) -> str:
    """Return ``text`` as it is said aloud; empty when there is nothing to say."""
    for pattern, change in _RULES:
        text = pattern.sub(change, text)
    text = text.strip()
    return text if any(sign.isalnum() for sign in text) else ""
