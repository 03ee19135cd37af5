"""Read an amount with its unit: "half an hour", "6 foot 2", "2 lb 4 oz", "three quarters of a mile"."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from hub.intents.calculator import decimal
from hub.intents.measures import Unit, named


@dataclass(frozen=True, slots=True)
class Quantity:
    """``value`` of ``unit``; ``counted``: a number or a fraction was said, not only "a mile".

    ``words``: how an amount in several units was said, "5 feet 3 inches".
    """

    value: Fraction
    unit: Unit
    counted: bool = True
    words: str = ""


NUMBER = r"(?:(?:minus |negative |-)?(?:\d+(?:\.\d+)?(?: ?/ ?\d+)?|\.\d+|\(\d+/\d+\)))"
_FRACTION = r"half|a half|1 half|a quarter|1 quarter|[13] quarters|a 3rd|1 3rd|2 3rds|quarter|an? (?:5|6|8|10)th|[1-9] (?:5|6|8|10)ths?"
_HEAD = re.compile(
    rf"(?P<fraction>{_FRACTION})(?: of)?(?: an?| 1| the)? (?P<of>\S.*)"
    rf"|(?:an? )?(?P<number>{NUMBER}) ?(?:of )?(?:an? )?(?P<unit>\S.*)"
    r"|(?P<article>an?|the|1|per)? ?(?P<alone>\S.*)"
)
_PARTS = {"half": Fraction(1, 2), "quarter": Fraction(1, 4), "quarters": Fraction(1, 4)}
_AND_PART = re.compile(r"(?:an?|1|\d+(?:\.\d+)?) (?P<unit>[a-z ]+?) and (?:a )?(?P<part>half|quarter|3rd)")
_STUFF = re.compile(
    r" (?:run|race|walk|drive|flight|movie|film)$| of (?:[a-z]+ )?(?:flour|sugar|rice|butter|milk|honey|oil|salt|water|juice|beer|wine|"
    r"coffee|tea|cream|broth|stock|oats|cocoa|petrol|gas|gasoline|diesel|fuel|land|rope|fabric|string|paint|soup|sauce|vinegar|meat|beef|chicken|"
    r"cheese|yogh?urt|syrup|ice cream|lemonade|vodka|whisky|whiskey|chocolate|pasta|potato(?:es)?|bread|dough|yeast|nuts|almonds|raisins|oatmeal|ham|bacon|fish|salmon|turkey|mince|lentils|beans|peas|carrots|onions?|tomato(?:es)?|apples?|berries|strawberries|margarine|cornflour|custard|jam|spinach|wool|yarn|sand|gravel|soil|cement|concrete|gold|silver|time|data|storage)$"
)
_DIGITS = 30


def quantities(text: str) -> list[Quantity]:
    """Return every way to read ``text`` as one amount, the likeliest first; none for anything else."""
    text = re.sub(
        r"(?<=\d)(?<!/100)(?<!per 100)(?=[a-z])(?!(?:nd|rd|th)s?\b)(?!(?<=1)st\b)", " ", text.strip()
    )
    text = _STUFF.sub("", text)
    if not text or len(text) > 80 or re.search(rf"\d{{{_DIGITS},}}", text):  # noqa: PLR2004  longer is no amount
        return []
    return _and_a_part(text) or _single(text) or _compound(text)


def _single(text: str) -> list[Quantity]:
    found = _HEAD.fullmatch(text)
    if not found:
        return []
    if number := found["number"]:
        value = read(number)
        if re.match(rf"(?:an? )?{NUMBER} an? ", text) and "/" not in number and "." not in number:
            return []  # 40000 a year is a rate
        return [Quantity(value, unit) for unit in named(found["unit"])] if value is not None else []
    if found["fraction"]:
        return [Quantity(_fraction(found["fraction"]), unit) for unit in named(found["of"])]
    counted = found["article"] in ("a", "an", "1")
    return [Quantity(Fraction(1), unit, counted) for unit in named(found["alone"])]


def _fraction(text: str) -> Fraction:
    words = text.split()
    top = int(words[0]) if words[0].isdigit() else 1
    name = words[-1]
    bottom = _PARTS[name] if name in _PARTS else Fraction(1, int(re.sub(r"\D", "", name)))
    return top * bottom


def _and_a_part(text: str) -> list[Quantity]:
    """Read "a mile and a half", "2 hours and a quarter"."""
    found = _AND_PART.fullmatch(text)
    if not found:
        return []
    part = _PARTS.get(found["part"], Fraction(1, 3))
    whole = _single(text[: text.rindex(" and ")])
    return [Quantity(one.value + part, one.unit) for one in whole]


def _compound(text: str) -> list[Quantity]:
    """Read two or three amounts of falling size as one: feet and inches, hours and minutes."""
    parts = re.findall(rf"({NUMBER}|\ban?\b) ?([a-z][a-z ]*?)(?:,? and |,? |$)(?=\d|a\b|an\b|$)", text + " ")
    joined = re.sub(r"\W+|and", "", "".join(a + b for a, b in parts))
    tail = re.search(rf" (?:and )?(?P<bare>{NUMBER})$", text)
    if tail and len(parts) == 1:
        return _bare_tail(parts[0], tail["bare"])
    if len(parts) not in (2, 3) or joined != re.sub(r"\W+|and", "", text):
        return []
    return [total for unit in named(parts[0][1].strip()) if (total := _sum(parts, unit))]


def _bare_tail(head: tuple[str, str], bare: str) -> list[Quantity]:
    """Read "6 foot 2" and "11 stone 4", whose second unit goes without saying."""
    small = {
        "foot": "inch",
        "stone": "pound",
        "metre": "centimetre",
        "pound": "ounce",
        "kilogram": "gram",
        "hour": "minute",
    }
    if head[1].strip().startswith("met") and len(bare) != 2:  # noqa: PLR2004  "1 metre 8" may be 80 centimetres
        return []
    return [
        total
        for unit in named(head[1].strip())
        if unit.one in small and (total := _sum([head, (bare, small[unit.one])], unit))
    ]


def _sum(parts: list[tuple[str, str]], unit: Unit) -> Quantity | None:
    total, last, words = Fraction(0), None, []
    for number, name in parts:
        value = Fraction(1) if number in ("a", "an") else read(number)
        here = next((u for u in named(name.strip()) if u.kind == unit.kind and not u.offset), None)
        if value is None or here is None or here.inverse or (last and here.factor >= last.factor):
            return None
        if last and value * here.factor >= last.factor:
            return None  # "5 feet 40 inches" is no height
        total, last = total + value * here.factor, here
        words.append(say(value, here))
    return Quantity(total / unit.factor, unit, words=" ".join(words))


def read(number: str) -> Fraction | None:
    """Read a number in plain form: "minus 3", "2.5", "3/4", "(7/3)"; None when it is none."""
    number = number.strip(" ()").replace("minus ", "-").replace("negative ", "-").replace(" ", "")
    try:
        return Fraction(number)
    except (ValueError, ZeroDivisionError):
        return None


def say(value: Fraction, unit: Unit) -> str:
    """Write an amount: exact when short, else "about", rounded as one would say it."""
    sign = "minus " if value < 0 else ""
    size = abs(value)
    places, exact = (3, True) if (size * 1000).denominator == 1 else (_places(size, unit), False)
    words = decimal(size, places)
    name = unit.one if words == "1" else unit.many
    return f"{'' if exact else 'about '}{sign}{words} {name}"


def _places(size: Fraction, unit: Unit) -> int:
    """Return how many decimals are worth saying: one for temperatures, three digits that count below one."""
    if unit.kind == "temperature" or size >= 1:
        return 1 if unit.kind == "temperature" else 2 if size < 10**4 else 0
    places = 3
    while places < 30 and round(size * 10**places) < 100:  # noqa: PLR2004  three digits
        places += 1
    return places


def capital(text: str) -> str:
    """Write ``text`` as a sentence begins."""
    return text[:1].upper() + text[1:]
