"""Help at the stove: gas marks, sticks of butter, dozens, and what a litre of water weighs."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import re
from fractions import Fraction

from hub.intents.calculator import decimal
from hub.intents.intent import Intent, Question, also, says
from hub.intents.measures import by_title, convert, named
from hub.intents.quantity import NUMBER, quantities, read, say

_GAS = {
    "1/4": (110, 225), "1/2": (120, 250), "1": (140, 275), "2": (150, 300), "3": (160, 325), "4": (180, 350),
    "5": (190, 375), "6": (200, 400), "7": (220, 425), "8": (230, 450), "9": (240, 475), "10": (260, 500),
}  # fmt: skip
"""Gas mark -> degrees Celsius and Fahrenheit, as British cookery books print them."""

_STICK_OF = {
    "gram": Fraction("113.398"),
    "ounce": Fraction(4),
    "pound": Fraction(1, 4),
    "cup": Fraction(1, 2),
    "tablespoon": Fraction(8),
    "teaspoon": Fraction(24),
    "kilogram": Fraction("0.113398"),
}
_DOZENS = {
    "dozen": 12,
    "score": 20,
    "gross": 144,
    "baker's dozen": 13,
    "bakers dozen": 13,
    "pair": 2,
    "ream": 500,
    "trio": 3,
}


def _gas_mark(_question: Question, match: re.Match[str]) -> str | None:
    mark = {"0.5": "1/2", "half": "1/2", "0.25": "1/4", "quarter": "1/4"}.get(match["mark"], match["mark"])
    if mark not in _GAS:
        return None
    celsius, fahrenheit = _GAS[mark]
    return f"Gas mark {mark} is about {celsius} degrees Celsius, or {fahrenheit} degrees Fahrenheit."


def _to_gas(_question: Question, match: re.Match[str]) -> str | None:
    degrees, scale = int(match["n"]), (match["scale"] or " ").strip().removeprefix("degrees").strip()[:1]
    if not scale:
        scale = "f" if degrees > 260 else "c" if degrees < 225 else ""  # noqa: PLR2004  only one can be meant
    side = {"c": 0, "f": 1}.get(scale)
    if side is None:
        return None
    mark = next((mark for mark, pair in _GAS.items() if abs(pair[side] - degrees) <= (5, 9)[side]), None)
    if not mark:
        return None
    return f"{degrees} degrees {('Celsius', 'Fahrenheit')[side]} is about gas mark {mark}."


_FAN = 20
"""So many degrees Celsius less does a fan oven need, as cookery books say."""


def _fan(question: Question, match: re.Match[str]) -> str | None:
    """Turn a setting of a fan oven into that of one without, or back, and into a gas mark."""
    degrees = int(match["n"] or match["n2"] or match["n3"])
    if not 100 <= degrees <= 250:  # noqa: PLR2004  degrees Celsius of an oven
        return None
    del question
    if match["n3"]:
        return f"{degrees} degrees Celsius is about {degrees - _FAN} degrees in a fan oven."
    usual = degrees + _FAN
    mark = next((mark for mark, pair in _GAS.items() if abs(pair[0] - usual) <= 5), "")  # noqa: PLR2004
    gas = f", gas mark {mark}" if mark else ""
    return f"{degrees} degrees in a fan oven is about {usual} degrees Celsius without the fan{gas}."


def _butter(_question: Question, match: re.Match[str]) -> str | None:
    sticks = read(match["n"]) if match["n"] and match["n"] not in ("a", "1", "the") else Fraction(1)
    if match["n"] in ("half a", "0.5"):
        sticks = Fraction(1, 2)
    unit = next((u for u in named(match["to"]) if _key(u.one) in _STICK_OF), None)
    if sticks is None or not unit:
        return None
    total = sticks * _STICK_OF[_key(unit.one)]
    size = decimal(Fraction(round(total)) if unit.one == "gram" else total, 3)
    name = unit.one if size == "1" else unit.many
    about = "about " if unit.kind == "mass" and "gram" in unit.one else ""
    verb = "is" if sticks in (1, Fraction(1, 2)) else "are"
    amount = f"{decimal(sticks, 2)} stick{'' if sticks == 1 else 's'}"
    return f"{amount} of butter {verb} {about}{size} {name.removeprefix('US ')}."


def _key(one: str) -> str:
    return one.removeprefix("US ").replace("fluid ounce", "ounce")


def _sticks(_question: Question, match: re.Match[str]) -> str | None:
    amount = next((a for a in quantities(match["from"]) if _key(a.unit.one) in _STICK_OF), None)
    if not amount:
        return None
    sticks = amount.value / _STICK_OF[_key(amount.unit.one)]
    verb = "is" if amount.value == 1 else "are"
    said = say(amount.value, amount.unit).replace("US ", "")
    size = decimal(sticks, 2)
    about = "" if sticks.denominator in (1, 2, 4) else "about "
    return f"{said[:1].upper()}{said[1:]} of butter {verb} {about}{size} stick{'' if size == '1' else 's'}."


def _in_dozen(_question: Question, match: re.Match[str]) -> str | None:
    named_count = {"a": Fraction(1), "an": Fraction(1), "half a": Fraction(1, 2), "the": Fraction(1)}
    count = named_count.get(match["n"]) or read(match["n"])
    if not count:
        return None
    name = match["group"]
    size = _DOZENS.get(name) or _DOZENS.get(name.removesuffix("s"))
    if not size:
        return None
    total = count * size
    return f"That is {decimal(total, 2)}." if total.denominator == 1 else None


def _twelve(_question: Question, match: re.Match[str]) -> str | None:
    """Answer about dozens, which have become digits in plain form: "how many eggs in 24"."""
    said = re.fullmatch(
        r"how many [a-z ]+?(?: are)?(?: there)? in (?:(?:a|[a-z]+|half a|\d+) dozen)", _question.said
    )
    return f"That is {match['n']}." if said else None


def _water(_question: Question, match: re.Match[str]) -> str | None:
    amount = next((a for a in quantities(match["a"]) if a.unit.kind == "volume"), None)
    wanted = match.groupdict().get("unit")
    unit = next((u for u in named(wanted or "kg") if u.kind == "mass"), None)
    if not amount or not unit:
        return None
    kilograms = amount.value * amount.unit.factor
    weight = convert(kilograms, named("kg")[0], unit)
    verb = "weighs" if amount.value in (1, Fraction(1, 2)) else "weigh"
    said = say(amount.value, amount.unit)
    if amount.unit.other:
        there = by_title(amount.unit.other)
        other = convert(amount.value * there.factor, named("kg")[0], unit)
        return f"{said[:1].upper()}{said[1:]} of water {verb} about {say(weight, unit).removeprefix('about ')}; {say(amount.value, there)}, about {say(other, unit).removeprefix('about ')}."
    return f"{said[:1].upper()}{said[1:]} of water {verb} {'' if say(weight, unit).startswith('about') else 'about '}{say(weight, unit)}."


_OVEN = r"(?: ?(?:degrees )?(?:c|celsius|centigrade|degrees))?"
INTENTS = (
    Intent(
        rf"(?:what is |convert |what gas mark is )?(?:(?:an? |my |the )?fan(?: assisted)?(?: oven)?(?: at| of)? (?P<n>\d{{3}}){_OVEN}|(?P<n2>\d{{3}}){_OVEN} fan(?: oven)?)(?: (?:in|to|as|into|for|without|is what)(?: an?)?(?: (?:gas(?: mark)?|conventional|normal|regular|non fan|standard|usual|oven|temperature|fan|electric|setting))+)?"
        rf"|(?:what is |convert )?(?:conventional )?(?P<n3>\d{{3}}){_OVEN}(?: conventional| normal| gas)? (?:in|to|for|as)(?: an?)? fan(?: (?:oven|temperature|setting|assisted))*",
        _fan,
        ("fan",),
    ),
    Intent(
        r"(?:what is |what temperature is |convert |how hot is )?gas mark (?P<mark>\d{1,2}|1/[24]|0\.5|0\.25|half|quarter)"
        r"(?: (?:in|to|into) (?:degrees )?(?:c|f|celsius|fahrenheit|centigrade|degrees)(?: (?:and|or) (?:celsius|fahrenheit))?)?",
        _gas_mark,
        ("gas mark",),
    ),
    Intent(
        r"(?:what (?:is |gas mark is )?|convert )?(?P<n>\d{3})(?P<scale> ?(?:degrees )?(?:c|f|celsius|fahrenheit|centigrade)| degrees)? (?:in|to|into|as)(?: an?| the)? gas mark",
        _to_gas,
        ("gas mark",),
    ),
    Intent(
        r"(?P<n>\d{3})(?P<scale> ?(?:degrees )?(?:c|f|celsius|fahrenheit|centigrade)| degrees)? (?:is|equals|would be) (?:what|which) gas mark",
        _to_gas,
        ("gas mark",),
    ),
    Intent(
        r"(?:what|which) gas mark is (?P<n>\d{3})(?P<scale> ?(?:degrees )?(?:c|f|celsius|fahrenheit|centigrade)| degrees)?",
        _to_gas,
        ("gas mark",),
    ),
    Intent(
        rf"(?:how (?:many|much) (?P<to>[a-z ]+?) (?:are |is )?(?:there )?(?:in|is|are|does)(?: there)? (?P<n>an?|1|the|half a|{NUMBER})? ?sticks? of butter(?: weigh| have)?)",
        _butter,
        ("stick",),
    ),
    Intent(
        rf"(?:convert |what is |how much is )?(?P<n>an?|1|the|half a|{NUMBER}) sticks? of butter (?:in|to|into) (?P<to>[a-z ]+)",
        _butter,
        ("stick",),
    ),
    Intent(
        r"how much (?:does|is) (?P<n>an?|1) stick of butter(?: weigh)?",
        says("A stick of butter is about 113 grams: 4 ounces, half a cup, or 8 tablespoons."),
        ("stick",),
    ),
    Intent(r"how many sticks of butter (?:are |is )?(?:there )?(?:in|make|is|are)(?: there)? (?P<from>.+?)(?: of butter)?", _sticks, ("stick",)),
    Intent(
        rf"how many (?:[a-z]+ )?(?:are |is )?(?:there )?(?:in|is|are|make|makes) (?P<n>an?|half a|the|{NUMBER}) (?P<group>dozens?|scores?|gross|baker'?s dozen|reams?)(?: of [a-z]+)?",
        _in_dozen,
        ("dozen", "score", "gross", "ream"),
    ),
    Intent(r"how many [a-z ]+?(?: are)?(?: there)? in (?P<n>\d+)", _twelve),
    Intent(
        r"(?P<n>an?|1|the|half a) (?P<group>gross|score|baker'?s dozen|ream) (?:is|are|makes|equals) how (?:many|much)(?: [a-z]+)?|(?:what|how (?:much|many)) (?:is|are) (?P<n2>an?|1|half a) (?P<group2>gross|score|baker'?s dozen|ream)",
        lambda q, m: _in_dozen(q, also(m, n="n2", group="group2")),
        ("dozen", "score", "gross", "ream"),
    ),
    Intent(
        r"how many 12s?(?: [a-z]+)? (?:are )?(?:there )?(?:in|is|are|does|do|make|makes|can i (?:make|get) (?:from|out of)) (?P<n>\d{1,9})(?: [a-z]+)?(?: make)?",
        lambda q, m: f"That is {decimal(Fraction(int(m['n']), 12), 2)} dozen." if "dozen" in q.said else None,
        ("12",),
    ),
    Intent(
        r"how (?:much|heavy) (?:does|do|is|are|would) (?P<a>.+?) of water(?: weigh)?(?: in (?P<unit>[a-z]+))?",
        _water,
        ("of water",),
    ),
    Intent(
        r"how many (?P<unit>[a-z]+) (?:does|do|is|are|in) (?P<a>.+?) of water(?: weigh)?",
        lambda q, m: _water(q, m) if any(u.kind == "mass" for u in named(m["unit"])) else None,
        ("of water",),
    ),
)  # fmt: skip
