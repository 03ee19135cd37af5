"""Measure simple shapes: areas, perimeters, volumes, the hypotenuse, angles of polygons."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import math
import re
from fractions import Fraction

from hub.intents.calculator import PI, Value, decimal, root, spoken
from hub.intents.intent import Intent, Question

_N = r"\d{1,9}(?:\.\d{1,6})?"
_UNIT = r"(?:metres?|meters?|m|cms?|centimetres?|centimeters?|mm|millimetres?|millimeters?|feet|foot|ft|inches|inch|in|yards?|miles?|km|kilometres?|kilometers?)"
_SIZE = rf"{_N}(?: ?{_UNIT})?"
_POLYGONS = {
    "triangle": 3, "square": 4, "rectangle": 4, "quadrilateral": 4, "pentagon": 5, "hexagon": 6, "heptagon": 7, "octagon": 8,
    "nonagon": 9, "decagon": 10, "dodecagon": 12,
}  # fmt: skip
_SOLIDS = {
    "cube": (6, 12, 8),
    "tetrahedron": (4, 6, 4),
    "octahedron": (8, 12, 6),
    "dodecahedron": (12, 30, 20),
    "icosahedron": (20, 30, 12),
}


def _sizes(texts: list[str]) -> tuple[list[Fraction], str] | None:
    """Read lengths in one unit; None when their units differ."""
    values, units = [], set()
    for text in texts:
        number, unit = re.findall(rf"^({_N})(.*)", text)[0]
        values.append(Fraction(number))
        if unit := unit.strip():
            units.add(_PLAIN.get(unit, unit))
    if len(units) > 1:
        return None
    return values, units.pop() if units else ""


_PLAIN = {"foot": "feet", "ft": "feet", "inch": "inches", "in": "inches", "meter": "metres", "meters": "metres", "metre": "metres", "m": "metres",
          "cm": "centimetres", "cms": "centimetres", "centimeter": "centimetres", "centimeters": "centimetres", "centimetre": "centimetres", "mm": "millimetres",
          "km": "kilometres", "kilometer": "kilometres", "kilometers": "kilometres", "yard": "yards", "mile": "miles"}  # fmt: skip


def _told(value: Fraction, unit: str, power: int = 2, *, exact: bool = True) -> str:
    name = f" {('', '', 'square ', 'cubic ')[power]}{unit}" if unit else ""
    told = spoken(value) if exact else f"about {decimal(value, 2 if value >= 10 else 4)}"  # noqa: PLR2004
    return f"That is {told}{name}."


def _rectangle(_question: Question, match: re.Match[str]) -> str | None:
    read = _sizes([match["a"], match["b"]])
    if not read:
        return None
    (a, b), unit = read
    if "perimeter" in match[0] or "around" in match[0]:
        return _told(2 * (a + b), unit, 1)
    if "diagonal" in match[0]:
        found = root(Value(a * a + b * b), 2)
        return _told(found.number, unit, 1, exact=found.exact)
    return _told(a * b, unit)


def _one(_question: Question, match: re.Match[str]) -> str | None:  # noqa: PLR0911  a measure of a shape a line
    """Measure what one length tells all about: a circle, a sphere, a square, a cube."""
    read = _sizes([match["r"]])
    if not read:
        return None
    ([size], unit), shape, what = read, match["shape"], match["what"]
    given = match["given"] or ""
    if shape in ("circle", "sphere"):
        if not re.match("radius|diameter", given):
            return None
        radius = size / 2 if given == "diameter" else size
        if shape == "sphere":
            if what == "volume":
                return _told(PI * radius**3 * 4 / 3, unit, 3, exact=False)
            return _told(PI * radius**2 * 4, unit, exact=False) if "area" in what else None
        if what == "area":
            return _told(PI * radius**2, unit, exact=False)
        return (
            _told(2 * PI * radius, unit, 1, exact=False) if what in ("circumference", "perimeter") else None
        )
    if given in ("radius", "diameter"):
        return None
    if shape == "square":
        return (
            _told(size**2, unit)
            if what == "area"
            else _told(4 * size, unit, 1)
            if what == "perimeter"
            else None
        )
    return (
        _told(size**3, unit, 3) if what == "volume" else _told(6 * size**2, unit) if "area" in what else None
    )


def _triangle(_question: Question, match: re.Match[str]) -> str | None:
    read = _sizes([match["a"], match["b"]])
    return _told(read[0][0] * read[0][1] / 2, read[1]) if read else None


def _box(_question: Question, match: re.Match[str]) -> str | None:
    read = _sizes([match["a"], match["b"], match["c"]])
    return _told(math.prod(read[0], start=Fraction(1)), read[1], 3) if read else None


def _cylinder(_question: Question, match: re.Match[str]) -> str | None:
    read = _sizes([match["r"], match["h"]])
    if not read:
        return None
    (size, height), unit = read
    radius = size / 2 if match["given"] == "diameter" else size
    volume = PI * radius**2 * height
    return _told(volume / 3 if match["shape"] == "cone" else volume, unit, 3, exact=False)


def _hypotenuse(_question: Question, match: re.Match[str]) -> str | None:
    read = _sizes([match["a"], match["b"]])
    if not read:
        return None
    (a, b), unit = read
    found = root(Value(a * a + b * b), 2)
    return _told(found.number, unit, 1, exact=found.exact)


def _angles(_question: Question, match: re.Match[str]) -> str | None:
    sides = _POLYGONS.get(match["shape"])
    if not sides:
        return None
    return f"The angles of a {match['shape']} add up to {(sides - 2) * 180} degrees."


def _parts(_question: Question, match: re.Match[str]) -> str | None:
    shape, what = match["shape"], match["what"]
    if shape in _POLYGONS and what in ("sides", "angles", "corners", "vertices", "edges"):
        return f"{'An' if shape[0] in 'aeiou' else 'A'} {shape} has {_POLYGONS[shape]} {what}."
    if shape in _SOLIDS and what in ("faces", "sides", "edges", "vertices", "corners"):
        faces, edges, corners = _SOLIDS[shape]
        count = {"faces": faces, "sides": faces, "edges": edges}.get(what, corners)
        return f"{'An' if shape[0] in 'aeiou' else 'A'} {shape} has {count} {what if what != 'sides' else 'faces'}."
    return None


def _by_sides(_question: Question, match: re.Match[str]) -> str | None:
    names = {sides: name for name, sides in _POLYGONS.items() if name not in ("square", "rectangle")}
    name = names.get(int(match["n"]))
    return f"That is {'an' if name[0] == 'o' else 'a'} {name}." if name else None


_SINES: dict[int, int | Fraction] = {
    0: 0,
    30: Fraction(1, 2),
    90: 1,
    150: Fraction(1, 2),
    180: 0,
    210: Fraction(-1, 2),
    270: -1,
    330: Fraction(-1, 2),
    360: 0,
}


def _trigonometry(_question: Question, match: re.Match[str]) -> str | None:
    """Return a sine, cosine or tangent; degrees or radians must be said."""
    name, value = match["f"][:3], float(match["n"])
    if match["unit"].startswith("deg") and name in ("sin", "cos") and value == int(value):
        exact = _SINES.get((int(value) + (90 if name == "cos" else 0)) % 360)
        if exact is not None:
            return f"That is {spoken(Fraction(exact))}."
    angle = math.radians(value) if match["unit"].startswith("deg") else value
    if name == "tan" and match["unit"].startswith("deg") and value % 45 == 0:
        turn = int(value) % 180
        return {
            0: "That is 0.",
            45: "That is 1.",
            90: "The tangent has no value there.",
            135: "That is minus 1.",
        }[turn]
    result = {"sin": math.sin, "cos": math.cos, "tan": math.tan}[name](angle)
    return (
        f"That is {spoken(Fraction(round(result * 10**6), 10**6), exact=False)}."
        if abs(result) < 10**6
        else None
    )


def _logarithm(_question: Question, match: re.Match[str]) -> str | None:
    if match["n"] == "e":
        return "That is 1." if match["kind"].startswith(("natural", "ln")) else None
    value = Fraction(match["n"])
    natural = match["kind"].startswith(("natural", "ln"))
    base = int(match["base"] or match["base2"] or 10)
    if value <= 0:
        return "Only numbers above zero have a logarithm."
    if natural:
        return f"That is {spoken(Fraction(round(math.log(value) * 10**6), 10**6), exact=value == 1)}."
    if base < 2:  # noqa: PLR2004
        return None
    power = round(math.log(value, base))
    if abs(power) < 400 and Fraction(base) ** power == value:  # noqa: PLR2004
        return f"That is {spoken(Fraction(power))}."
    return f"That is {spoken(Fraction(round(math.log(value, base) * 10**6), 10**6), exact=False)}{'' if match['base'] else ', to base 10'}."


_ASK = r"(?:what is|calculate|find|work out|compute|how big is|how much is|what would be)"
INTENTS = (
    Intent(
        rf"(?:{_ASK} )?(?:the )?(?P<what>area|perimeter|diagonal|square footage|size|floor area) (?:of|around|for) (?:an? )?(?:(?:rectangle|rectangular [a-z]+|room|floor|garden|wall|field|lawn|plot|carpet|table|yard|rug)(?: (?:that is|which is|of|with sides(?: of)?|with dimensions|measuring|with sides of length))? )?(?P<a>{_SIZE}) (?:by|x|times|and|\*) (?P<b>{_SIZE})(?: (?:rectangle|room|floor|garden|wall|field|lawn|plot|carpet|area|space|yard|rug))?(?: (?:long|wide))?",
        _rectangle,
        ("area", "perimeter", "diagonal", "footage", "size"),
    ),
    Intent(
        rf"(?:{_ASK} )?(?:the )?(?P<what>area|circumference|perimeter|volume|surface area) (?:of|around|for) (?:an? )?(?P<shape>circle|sphere|square|cube)(?: (?:with|of|whose|that has|having|if|that is|which is))?(?: (?:an?|the|its|side|sides|edge|edges|each))*(?: (?P<given>radius|diameter|side|sides|edge|edges|side length|length|width))?(?: (?:length|lengths|is|are|of|=))* (?P<r>{_SIZE})(?: (?:on each side|long|wide|per side|sides))?",
        _one,
        ("circle", "sphere", "square", "cube"),
    ),
    Intent(
        rf"(?:{_ASK} )?(?:the )?(?P<what>area|circumference|volume|surface area) of (?:an? )?(?P<r>{_SIZE}) (?P<given>radius|diameter) (?P<shape>circle|sphere)",
        _one,
        ("circle", "sphere"),
    ),
    Intent(
        rf"(?:{_ASK} )?(?:the )?area of (?:an? )?triangle(?: with| of| that has)?(?: an?| the)? base(?: of| is)? (?P<a>{_SIZE})(?: and)?(?: an?| the)? height(?: of| is)? (?P<b>{_SIZE})",
        _triangle,
        ("triangle",),
    ),
    Intent(
        rf"(?:{_ASK} )?(?:the )?volume of (?:an? )?(?:(?:box|room|cuboid|tank|pool|container|rectangular prism|package|suitcase|crate)(?: (?:that is|which is|of|with sides|with dimensions|measuring))? )?(?P<a>{_SIZE}) (?:by|x|times) (?P<b>{_SIZE}) (?:by|x|times) (?P<c>{_SIZE})(?: (?:box|room|tank|pool|container))?",
        _box,
        ("volume",),
    ),
    Intent(
        rf"(?:{_ASK} )?(?:the )?volume of (?:an? )?(?P<shape>cylinder|cone) (?:with|of|that has)(?: an?| the)? (?P<given>radius|diameter)(?: of| is)? (?P<r>{_SIZE})(?: and)?(?: an?| the)? height(?: of| is)? (?P<h>{_SIZE})",
        _cylinder,
        ("cylinder", "cone"),
    ),
    Intent(
        rf"(?:{_ASK} |how long is )?(?:the )?hypotenuse (?:of|for)(?: an?| the)?(?: right)?(?: angled)?(?: triangle)?(?: (?:with|whose|of|that has))?(?: (?:legs|sides|the|are|of|other))* (?P<a>{_SIZE}) and (?P<b>{_SIZE})(?: (?:long))?",
        _hypotenuse,
        ("hypotenuse",),
    ),
    Intent(rf"(?:how many degrees|what)(?: do| does| are| is)?(?: there)?(?: in| the)?(?: sum of)?(?: the)?(?: interior)?(?: angles)? ?(?:of|in|add up to in)? ?(?:an? )(?P<shape>{'|'.join(_POLYGONS)})(?: have| add up to)?(?: in total)?", lambda q, m: _angles(q, m) if re.search("degrees|angles", m[0]) else None, ("degrees", "angles")),
    Intent(r"what (?:is|do you call|shape is|is the name of|shape has) ?(?:an? )?(?:shape|polygon|figure)? ?(?:with|that has|having)? ?(?P<n>\d{1,2}) ?sid(?:es|ed)(?: shape| polygon| figure)?(?: called)?", _by_sides, ("sides", "sided")),
    Intent(rf"how many (?P<what>sides|faces|edges|vertices|corners|angles) (?:does |are (?:there )?(?:in|on) |has |on )?(?:an? )(?P<shape>{'|'.join([*_POLYGONS, *_SOLIDS])})(?: have| has)?", _parts, ("how many",)),
    Intent(rf"(?:{_ASK} )?(?:the )?(?P<f>sine|sin|cosine|cos|tangent|tan)(?: of)? (?P<n>\d{{1,6}}(?:\.\d{{1,6}})?) ?(?P<unit>degrees?|radians?)", _trigonometry, ("sin", "cos", "tan")),
    Intent(rf"(?:{_ASK} )?(?:the )?(?P<kind>natural log(?:arithm)?|ln|log(?:arithm)?)(?: base (?P<base>\d{{1,3}}))?(?: of)? (?P<n>\d{{1,15}}(?:\.\d{{1,6}})?|e)(?: (?:to|in) base (?P<base2>\d{{1,3}}))?", _logarithm, ("log", "ln")),
)  # fmt: skip
