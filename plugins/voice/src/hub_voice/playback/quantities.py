"""Say quantities: numbers with their units, money, shares, fractions, ranges and signs between numbers."""

# ruff: noqa: E501, RUF001  one rule a line, with the signs that people type

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hub_voice.playback.numbers import amount, cardinal, ordinal

if TYPE_CHECKING:
    from hub_voice.playback.placed import Change

UNITS = {
    "kb": "kilobytes", "mb": "megabytes", "gb": "gigabytes", "tb": "terabytes", "pb": "petabytes",
    "kib": "kibibytes", "mib": "mebibytes", "gib": "gibibytes", "tib": "tebibytes",
    "hz": "hertz", "khz": "kilohertz", "mhz": "megahertz", "ghz": "gigahertz",
    "ns": "nanoseconds", "µs": "microseconds", "ms": "milliseconds", "s": "seconds",
    "sec": "seconds", "secs": "seconds", "min": "minutes", "mins": "minutes", "h": "hours", "hr": "hours",
    "hrs": "hours", "wk": "weeks", "yr": "years", "yrs": "years",
    "nm": "nanometres", "µm": "micrometres", "mm": "millimetres", "cm": "centimetres", "m": "metres",
    "km": "kilometres", "km/h": "kilometres an hour", "kph": "kilometres an hour", "m/s": "metres a second",
    "m²": "square metres", "m2": "square metres", "km²": "square kilometres", "km2": "square kilometres",
    "cm²": "square centimetres", "m³": "cubic metres", "m3": "cubic metres", "ft²": "square feet", "sqft": "square feet",
    "µg": "micrograms", "mg": "milligrams", "g": "grams", "kg": "kilograms", "t": "tonnes",
    "l": "litres", "ml": "millilitres", "dl": "decilitres", "cl": "centilitres",
    "w": "watts", "kw": "kilowatts", "mw": "megawatts", "gw": "gigawatts", "wh": "watt hours",
    "kwh": "kilowatt hours", "mwh": "megawatt hours", "v": "volts", "mv": "millivolts", "kv": "kilovolts",
    "a": "amperes", "ma": "milliamperes", "mah": "milliampere hours", "ah": "ampere hours", "ω": "ohms", "kω": "kilohms",
    "kj": "kilojoules", "cal": "calories", "kcal": "kilocalories",
    "pa": "pascals", "kpa": "kilopascals", "hpa": "hectopascals", "bar": "bars", "psi": "pounds a square inch",
    "db": "decibels", "dbfs": "decibels full scale", "lm": "lumens", "lx": "lux", "rpm": "turns a minute",
    "bpm": "beats a minute", "fps": "frames a second", "px": "pixels", "dpi": "dots an inch", "ppm": "parts a million",
    "kbit/s": "kilobits a second", "mbit/s": "megabits a second", "gbit/s": "gigabits a second",
    "kbps": "kilobits a second", "mbps": "megabits a second", "gbps": "gigabits a second",
    "kb/s": "kilobytes a second", "mb/s": "megabytes a second", "gb/s": "gigabytes a second",
    "tok/s": "tokens a second", "req/s": "requests a second",
    "lb": "pounds", "lbs": "pounds", "oz": "ounces", "ft": "feet", "in": "inches", "yd": "yards", "mi": "miles",
    "mph": "miles an hour", "gal": "gallons", "qt": "quarts", "tsp": "teaspoons", "tbsp": "tablespoons",
}  # fmt: skip

EXACT = {"Mb": "megabits", "Gb": "gigabits", "Kb": "kilobits", "MW": "megawatts", "mW": "milliwatts",
         "Mb/s": "megabits a second", "Gb/s": "gigabits a second", "K": "kelvin", "dB": "decibels"}  # fmt: skip
"""Where the case of the letters matters."""

_ODD_ONES = {"feet": "foot", "inches": "inch", "hertz": "hertz", "kilohertz": "kilohertz", "megahertz": "megahertz",
             "gigahertz": "gigahertz", "lux": "lux", "kelvin": "kelvin"}  # fmt: skip
_UNIT = "|".join(sorted(map(re.escape, {*UNITS, *EXACT}), key=len, reverse=True))
NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"

CURRENCIES = {
    "$": ("dollar", "dollars", "cent", "cents"), "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"), "¥": ("yen", "yen", "", ""), "₹": ("rupee", "rupees", "paisa", "paise"),
    "₿": ("bitcoin", "bitcoin", "", ""), "CHF": ("franc", "francs", "centime", "centimes"),
    "USD": ("dollar", "dollars", "cent", "cents"), "EUR": ("euro", "euros", "cent", "cents"),
    "GBP": ("pound", "pounds", "penny", "pence"), "JPY": ("yen", "yen", "", ""), "BTC": ("bitcoin", "bitcoin", "", ""),
    "US$": ("dollar", "dollars", "cent", "cents"),
}  # fmt: skip
_SCALE = {
    "k": "thousand",
    "m": "million",
    "mn": "million",
    "bn": "billion",
    "b": "billion",
    "tn": "trillion",
    "t": "trillion",
}
_SIGN = r"US\$|[$€£¥₹₿]|(?:USD|EUR|GBP|CHF|JPY|BTC)(?= ?\d)"
_AFTER = r"[€£¥₹₿]|\b(?:USD|EUR|GBP|CHF|JPY|BTC)\b"
_SCALED = r"(?:\s?(k|K|M|m|mn|bn|B|tn|T)\b|\s(thousand|million|billion|trillion)\b)?"

PARTS = {
    2: "half",
    3: "third",
    4: "quarter",
    5: "fifth",
    6: "sixth",
    7: "seventh",
    8: "eighth",
    9: "ninth",
    16: "sixteenth",
}
GLYPHS = {
    "½": "1/2",
    "⅓": "1/3",
    "⅔": "2/3",
    "¼": "1/4",
    "¾": "3/4",
    "⅕": "1/5",
    "⅛": "1/8",
    "⅜": "3/8",
    "⅝": "5/8",
    "⅞": "7/8",
}
OUT_OF = {5, 10, 20, 50, 100}


def _money(sign: str, number: str, short: str | None, long: str | None) -> str:
    one, many, cent, cents = CURRENCIES[sign]
    if scale := long or (short and _SCALE[short.lower()]):
        return f"{amount(number)} {scale} {many}"
    whole, _, part = number.replace(",", "").partition(".")
    if len(part) == 2 and cent:  # noqa: PLR2004  hundredths
        words = (
            [f"{amount(whole)} {one if int(whole or 0) == 1 else many}"]
            if int(whole or 0) or not int(part)
            else []
        )
        if int(part):
            words.append(f"{cardinal(int(part))} {cent if int(part) == 1 else cents}")
        return " and ".join(words)
    return f"{amount(number)} {one if number == '1' else many}"


def _money_range(match: re.Match[str]) -> str:
    return f"{amount(match.group(2))} to {_money(match.group(1), match.group(3), match.group(4), match.group(5))}"


def _unit(match: re.Match[str]) -> str:
    number, blank, unit = match.group(1), match.group(2), match.group(3)
    if unit in {"a", "in", "t"} or (len(unit) == 1 and not blank and unit not in "gVWΩ"):
        return match.group(0)  # "12 a month", "3 in 4"; "90s", "5G", "2m": names more often than measures
    name = EXACT.get(unit) or UNITS.get(unit.lower())
    if name is None or (unit in {"B", "S", "N", "L", "H", "M"} and not blank):
        return match.group(0)
    return f"{amount(number)} {singular(name) if number == '1' else name}"


def singular(name: str) -> str:
    """Return a unit's name for one of it: "kilometre an hour"."""
    if name in _ODD_ONES:
        return _ODD_ONES[name]
    words = name.split(" ")
    at = 0 if len(words) == 1 or words[1] in {"a", "an", "full"} else len(words) - 1
    words[at] = _ODD_ONES.get(words[at], words[at].removesuffix("s"))
    return " ".join(words)


def _fraction(match: re.Match[str]) -> str:
    whole, top, bottom = match.group(1), int(match.group(2)), int(match.group(3))
    if (top, bottom) == (24, 7):
        return "twenty-four seven"
    if bottom in PARTS and 0 < top < bottom and (whole or bottom != 5):  # noqa: PLR2004  "4/5 stars"
        part = f"{'one' if top == 1 else cardinal(top)} {PARTS[bottom]}{'' if top == 1 else 's'}".replace(
            "halfs", "halves"
        )
        if not whole:
            return part
        part = (
            part.replace("one half", "a half")
            .replace("one quarter", "a quarter")
            .replace("one third", "a third")
        )
        return f"{cardinal(int(whole))} and {part}"
    if whole:
        return match.group(0)
    return f"{cardinal(top)} {'out of' if bottom in OUT_OF and top <= bottom else 'over'} {cardinal(bottom)}"


def _glyph(match: re.Match[str]) -> str:
    return f"{match.group(1)}{' ' if match.group(1) else ''}{GLYPHS[match.group(2)]}"


def _power(match: re.Match[str]) -> str:
    base, to = match.group(1), match.group(2)
    said = {"2": "squared", "3": "cubed", "²": "squared", "³": "cubed"}.get(
        to
    ) or f"to the power of {_signed(to)}"
    return f"{base} {said}"


def _by(match: re.Match[str]) -> str:
    return f"{amount(match.group(1))} by {amount(match.group(2))}"


def _signed(number: str) -> str:
    bare = number.lstrip("-−")
    said = amount(bare) if bare.isdecimal() else bare
    return f"minus {said}" if bare != number else said


MONEY: tuple[tuple[re.Pattern[str], Change], ...] = (
    (re.compile(r"(?<![\w.])[-−](?=" + r"(?:US\$|[$€£¥₹₿])\d)"), "minus "),
    (re.compile(rf"({_SIGN})\s?({NUMBER})\s?[-–—]\s?(?:US\$|[$€£¥₹₿])?({NUMBER}){_SCALED}"), _money_range),
    (re.compile(rf"({_SIGN})\s?({NUMBER}){_SCALED}"), lambda m: _money(*m.groups())),
    (re.compile(rf"(?<![\w.])({NUMBER}){_SCALED}\s?({_AFTER})"),
     lambda m: _money(m.group(4), m.group(1), m.group(2), m.group(3))),
    (re.compile(r"\b(dollars?|euros?|pounds?|yen|francs?|cents?|pence)\s?/\s?(?=(hour|[a-z]))"),
     lambda m: f"{m.group(1)} {'an' if m.group(2) == 'hour' else 'a'} "),
    (re.compile(r"(?<=\d)\s?¢"), " cents"),
)  # fmt: skip

QUANTITIES: tuple[tuple[re.Pattern[str], Change], ...] = (
    (re.compile(r"(\d*)\s?([½⅓⅔¼¾⅕⅛⅜⅝⅞])"), _glyph),
    (re.compile(r"(?<![\w./])(?:(\d{1,3}) )?(\d{1,3})/(\d{1,3})(?![\w/]|\.\d)"), _fraction),
    (re.compile(r"(?<=[\w)])\s[-−–]\s(?=\d)(?=.*=)"), " minus "),
    (re.compile(r"(?<=\d)\s?[-–—]\s?(?=\d+(?:[.,]\d+)*\s?(?:%|°|[a-zA-Zµ]|$|[\s,.;:)!?]))"), " to "),
    (re.compile(r"(?<=\d)\s?°\s?C\b"), " degrees Celsius"),
    (re.compile(r"(?<=\d)\s?°\s?F\b"), " degrees Fahrenheit"),
    (re.compile(r"(?<![\w.])[-−](?=\.?\d)"), "minus "),
    (re.compile(r"±\s?(?=\d)"), "plus or minus "),
    (re.compile(r"(?<![\w~])[~≈]\s?(?=[\d$€£.])"), "about "),
    (re.compile(r"(?<=\d)\s?°"), " degrees"),
    (re.compile(r"(?<=\d)\s?%"), " percent"),
    (re.compile(r"(?<=\d)\s?‰"), " per mille"),
    (re.compile(r"(\d+)'(\d{1,2})\""), r"\1 foot \2"),
    (re.compile(rf"(?<![\w.,])({NUMBER})(\s?)({_UNIT})(?![\w/²³]|\.\w)", re.IGNORECASE), _unit),
    (re.compile(r"(?<=\d)-(?:bit|core|inch|day|hour|minute|year|month|week|page|step|way|digit)\b"), lambda m: f" {m.group(0)[1:]}"),
    (re.compile(r"(?<![\w.])(\d+|[A-Za-z])([²³])"), _power),
    (re.compile(r"(?<![\w.])(\d+|[A-Za-z])\^\{?([-−]?\w+)\}?"), _power),
    (re.compile(r"√\s?\(?(\w+)\)?"), r"the square root of \1"),
    (re.compile(r"(?<=\d)\s?[×*]\s?(?=\d)"), " times "),
    (re.compile(r"(?<![\w.])(\d+)\s?[x×]\s?(\d+)(?=\s?(?:px|pixels|screen|display)|(?<=\d\d\d))(?!\w)"), _by),
    (re.compile(r"(?<=\w)\s\*\s(?=\w)"), " times "),
    (re.compile(r"(?<=\d)\s+x\s+(?=\d)"), " times "),
    (re.compile(r"(?<=\d)[x×](?![\w])"), " times"),
    (re.compile(r"(?<=[\w)])\s?÷\s?(?=[\w(])"), " divided by "),
    (re.compile(r"(?<=[\w)])\s\+\s(?=[\w(])|(?<=\d)\+(?=\d)"), " plus "),
    (re.compile(r"(?<=\d)\+(?!\w)"), " plus"),
    (re.compile(r"\s?≠\s?|\s!=\s"), " is not "),
    (re.compile(r"\s?[≤]\s?|\s<=\s"), " is at most "),
    (re.compile(r"\s?[≥]\s?|\s>=\s"), " is at least "),
    (re.compile(r"(?<=\w)\s?≈\s?(?=\w)"), " is about "),
    (re.compile(r"(?<=[\w)])\s=\s(?=[\w(-])|(?<=\d)=(?=\d)|\s==\s"), " equals "),
    (re.compile(r"(?<=\w)\s<\s(?=[\w-])"), " is less than "),
    (re.compile(r"(?<=\w)\s>\s(?=[\w-])"), " is more than "),
    (re.compile(r"<(?=\d)"), "less than "),
    (re.compile(r"(?<!\w)>(?=\d)"), "more than "),
    (re.compile(r"(?<=\d)\s?/\s?(?=\d)"), " over "),
)  # fmt: skip

NUMBERS: tuple[tuple[re.Pattern[str], Change], ...] = (
    (re.compile(r"\b(\d{1,9})(?:st|nd|rd|th)\b"), lambda m: ordinal(int(m.group(1)))),
    (re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s?(k|M|bn)\b"), lambda m: f"{amount(m.group(1))} {_SCALE[m.group(2).lower()]}"),
    (re.compile(r"(?<!\d)(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|(?<!\w)\.\d+"), lambda m: f" {amount(m.group(0))} "),
)  # fmt: skip
"""Whatever is left of figures: orders, thousands, and every number."""
