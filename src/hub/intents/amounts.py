"""Reckon with amounts: add and scale them, compare two, and relate distance, speed and time."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import re
from fractions import Fraction

from hub.intents.calculator import spoken
from hub.intents.intent import Intent, Question
from hub.intents.measures import Unit, by_title, convert, named
from hub.intents.quantity import NUMBER, Quantity, capital, quantities, read, say
from hub.intents.units import two_units

_ASK = (
    r"(?:what is |what are |how much is |how long is |calculate |work out |add |what do you get if you add )?"
)
_PARTNER = {
    "hour": "minutes",
    "minute": "seconds",
    "day": "hours",
    "foot": "inches",
    "stone": "pounds",
    "pound": "ounces",
    "week": "days",
}


def _told(value: Fraction, unit: Unit) -> str:
    """Write a sum as it would be said: 4 hours and 15 minutes rather than 4.25 hours."""
    if value.denominator != 1 and value > 1 and unit.one in _PARTNER:
        both = two_units([Quantity(value, unit)], unit.many, _PARTNER[unit.one])
        if both and "about" not in both:
            return re.split(r" (?:is|are) ", both, maxsplit=1)[1].removesuffix(".")
    return say(value, unit)


def _pair(left: str, right: str) -> tuple[Quantity, Quantity] | None:
    for a in quantities(left):
        for b in quantities(right):
            if (
                a.counted
                and b.counted
                and a.unit.kind == b.unit.kind
                and not a.unit.inverse
                and not b.unit.inverse
            ):
                return a, b
    return None


def _sum(_question: Question, match: re.Match[str]) -> str | None:
    """Add or take away two amounts of one kind."""
    pair = _pair(match["a"], match["b"])
    if not pair or pair[0].unit.offset or pair[0].unit.kind in ("temperature", "fuel use"):
        return None
    a, b = pair
    sign = -1 if match["op"] in ("minus", "-", "less", "take away") else 1
    total = a.value + sign * convert(b.value, b.unit, a.unit)
    if total < 0:
        return None
    unit = a.unit
    if "target" in match.groupdict() and match["target"]:
        wanted = next((u for u in named(match["target"]) if u.kind == unit.kind), None)
        if not wanted:
            return None
        return f"That is {say(convert(total, unit, wanted), wanted)}."
    if b.unit.factor < unit.factor and (total * 1000).denominator != 1 and unit.one not in _PARTNER:
        total, unit = convert(total, unit, b.unit), b.unit
    return f"That is {_told(total, unit)}."


_FACTORS = {
    "half": Fraction(1, 2), "half of": Fraction(1, 2), "twice": Fraction(2), "double": Fraction(2), "triple": Fraction(3),
    "a 3rd of": Fraction(1, 3), "1 3rd of": Fraction(1, 3), "a quarter of": Fraction(1, 4), "2 3rds of": Fraction(2, 3), "3 quarters of": Fraction(3, 4),
    "quadruple": Fraction(4), "a 5th of": Fraction(1, 5), "a 10th of": Fraction(1, 10), "an 8th of": Fraction(1, 8),
}  # fmt: skip


def _scaled(_question: Question, match: re.Match[str]) -> str | None:
    """Take a multiple of an amount: double 3/4 cup, a third of 250 ml, 20% of 5 kg, 2.5 hours times 3."""
    found = match.groupdict()
    if word := found.get("word"):
        factor: Fraction | None = _FACTORS[word]
    elif percent := found.get("percent"):
        factor = Fraction(percent) / 100
    else:
        factor = read(found.get("n") or "")
        if factor is not None and re.search(r" (?:divided by|/) ", match[0]):
            factor = 1 / factor if factor else None
    amounts = [
        a for a in quantities(match["a"]) if a.counted and a.unit.kind not in ("temperature", "fuel use")
    ]
    if factor is None or not amounts:
        return None
    unit = amounts[0].unit
    result = amounts[0].value * factor
    plain = unit.one.removeprefix("US "), unit.many.removeprefix("US ")
    return f"That is {_told(result, unit).replace(unit.many, plain[1]).replace(unit.one, plain[0])}."


# -- comparing ------------------------------------------------------------------------------------

_MORE = {
    "longer": "length time calendar", "taller": "length", "farther": "length", "further": "length", "higher": "length temperature pressure",
    "deeper": "length", "wider": "length", "heavier": "mass", "hotter": "temperature", "warmer": "temperature", "faster": "speed data rate",
    "bigger": "*", "larger": "*", "greater": "*", "more": "*", "stronger": "power force",
}  # fmt: skip
_LESS = {
    "shorter": "length time calendar", "lower": "length temperature pressure", "lighter": "mass", "colder": "temperature", "cooler": "temperature",
    "slower": "speed data rate", "smaller": "*", "less": "*", "weaker": "power force",
}  # fmt: skip
_THAN = "|".join([*_MORE, *_LESS])
_SUPERLATIVE = {
    "longest": "longer",
    "heaviest": "heavier",
    "biggest": "bigger",
    "largest": "larger",
    "fastest": "faster",
    "hottest": "hotter",
    "shortest": "shorter",
    "smallest": "smaller",
    "lightest": "lighter",
}


def _sides(left: str, right: str, word: str) -> tuple[Quantity, Quantity] | None:
    kinds = (_MORE | _LESS)[word]
    for a in quantities(left):
        for b in quantities(right):
            if a.unit.kind == b.unit.kind and (kinds == "*" or a.unit.kind in kinds):
                return a, b
    return None


def _same_everywhere(a: Quantity, b: Quantity) -> bool:
    """Say whether ``a`` is more than ``b`` in British units, too, if it is in American ones."""
    there = [by_title(one.unit.other) if one.unit.other else one.unit for one in (a, b)]
    both = [one.value * unit.factor + unit.offset for one, unit in zip((a, b), there, strict=True)]
    here = [_size(a), _size(b)]
    return (here[0] > here[1], here[0] == here[1]) == (both[0] > both[1], both[0] == both[1])


def _size(amount: Quantity) -> Fraction:
    return amount.value * amount.unit.factor + amount.unit.offset


def _is_more(_question: Question, match: re.Match[str]) -> str | None:
    pair = _sides(match["a"], match["b"], match["than"])
    if not pair or pair[0].unit.inverse or pair[1].unit.inverse or not _same_everywhere(*pair):
        return None
    a, b = pair
    here = say(convert(a.value, a.unit, b.unit), b.unit)
    verb = "is" if a.value in (1, Fraction(1, 2)) or a.unit.kind == "temperature" else "are"
    right = _size(a) > _size(b) if match["than"] in _MORE else _size(a) < _size(b)
    if _size(a) == _size(b):
        return "No, they are the same." if a.unit.one != b.unit.one else None
    if a.unit.one == b.unit.one and a.value == b.value:
        return None
    return f"{'Yes' if right else 'No'}, {say(a.value, a.unit)} {verb} {here}."


def _which_more(_question: Question, match: re.Match[str]) -> str | None:
    word = _SUPERLATIVE.get(match["than"], match["than"])
    pair = _sides(match["a"], match["b"], word)
    if not pair or pair[0].unit.inverse or pair[1].unit.inverse or not _same_everywhere(*pair):
        return None
    a, b = pair
    if _size(a) == _size(b):
        return f"Neither: {say(a.value, a.unit)} and {say(b.value, b.unit)} are the same."
    winner, loser = (a, b) if (_size(a) > _size(b)) == (word in _MORE) else (b, a)
    here = say(convert(winner.value, winner.unit, loser.unit), loser.unit)
    if winner.unit.one == loser.unit.one:
        return f"{capital(say(winner.value, winner.unit))}."
    verb = "is" if winner.value == 1 or winner.unit.kind == "temperature" else "are"
    return f"{capital(say(winner.value, winner.unit))} is {word}: it {verb if verb == 'is' else 'is'} {here}."


# -- distance, speed, time ------------------------------------------------------------------------


def _of_kind(text: str, kind: str) -> Quantity | None:
    return next((a for a in quantities(text) if a.unit.kind == kind and a.counted), None)


def _travel_time(_question: Question, match: re.Match[str]) -> str | None:
    way, speed = _of_kind(match["way"], "length"), _of_kind(match["speed"], "speed")
    if not way or not speed or speed.value <= 0:
        return None
    seconds = _size(way) / _size(speed)
    return f"It takes {_duration(seconds)}."


def _duration(seconds: Fraction) -> str:
    for name in ("hour", "minute"):
        unit = by_title(name)
        if seconds >= unit.factor:
            return _told(seconds / unit.factor, unit) if (seconds / 60).denominator == 1 else _rough(seconds)
    return say(seconds, by_title("second"))


def _rough(seconds: Fraction) -> str:
    """Say a span to the minute, or to the second below an hour."""
    total = round(seconds)
    hours, rest = divmod(total, 3600)
    minutes, left = divmod(rest, 60)
    if hours:
        minutes += left >= 30  # noqa: PLR2004
        hours, minutes = (hours + 1, 0) if minutes == 60 else (hours, minutes)  # noqa: PLR2004
        return (
            f"about {hours} hour{'' if hours == 1 else 's'} and {minutes} minute{'' if minutes == 1 else 's'}"
        )
    about = "" if seconds.denominator == 1 else "about "
    return f"{about}{minutes} minute{'' if minutes == 1 else 's'} and {left} second{'' if left == 1 else 's'}"


def _travel_far(_question: Question, match: re.Match[str]) -> str | None:
    speed, span = _of_kind(match["speed"], "speed"), _of_kind(match["span"], "time")
    if not span or not speed:
        return None
    unit = by_title(
        {
            "mile per hour": "mile",
            "kilometre per hour": "kilometre",
            "knot": "nautical mile",
            "foot per second": "foot",
        }.get(speed.unit.one, "metre")
    )
    return f"That is {say(_size(speed) * _size(span) / unit.factor, unit)}."


def _speed(_question: Question, match: re.Match[str]) -> str | None:
    way, span = _of_kind(match["way"], "length"), _of_kind(match["span"], "time")
    if not way or not span or not span.value:
        return None
    unit = by_title(
        {"mile": "mile per hour", "kilometre": "kilometre per hour", "marathon": "kilometre per hour"}.get(
            way.unit.one, "metre per second"
        )
    )
    return f"That is {say(_size(way) / _size(span) / unit.factor, unit)}."


def _times_in(_question: Question, match: re.Match[str]) -> str | None:
    """Say how often one amount goes into another: quarter cups in 2 cups, 15 minutes in 2 hours."""
    for a in quantities(match["a"]):
        for b in quantities(match["b"]):
            if (
                a.unit.kind == b.unit.kind
                and a.counted
                and a.value > 0
                and b.value > 0
                and not (a.unit.inverse or a.unit.offset)
            ):
                times = convert(b.value, b.unit, a.unit) / a.value
                return f"That is {spoken(times)}."
    return None


def _how_long(_question: Question, match: re.Match[str]) -> str | None:
    """Say a number of seconds, minutes or hours in larger units."""
    span = _of_kind(match["span"], "time")
    if not span or span.unit.one not in ("second", "minute", "hour"):
        return None
    total = round(_size(span))
    days, rest = divmod(total, 86400)
    hours, rest = divmod(rest, 3600)
    parts = [
        f"{n} {name}{'' if n == 1 else 's'}"
        for n, name in ((days, "day"), (hours, "hour"), (rest // 60, "minute"), (rest % 60, "second"))
        if n
    ]
    if len(parts) < 2 and total < span.unit.factor * 60:  # noqa: PLR2004  it was said that way
        return None
    return f"That is {' and '.join([', '.join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)}."


def _transfer(_question: Question, match: re.Match[str]) -> str | None:
    data, rate = _of_kind(match["data"], "data"), _of_kind(match["rate"], "data rate")
    if not data or not rate or rate.value <= 0:
        return None
    return f"At its full speed, {_duration(_size(data) * 8 / _size(rate))}."


_GO = r"(?:drive|travel|go|run|walk|cycle|fly|cover|get|sail|ride|bike|do)"
_OPS = r"(?P<op>plus|minus|\+|-|less|take away|and|added to)"
INTENTS = (
    Intent(r"how many (?P<a>(?:\d|half|quarter|an? half|an? quarter).+?)(?: (?:intervals|periods|blocks|chunks|steps|servings|portions|pieces|glasses|bottles|measures|laps|lengths|sessions|cups|mugs|jars|cans|bags|bowls|doses|slices|lots|slots))? (?:are there |are |is |fit |go |(?:can|could|do) (?:i|you|we) (?:fill|pour|make|get|cut|have) )?(?:in|into|make|make up|equal|from|out of|with) (?P<b>.+)", _times_in, ("how many",)),
    Intent(r"how (?:long|much time|many (?:hours|minutes|days) and (?:minutes|seconds|hours)) (?:is|are) (?P<span>\d.+)", _how_long, ("how ",)),
    Intent(rf"{_ASK}(?P<a>.*?\d.*?|an? [a-z]+(?: and a half)?) {_OPS} (?P<b>(?:\d|an? |half ).*?)(?: in (?P<target>[a-z ]+))?", _sum),
    Intent(rf"{_ASK}(?P<word>{'|'.join(sorted(_FACTORS, key=len, reverse=True))}) (?P<a>.*\d.*|an? [a-z]+)", _scaled),
    Intent(rf"{_ASK}(?P<percent>\d+(?:\.\d+)?) ?(?:%|percent|per cent) of (?P<a>.+)", _scaled, ("%", "per")),
    Intent(rf"{_ASK}(?P<a>\d.*?) (?:times|multiplied by|x|\*|divided by|/) (?P<n>{NUMBER})", _scaled),
    Intent(rf"{_ASK}(?P<n>{NUMBER}) (?:times|multiplied by|x|\*) (?P<a>\d.+)", _scaled),
    Intent(rf"(?:is|are) (?P<a>.+?) (?P<than>{_THAN}) than (?P<b>.+)", _is_more, (" than ",)),
    Intent(
        rf"(?:which|what)(?: 1)? (?:is|are|weighs|lasts|goes)(?: the)? (?P<than>{_THAN}|{'|'.join(_SUPERLATIVE)}) (?P<a>.+?) or (?P<b>.+)",
        _which_more,
        (" or ",),
    ),
    Intent(
        rf"(?:how long|how much time|how many (?:hours|minutes)) (?:does it take |will it take |would it take |do i need |is |will i need )?(?:(?:me|you|us|a car|a train|for) )?(?:to )?{_GO} (?P<way>.+?) (?:at|going|doing|driving|travell?ing at|if (?:i|you|we) (?:drive|go|travel) at) (?:a speed of |an average speed of )?(?P<speed>.+)",
        _travel_time,
        ("how long", "how m"),
    ),
    Intent(
        rf"(?:at|going|driving at|travell?ing at|if (?:i|you|we) {_GO}(?: at)?) (?P<speed>.+?) how (?:long|much time|many (?:hours|minutes)) (?:does it take|will it take|would it take|do i need|is it|for|to)(?: me| you| us)?(?: to)?(?: {_GO})? (?P<way>.+)",
        _travel_time,
        ("how long", "how m"),
    ),
    Intent(
        rf"how (?:far|many (?:miles|kilometres|kilometers|km)) (?:do|will|would|can|could) (?:i|you|we) {_GO} in (?P<span>.+?) (?:at|going|driving at|doing) (?P<speed>.+)",
        _travel_far,
        ("how far", "how many"),
    ),
    Intent(
        rf"if (?:i|you|we) {_GO} (?:at )?(?P<speed>.+?) for (?P<span>.+?) how (?:far|many (?:miles|kilometres|kilometers|km)) (?:do|will|would|have|did) (?:i|you|we) {_GO}(?:ne|d)?",
        _travel_far,
        ("if ",),
    ),
    Intent(
        r"(?:how fast is|what (?:is the |is my )?(?:average )?speed (?:is|of|for)|what is) (?P<way>\d.+?) in (?P<span>.+)",
        _speed,
    ),
    Intent(
        r"how long (?:does it take|will it take|would it take|to)(?: me)?(?: to)? (?:download|upload|transfer|copy|send) (?:a )?(?P<data>.+?)(?: file)? (?:at|over|with|on) (?:a )?(?P<rate>.+?)(?: connection| line| link)?",
        _transfer,
        ("how long",),
    ),
)  # fmt: skip
