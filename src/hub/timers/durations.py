"""Read spans of time in plain words: "half an hour", "an hour and a quarter", "5 minutes 30"."""

from __future__ import annotations

import re

_SECONDS = {
    "second": 1, "sec": 1, "minute": 60, "min": 60, "hour": 3600, "hr": 3600, "day": 86_400, "week": 604_800,
    "month": 2_592_000, "year": 31_557_600, "decade": 315_576_000, "century": 3_155_760_000,
    "centurie": 3_155_760_000,
}  # fmt: skip
_UNIT = (
    r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|decades?|century|centuries)"
)
_PARTS = {
    "half": 0.5, "a half": 0.5, "half an": 0.5, "half a": 0.5, "a": 1.0, "an": 1.0, "a quarter": 0.25,
    "quarter": 0.25, "quarter of an": 0.25, "a quarter of an": 0.25, "quarter of a": 0.25,
    "a quarter of a": 0.25, "3 quarters of an": 0.75, "3 quarters of a": 0.75, "a couple of": 2.0,
    "couple of": 2.0, "a couple": 2.0, "an hour": 1.0,
}  # fmt: skip
_COUNT = (
    r"(?:(?:minus |-)?\d+(?:\.\d+)?|3 quarters of an?|(?:a )?quarter of an?|half an?|a half|half"
    r"|a couple of|couple of|a couple|a quarter|quarter|an?)"
)
_MORE = r"(?: and (?:a half|half|a quarter|3 quarters))"
_ONE = rf"{_COUNT} {_UNIT}{_MORE}?"
SPAN = rf"(?:hour{_MORE}|{_ONE}(?:(?: and)? {_ONE})*(?: (?:and )?\d{{1,2}}(?! ?(?:am|pm|oclock|:)))?)"
"""A pattern of all that `seconds` reads; without groups."""

_GLUED = {"h": "hour", "hr": "hour", "hrs": "hour", "m": "minute", "min": "minute", "mins": "minute",
          "s": "second", "sec": "second", "secs": "second"}  # fmt: skip
_SMALLER = {3600: 60, 60: 1, 86_400: 3600}


def spell(text: str) -> str:
    """Write "1h30m", "10-minute" and what a recogniser makes of "two" and "four" as plain words."""
    text = re.sub(r"(?<=\d)-(?=[a-z])", " ", text)
    text = re.sub(r"(?<![\d.])(\d+(?:\.\d+)?) ?(hrs?|h|mins?|m|secs?|s)(?=\d|\b)(?! ?\.)", _unglue, text)
    text = re.sub(rf"\b(\d+) and (3|a|1) quarters?(?: of an?)? (?={_UNIT}\b)", _quarters, text)
    text = re.sub(rf"\bfor (?:to|too) (?={_UNIT}\b)", "for 2 ", text)
    text = re.sub(rf"\bfor for (?={_UNIT}\b)", "for 4 ", text)
    text = re.sub(rf"\bfor ate (?={_UNIT}\b)", "for 8 ", text)
    text = re.sub(rf"\bfor won (?={_UNIT}\b)", "for 1 ", text)
    return " ".join(text.split())


def _quarters(match: re.Match[str]) -> str:
    return f"{match[1]}.{75 if match[2] == '3' else 25} "


def _unglue(match: re.Match[str]) -> str:
    return f"{match[1]} {_GLUED[match[2]]} "


def seconds(text: str) -> float | None:
    """Return the seconds that ``text`` (plain words, all of it) stands for; None when it is no span."""
    if not re.fullmatch(SPAN, text):
        return None
    text = re.sub(rf"^hour(?={_MORE})", "an hour", text)
    total, unit = 0.0, 1
    for count, name, more in re.findall(rf"({_COUNT}) ({_UNIT})({_MORE}?)", text):
        unit = _unit(name)
        total += (_count(count) + _PARTS_OF[more.removeprefix(" and ")]) * unit
    if bare := re.search(r" (?:and )?(\d{1,2})$", text):
        total += int(bare[1]) * _SMALLER.get(unit, 0)
    return total


_PARTS_OF = {"": 0.0, "half": 0.5, "a half": 0.5, "a quarter": 0.25, "3 quarters": 0.75}


def _unit(name: str) -> int:
    return _SECONDS[name if name in _SECONDS else name.removesuffix("s")]


def _count(text: str) -> float:
    if text in _PARTS:
        return _PARTS[text]
    return -float(text.removeprefix("minus ").removeprefix("-")) if text[0] in "m-" else float(text)
