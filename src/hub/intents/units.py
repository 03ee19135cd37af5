"""Convert between units of one kind, by exact factors; refuse to turn a length into a weight."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from hub.intents.calculator import decimal, grouped
from hub.intents.intent import Intent, Question
from hub.intents.measures import Unit, by_title, convert, named
from hub.intents.quantity import Quantity, capital, quantities, say

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEASURE = {"calendar": "time", "data": "amounts of data", "data rate": "speed of data", "mass": "weight"}
_PAIRED = {
    "foot": ("inch", ""), "inch": ("inch", "foot"), "stone": ("pound", ""), "pound": ("ounce", ""),
    "hour": ("minute", ""), "minute": ("second", ""), "day": ("hour", ""), "week": ("day", ""), "year": ("month", ""),
}  # fmt: skip
_ABSOLUTE_ZERO = Fraction(-27315, 100)
_SEAM = r" (?:in|to|into|as|is how many|are how many|equals?(?: to)? how many|is what in|are what in|is equal to how many|converted (?:in)?to|expressed in|expressed as|measured in|equals|=|in terms of|is what)(?= )"


def answer_for(amounts: list[Quantity], target_name: str) -> str | None:  # noqa: PLR0911  a case a line
    """Convert the amount to the unit called ``target_name``, whichever kind both can be."""
    targets = named(target_name)
    pairs = [(amount, target) for amount in amounts for target in targets if amount.unit.kind == target.kind]
    pairs.sort(key=lambda pair: pair[0].unit.one == pair[1].one)  # 90 degrees in Celsius are Fahrenheit
    if pairs:
        if pairs[0][0].unit.one == pairs[0][1].one and len(pairs) > 1:
            return None
        amount, target = pairs[0]
        guesses = {(p[0].unit.one, p[1].one) for p in pairs if p[0].unit.kind == "temperature"}
        if len(guesses) > 1 and target.one == "kelvin":
            return None
        if target.kind == "calendar" == amount.unit.kind:
            return _exact(amount, target)
        return _exact(amount, target)
    for amount in amounts:
        for target in targets:
            if {amount.unit.kind, target.kind} == {"calendar", "time"}:
                return _calendar(amount.value, amount.unit, target)
    if amounts and targets and amounts[0].unit.kind != "calendar" != targets[0].kind:
        return _mismatch(amounts[0], targets[0])
    return None


def _exact(amount: Quantity, target: Unit) -> str | None:
    value, source = amount.value, amount.unit
    if source.kind == "temperature" and value * source.factor + source.offset < _ABSOLUTE_ZERO:
        return "That is below absolute zero: no such temperature exists."
    if (source.inverse or target.inverse) and value <= 0:
        return None
    said = amount.words or _said(value, source)
    result = convert(value, source, target)
    if said.startswith("about"):  # the question's own number was longer: do not say another one
        return f"That is {say(result, target)}{_also(result, target)}."
    other = _elsewhere(amount, target) or ""
    if not other and source.other and target.other:  # the same wherever the words are used
        source, target = _plain(source), _plain(target)
        said = amount.words or _said(value, source)
    verb = "are" if amount.words else _verb(value, source)
    told = f"{capital(said)} {verb} {say(result, target)}{_also(result, target)}"
    return f"{told}{other}."


def _said(value: Fraction, unit: Unit) -> str:
    """Write the amount that was asked about; a half as one says it."""
    if value not in _PARTS or unit.kind == "temperature":
        return say(value, unit)
    return (
        f"{_PARTS[value]} {'an' if unit.one[0] in 'aeio' or unit.one.startswith('hour') else 'a'} {unit.one}"
    )


_PARTS = {Fraction(1, 2): "half", Fraction(1, 4): "a quarter of", Fraction(3, 4): "three quarters of"}


def _verb(value: Fraction, unit: Unit) -> str:
    return "is" if unit.kind == "temperature" or abs(value) in (1, *_PARTS) else "are"


def _plain(unit: Unit) -> Unit:
    return replace(unit, one=unit.one.removeprefix("US "), many=unit.many.removeprefix("US "))


def _elsewhere(amount: Quantity, target: Unit) -> str | None:
    """Return what it is where the words mean other units; "" when it is the same, None when they are clear."""
    source = amount.unit
    if not source.other and not target.other:
        return None
    there = by_title(source.other) if source.other else source
    then = by_title(target.other) if target.other else target
    systems = {unit.one.split()[0] for unit, given in ((there, source), (then, target)) if given.other}
    if len(systems & {"metric", "imperial"}) > 1:  # a metric cup in imperial pints is nobody's question
        return None
    here, result = convert(amount.value, source, target), convert(amount.value, there, then)
    if source.other and target.other and here == result:
        return ""
    if not source.other:
        return f", or {say(result, then)}"
    return f"; {_said(amount.value, there)} {_verb(amount.value, there)} {say(result, then)}"


def _also(result: Fraction, target: Unit) -> str:
    """Return the same in two units, as one says heights and durations: 5.91 feet, or 5 feet 10.9 inches."""
    if (
        target.one not in ("foot", "stone", "hour", "minute")
        or result.denominator == 1
        or not 1 < result < 1000  # noqa: PLR2004  a bound of its kind
    ):
        return ""
    small = by_title(_PAIRED[target.one][0])
    whole = Fraction(result.numerator // result.denominator)
    rest = result - whole
    left = round(rest * target.factor / small.factor, 1)
    if not left or left >= target.factor / small.factor or (target.kind == "time" and left.denominator != 1):
        return ""
    name = small.one if left == 1 else small.many
    return f", that is {say(whole, target)} {decimal(left, 1)} {name}"


def two_units(amounts: list[Quantity], large: str, small: str) -> str | None:
    """Say an amount in two units: 75 inches in feet and inches, 200 minutes in hours and minutes."""
    for amount in amounts:
        for big in named(large):
            for little in named(small):
                kinds = {amount.unit.kind, big.kind, little.kind}
                if (
                    len(kinds) > 1
                    or big.factor <= little.factor
                    or big.offset
                    or big.inverse
                    or amount.value < 0
                ):
                    continue
                result = convert(amount.value, amount.unit, big)
                whole = Fraction(result.numerator // result.denominator)
                rest = result - whole
                left = rest * big.factor / little.factor
                if round(left, 2) >= big.factor / little.factor:
                    whole, left = whole + 1, Fraction(0)
                big, little = _plain(big), _plain(little)  # noqa: PLW2901  the same units without their country
                said = amount.words or say(amount.value, amount.unit)
                told = f"{say(whole, big)} and {say(left, little).removeprefix('about ')}"
                about = "about " if say(left, little).startswith("about") else ""
                return f"{capital(said)} {_verb(amount.value, amount.unit)} {about}{told}."
    return None


def _mismatch(amount: Quantity, target: Unit) -> str | None:
    source = amount.unit
    if source.one == target.one or {source.kind, target.kind} == {"angle", "time"}:
        return None
    if {source.kind, target.kind} == {"mass", "volume"}:
        return (
            f"{capital(_plain(source).many)} measure {_MEASURE.get(source.kind, source.kind)} and {_plain(target).many} measure"
            f" {_MEASURE.get(target.kind, target.kind)}: it depends on what is weighed. A litre of water weighs 1 kilogram."
        )
    kinds = [_MEASURE.get(unit.kind, unit.kind) for unit in (source, target)]
    return (
        f"{capital(source.many)} measure {kinds[0]} and {target.many} measure {kinds[1]},"
        " so one cannot be turned into the other."
    )


# -- years and months, which are not all of one length --------------------------------------------


def _calendar(value: Fraction, source: Unit, target: Unit) -> str | None:
    """Turn years and months into days and hours, or back: exact where the calendar says so."""
    if source.kind == "calendar":
        return _from_calendar(value * source.factor, say(value, source), target)
    if not value:
        return None
    years = value * source.factor / 86400 / Fraction(146097, 400)
    result = years * 12 / target.factor
    return f"{capital(say(value, source))} are about {decimal(abs(result), 2)} {target.many}."


def _from_calendar(months: Fraction, said: str, target: Unit) -> str | None:
    """``months`` as days, weeks or less; a year may be a leap year, and a month may be short."""
    verb = "is" if re.match(r"(?:1|0\.5) ", said) else "are"
    if months.denominator != 1 or months > 48 or (months % 12 and months > 12):  # noqa: PLR2004  too many cases to name
        days = months * Fraction(146097, 4800)
        result = days * 86400 / target.factor
        return f"{capital(said)} {verb} about {grouped(round(result))} {target.many}, on average."
    least, most = _lengths(int(months))
    if target.one == "week" and months == 12:  # noqa: PLR2004
        return "A year is 52 weeks and 1 day, or 2 days in a leap year: about 52.18 weeks."
    low, high = (Fraction(days * 86400) / target.factor for days in (least, most))
    if months == 1 and target.one == "day":
        return "A month has 30 or 31 days; February has 28, or 29 in a leap year."
    if months % 12:
        return f"{capital(said)} {verb} {decimal(low, 2)} to {decimal(high, 2)} {target.many}, as the months fall."
    leap = "in a leap year" if months == 12 else "with a leap year"  # noqa: PLR2004
    return f"{capital(said)} {verb} {decimal(low, 2)} {target.many}, or {decimal(high, 2)} {leap}."


def _lengths(months: int) -> tuple[int, int]:
    """Return the fewest and the most days that so many months in a row can have."""
    if months % 12 == 0:
        years = months // 12
        return years * 365 + years // 4, years * 365 + -(-years // 4)
    year = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] * 2
    sums = [sum(year[at : at + months]) for at in range(12)]
    return min(sums), max(sums)


# -- the ways to ask ------------------------------------------------------------------------------

_NOISE = re.compile(
    r"^(?:the )?(?:total |whole )?(?:(?:an? )?(?:body |oven |room )?(?:temperature|fever|speed|height|weight|distance) of )?|(?: (?:long|tall|high|wide|deep|heavy|old|hot|warm|cold|fast|worth|total|altogether|equal|equivalent))+$"
)


def _halves(text: str) -> Iterator[tuple[str, str]]:
    for seam in re.finditer(_SEAM, text):
        yield text[: seam.start()], text[seam.end() + 1 :]


def _bare(_question: Question, match: re.Match[str]) -> str | None:
    """Convert "X in Y": only when a number was said."""
    text = match["text"]
    for left, right in _halves(text):
        found = _convert(left, right, counted=True)
        if found:
            return found
    return None


def _convert(left: str, right: str, *, counted: bool) -> str | None:
    right = _NOISE.sub("", right.removeprefix("how many ").removeprefix("many ")).strip()
    amounts = [a for a in quantities(_NOISE.sub("", left)) if a.counted or not counted]
    if system := _SYSTEM.fullmatch(right):
        return _in_system(amounts, "metric" if system[1] == "metric" else "imperial")
    if amounts and amounts[0].unit.kind == "speed" and right in _PER_HOUR:
        right = _PER_HOUR[right]
    if pair := re.fullmatch(r"(\S+(?: \S+)?) and (\S+(?: \S+)?)", right):
        return two_units(amounts, pair[1], pair[2])
    return answer_for(amounts, right) if amounts else None


_SYSTEM = re.compile(r"(?:the )?(metric|imperial)(?: system| units?| measurements?| measures?| terms)?")
_PER_HOUR = dict.fromkeys(("km", "kilometres", "kilometers"), "km/h") | {"miles": "mph"}
"""What one means by the kilometres of a speed."""

# the unit that one says in the other system, and for an amount from a limit on another: (unit, at least, unit)
_THERE = {
    "metric": {
        "inch": "centimetre", "foot": "centimetre", "yard": "metre", "mile": "kilometre", "stone": "kilogram", "pound": "kilogram", "ounce": "gram",
        "US gallon": "litre", "US pint": "millilitre", "US quart": "litre", "US cup": "millilitre", "US fluid ounce": "millilitre", "acre": "hectare",
        "imperial gallon": "litre", "imperial pint": "millilitre", "imperial fluid ounce": "millilitre", "US tablespoon": "millilitre", "US teaspoon": "millilitre",
        "square foot": "square metre", "square yard": "square metre", "square mile": "square kilometre", "mile per hour": "kilometre per hour",
        "degree Fahrenheit": "degree Celsius", "pound per square inch": "bar", "cubic foot": "cubic metre", "nautical mile": "kilometre",
    },
    "imperial": {
        "millimetre": "inch", "centimetre": "inch", "metre": "foot", "kilometre": "mile", "kilogram": "pound", "gram": "ounce", "litre": "imperial pint",
        "millilitre": "imperial fluid ounce", "hectare": "acre", "square metre": "square foot", "square kilometre": "square mile",
        "kilometre per hour": "mile per hour", "degree Celsius": "degree Fahrenheit", "bar": "pound per square inch", "cubic metre": "cubic foot", "tonne": "long ton",
    },
}  # fmt: skip


def _in_system(amounts: list[Quantity], system: str) -> str | None:
    """Convert to the unit that one uses for it in the other system."""
    amount = next((a for a in amounts if a.unit.one in _THERE[system]), None)
    if not amount:
        return None
    target = by_title(_THERE[system][amount.unit.one])
    size = convert(amount.value, amount.unit, target)
    if target.one == "centimetre" and size >= 300:  # noqa: PLR2004  larger than people: a room
        target = by_title("metre")
    if amount.unit.one == "centimetre" and size > 24:  # noqa: PLR2004  two feet
        return two_units([amount], "feet", "inches")
    return _exact(amount, target)


def _how_many(_question: Question, match: re.Match[str]) -> str | None:
    return _convert(match["from"], match["to"], counted=False)


_FORMULAS = {
    ("degree Celsius", "degree Fahrenheit"): "Multiply the Celsius degrees by 9, divide by 5, and add 32.",
    (
        "degree Fahrenheit",
        "degree Celsius",
    ): "Subtract 32 from the Fahrenheit degrees, multiply by 5, and divide by 9.",
    ("degree Celsius", "kelvin"): "Add 273.15 to the Celsius degrees.",
    ("kelvin", "degree Celsius"): "Subtract 273.15 from the kelvins.",
}


def _between(_question: Question, match: re.Match[str]) -> str | None:
    """Tell how two units relate, when no amount was said: miles to kilometres."""
    sources, targets = named(match["from"]), named(match["to"])
    for source in sources:
        for target in targets:
            if formula := _FORMULAS.get((source.one, target.one)):
                return formula
            if source.kind == target.kind and source.one != target.one and source.kind != "temperature":
                return _exact(Quantity(Fraction(1), source), target)
    return None


def _same_as(_question: Question, match: re.Match[str]) -> str | None:
    """Answer "are 12 inches the same as a foot", "is 1 km equal to 1000 m"."""
    for a in quantities(match["a"]):
        for b in quantities(match["b"]):
            if a.unit.kind != b.unit.kind or a.unit.inverse or b.unit.inverse:
                continue
            here = convert(a.value, a.unit, b.unit)
            if here == b.value:
                return f"Yes, {say(a.value, a.unit)} {_verb(a.value, a.unit)} {say(b.value, b.unit)}."
            return f"No, {say(a.value, a.unit)} {_verb(a.value, a.unit)} {say(here, b.unit)}."
    return None


_TO = r"(?P<to>[a-z][a-z/ 0-9^]*?)"
_ADJECTIVES = "(?: long| tall| high| wide| deep| of time| worth| total| exactly| altogether)*"
INTENTS = (
    Intent(
        rf"how (?:many|much) {_TO}{_ADJECTIVES} (?:are there |are |is there |is |fit |go |will fit |would be )?(?:contained )?(?:in|into|make up"
        r"|makes up|make|makes|equals?|to|within|comprise|inside)(?: up)? (?P<from>.+?)",
        _how_many,
        ("how m",),
    ),
    Intent(
        rf"how (?:many|much) {_TO} (?:are there )?(?:per|to the) (?P<from>[a-z ]+)",
        _how_many,
        (" per ", " to the "),
    ),
    Intent(
        rf"how (?:many|much) {_TO}{_ADJECTIVES} (?:is|are|does|do|has|have|would|will|was|were) (?P<from>.+?)(?: have| has"
        r"| equal(?: to)?| make| contain| worth| be| weigh| measure| hold| last| take| cover| total| altogether| come to| represent)?",
        _how_many,
        ("how m",),
    ),
    Intent(
        r"(?:how (?:do|can|would|should) (?:you|i|we|one) )?(?:convert|change|turn|translate|transform|express|give me|get|show|make)? ?"
        r"(?:what is |what are |what would |what does |how (?:much|far|long|heavy|big|tall|fast|hot|warm|cold|high|large|many|wide|deep|old) (?:is|are|would|was) |how many is )?"
        r"(?:the (?:conversion|equivalent|value) of )?(?P<text>.*\d.*|.*\b(?:an?|half|quarter)\b.*)",
        _bare,
    ),
    Intent(
        r"(?:what is the |what is |the )?(?P<to>[a-z ]+?) (?:equivalent |value |equivalents )?(?:of|for|from) (?P<from>.*\d.*)",
        _how_many,
        (" of ", " for ", " from "),
    ),
    Intent(
        r"(?:how (?:do|can|would|should) (?:you|i|we|one) )?(?:(?:convert|change|turn|go|get)(?: from)? |what is the (?:conversion|formula|conversion factor|conversion rate)"
        r" (?:from|for|of|between|to convert|for converting) |formula for |conversion )?(?:from )?(?P<from>[a-z/ ]+?) (?:to|into|and|in) (?P<to>[a-z/ ]+?)(?: conversion)?",
        _between,
        (" to ", " into ", " and ", " in "),
    ),
    Intent(
        r"(?:(?:if )?(?:i|we|you|it|he|she|this|that|they)(?: am| is| are| weighs?| have| has| ran| run| walked| drove| measures?)+|(?:if )?(?:my|the|a|our) [a-z ]+? (?:is|are|weighs?|measures?)) (?P<from>.*\d.*?)"
        r" (?:what|how (?:much|tall|heavy|far|long|big|hot|wide|high|fast|old|many)) (?:is|are|am|would) (?:that|it|this|i|he|she)(?: be)? (?:in|as) (?P<to>[a-z/ ]+)",
        _how_many,
        (" that ", " it ", " this "),
    ),
    Intent(
        r"(?:(?:if )?(?:i|we|you|it|he|she|this|that|they)(?: am| is| are| weighs?| have| has| ran| run| walked| drove| measures?)+|(?:if )?(?:my|the|a|our) [a-z ]+? (?:is|are|weighs?|measures?)) (?P<from>.*\d.*?)"
        r" how many (?P<to>[a-z/ ]+?) (?:is|are) (?:that|it|this)",
        lambda q, m: told if (told := _how_many(q, m)) and " measure " not in told else None,
        ("how many",),
    ),
    Intent(
        r"(?:[a-z]+ ){0,6}?(?P<from>(?:minus )?\d.*?) (?:what|how (?:much|many|hot|long|far)) (?:is|are|would) (?:that|it|this|those)(?: be)?(?: in| as)? (?P<to>[a-z][a-z0-9/ ]*)",
        _how_many,
        (" that ", " it ", " this ", " those "),
    ),
    Intent(
        rf"{_TO} (?:in|per|to) (?P<from>an? [a-z ]+)",
        lambda q, m: told if (told := _how_many(q, m)) and " measure " not in told else None,
        (" in a", " per a", " to a"),
    ),
    Intent(
        r"(?:is|are|does|do) (?P<a>.+?) (?:the same as|equal to|equal|the same length as|as much as|exactly|equals|make) (?P<b>.+)",
        _same_as,
    ),
)
