"""Convert between units of one kind, by exact factors; refuse to turn a length into a weight."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

from hub.intents.calculator import decimal, grouped
from hub.intents.intent import Intent, Question


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: value * ``factor`` + ``offset`` gives the base unit of its ``kind``."""

    one: str
    many: str
    kind: str
    factor: Fraction
    offset: Fraction = Fraction(0)
    note: str = ""


# kind | one | many | factor to the kind's base | names | what to add where a name is ambiguous
_TABLE = """
length|metre|metres|1|m meter meters metre metres
length|kilometre|kilometres|1000|km kms kilometer kilometers kilometre kilometres k.m. klick klicks
length|centimetre|centimetres|1/100|cm cms centimeter centimeters centimetre centimetres
length|millimetre|millimetres|1/1000|mm millimeter millimeters millimetre millimetres
length|micrometre|micrometres|1/1000000|um micrometer micrometers micrometre micrometres micron microns
length|nanometre|nanometres|1/1000000000|nm nanometer nanometers nanometre nanometres
length|inch|inches|254/10000|in inch inches "
length|foot|feet|3048/10000|ft foot feet
length|yard|yards|9144/10000|yd yds yard yards
length|mile|miles|1609344/1000|mi mile miles
length|marathon|marathons|42195|marathon marathons
length|nautical mile|nautical miles|1852|nmi nautical_mile nautical_miles
length|light year|light years|9460730472580800|light_year light_years lightyear lightyears
mass|gram|grams|1|g gram grams gramme grammes
mass|kilogram|kilograms|1000|kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes
mass|milligram|milligrams|1/1000|mg milligram milligrams
mass|microgram|micrograms|1/1000000|mcg microgram micrograms
mass|tonne|tonnes|1000000|tonne tonnes metric_ton metric_tons
mass|US ton|US tons|90718474/100|ton tons us_ton us_tons short_ton short_tons
mass|pound|pounds|45359237/100000|lb lbs pound pounds
mass|ounce|ounces|28349523125/1000000000|oz ounce ounces
mass|stone|stone|635029318/100000|stone stones
mass|carat|carats|1/5|carat carats
volume|litre|litres|1|l liter liters litre litres
volume|millilitre|millilitres|1/1000|ml milliliter milliliters millilitre millilitres
volume|centilitre|centilitres|1/100|cl centiliter centiliters centilitre centilitres
volume|decilitre|decilitres|1/10|dl deciliter deciliters decilitre decilitres
volume|cubic metre|cubic metres|1000|m3 m^3 cubic_meter cubic_meters cubic_metre cubic_metres
volume|cubic centimetre|cubic centimetres|1/1000|cm3 cm^3 cc ccs cubic_centimeter cubic_centimeters cubic_centimetre cubic_centimetres
volume|cubic foot|cubic feet|28316846592/1000000000|cubic_foot cubic_feet
volume|US gallon|US gallons|3785411784/1000000000|gal gallon gallons us_gallon us_gallons
volume|US quart|US quarts|946352946/1000000000|qt quart quarts us_quart us_quarts
volume|US pint|US pints|473176473/1000000000|pt pint pints us_pint us_pints
volume|US cup|US cups|2365882365/10000000000|cup cups us_cup us_cups
volume|US fluid ounce|US fluid ounces|295735295625/10000000000000|fl_oz fluid_ounce fluid_ounces us_fluid_ounce us_fluid_ounces
volume|US tablespoon|US tablespoons|1478676478125/100000000000000|tbsp tbsps tablespoon tablespoons
volume|US teaspoon|US teaspoons|492892159375/100000000000000|tsp tsps teaspoon teaspoons
volume|imperial gallon|imperial gallons|454609/100000|imperial_gallon imperial_gallons uk_gallon uk_gallons
volume|imperial pint|imperial pints|56826125/100000000|imperial_pint imperial_pints uk_pint uk_pints british_pint british_pints
area|square metre|square metres|1|m2 m^2 sqm square_meter square_meters square_metre square_metres sq_m
area|square kilometre|square kilometres|1000000|km2 km^2 square_kilometer square_kilometers square_kilometre square_kilometres sq_km
area|square centimetre|square centimetres|1/10000|cm2 cm^2 square_centimeter square_centimeters square_centimetre square_centimetres
area|square foot|square feet|9290304/100000000|sqft sq_ft ft2 ft^2 square_foot square_feet
area|square inch|square inches|64516/100000000|sq_in in2 square_inch square_inches
area|square yard|square yards|83612736/100000000|sq_yd square_yard square_yards
area|square mile|square miles|2589988110336/1000000|sq_mi square_mile square_miles
area|hectare|hectares|10000|ha hectare hectares
area|acre|acres|40468564224/10000000|acre acres
data|byte|bytes|1|b byte bytes
data|bit|bits|1/8|bit bits
data|kilobyte|kilobytes|1000|kb kilobyte kilobytes
data|megabyte|megabytes|1000000|mb megabyte megabytes meg megs
data|gigabyte|gigabytes|1000000000|gb gigabyte gigabytes gig gigs
data|terabyte|terabytes|1000000000000|tb terabyte terabytes
data|petabyte|petabytes|1000000000000000|pb petabyte petabytes
data|kibibyte|kibibytes|1024|kib kibibyte kibibytes
data|mebibyte|mebibytes|1048576|mib mebibyte mebibytes
data|gibibyte|gibibytes|1073741824|gib gibibyte gibibytes
data|tebibyte|tebibytes|1099511627776|tib tebibyte tebibytes
data|kilobit|kilobits|125|kbit kilobit kilobits
data|megabit|megabits|125000|mbit megabit megabits
data|gigabit|gigabits|125000000|gbit gigabit gigabits
time|second|seconds|1|s sec secs second seconds
time|millisecond|milliseconds|1/1000|ms millisecond milliseconds
time|microsecond|microseconds|1/1000000|microsecond microseconds
time|nanosecond|nanoseconds|1/1000000000|ns nanosecond nanoseconds
time|minute|minutes|60|min mins minute minutes
time|hour|hours|3600|h hr hrs hour hours
time|day|days|86400|d day days
time|week|weeks|604800|week weeks wk wks
time|fortnight|fortnights|1209600|fortnight fortnights
calendar|month|months|1|month months
calendar|year|years|12|year years yr yrs
calendar|decade|decades|120|decade decades
calendar|century|centuries|1200|century centuries
calendar|millennium|millennia|12000|millennium millennia millenniums
speed|metre per second|metres per second|1|m/s mps meter_per_second meters_per_second metre_per_second metres_per_second meters_a_second metres_a_second
speed|kilometre per hour|kilometres per hour|5/18|km/h kmh kph kilometer_per_hour kilometers_per_hour kilometre_per_hour kilometres_per_hour kilometers_an_hour kilometres_an_hour
speed|mile per hour|miles per hour|44704/100000|mph mile_per_hour miles_per_hour miles_an_hour
speed|knot|knots|1852/3600|kn kt knot knots
speed|foot per second|feet per second|3048/10000|ft/s fps foot_per_second feet_per_second
energy|joule|joules|1|j joule joules
energy|kilojoule|kilojoules|1000|kj kilojoule kilojoules
energy|calorie|calories|4184/1000|cal calorie calories
energy|kilocalorie|kilocalories|4184|kcal kilocalorie kilocalories
energy|watt hour|watt hours|3600|wh watt_hour watt_hours
energy|kilowatt hour|kilowatt hours|3600000|kwh kilowatt_hour kilowatt_hours
power|watt|watts|1|w watt watts
power|kilowatt|kilowatts|1000|kw kilowatt kilowatts
power|megawatt|megawatts|1000000|mw megawatt megawatts
power|horsepower|horsepower|74569987158227022/100000000000000|hp horsepower
pressure|pascal|pascals|1|pa pascal pascals
pressure|hectopascal|hectopascals|100|hpa hectopascal hectopascals
pressure|kilopascal|kilopascals|1000|kpa kilopascal kilopascals
pressure|bar|bars|100000|bar bars
pressure|millibar|millibars|100|mbar millibar millibars
pressure|atmosphere|atmospheres|101325|atm atmosphere atmospheres
pressure|pound per square inch|pounds per square inch|6894757293168/1000000000|psi
temperature|degree Celsius|degrees Celsius|1|c °c celsius centigrade degree_celsius degrees_celsius degrees_c degree_c degrees_centigrade deg_c
temperature|degree Fahrenheit|degrees Fahrenheit|5/9|f °f fahrenheit degree_fahrenheit degrees_fahrenheit degrees_f degree_f deg_f
temperature|kelvin|kelvins|1|kelvin kelvins degrees_kelvin
"""  # noqa: E501  a table, a unit a line
_OFFSETS = {"degree Fahrenheit": Fraction(-160, 9), "kelvin": Fraction(-27315, 100)}
_MEASURE = {"calendar": "time", "data": "amounts of data"}


@cache
def units() -> dict[str, Unit]:
    """Return the units by name; names of several words are joined by spaces."""
    named = {}
    for row in _TABLE.strip().splitlines():
        kind, one, many, factor, names = row.split("|")
        unit = Unit(one, many, kind, Fraction(factor), _OFFSETS.get(one, Fraction(0)))
        named.update({name.replace("_", " "): unit for name in names.split()})
    return named


_AMOUNT = re.compile(
    r"(?:(?P<number>minus \d+(?:\.\d+)?|-?\d+(?:\.\d+)?(?: ?/ ?\d+)?|half an?|half|an?|the"
    r"|one) ?)?(?P<unit>.+)"
)


def quantity(text: str) -> tuple[Fraction, Unit, bool] | None:
    """Read "5 miles", "half an hour", "6 feet 2 inches": value, unit, and whether a number was said."""
    compound = re.fullmatch(r"(-?\d+(?:\.\d+)?) ?([a-z']+)(?: and)? (\d+(?:\.\d+)?) ?([a-z]+)?", text)
    if compound and (pair := _compound(*compound.groups())):
        return pair
    found = _AMOUNT.fullmatch(text)
    unit = units().get(found["unit"].strip()) if found else None
    if not found or not unit:
        return None
    return _value(found["number"] or ""), unit, (found["number"] or "the") != "the"


def _compound(a: str, first: str, b: str, second: str | None) -> tuple[Fraction, Unit, bool] | None:
    large = units().get(first)
    small = units().get(second or ("inch" if first in ("foot", "feet", "ft") else ""))
    if (
        not large
        or not small
        or large.kind != small.kind
        or large.factor <= small.factor
        or large.offset
        or small.offset
    ):
        return None
    return Fraction(a) + Fraction(b) * small.factor / large.factor, large, True


def _value(number: str) -> Fraction:
    if number.startswith("half"):
        return Fraction(1, 2)
    if number in ("", "a", "an", "the", "one"):
        return Fraction(1)
    try:
        return Fraction(number.replace("minus ", "-").replace(" ", ""))
    except (ValueError, ZeroDivisionError):
        return Fraction(0)


def convert(value: Fraction, source: Unit, target: Unit) -> Fraction:
    """Convert exactly; both units must be of one kind."""
    base = value * source.factor + source.offset
    return (base - target.offset) / target.factor


def say(value: Fraction, unit: Unit) -> str:
    """Write an amount: exact when short, else "about", rounded as one would say it."""
    sign = "minus " if value < 0 else ""
    size = abs(value)
    if (size * 1000).denominator == 1:
        places, exact = 3, True
    else:
        places, exact = _places(size, unit), False
    words = decimal(size, places)
    name = unit.one if words == "1" else unit.many
    return f"{'' if exact else 'about '}{sign}{words} {name}"


def _places(size: Fraction, unit: Unit) -> int:
    """Return how many decimals are worth saying: one for temperatures, two digits that count below one."""
    if unit.kind == "temperature" or size >= 1:
        return 1 if unit.kind == "temperature" else 2
    places = 3
    while places < 30 and round(size * 10**places) < 100:  # noqa: PLR2004  three digits
        places += 1
    return places


def _answer(source_text: str, target_text: str) -> str | None:
    amount = quantity(source_text.strip())
    target = units().get(target_text.strip())
    if not amount or not target:
        return None
    value, source, _ = amount
    source, target = _settle(source, target)
    if source.kind != target.kind:
        if {source.kind, target.kind} == {"calendar", "time"}:
            return _calendar(value, source, target)
        return _mismatch(source, target)
    result = convert(value, source, target)
    if source.kind == "temperature" and value * source.factor + source.offset < Fraction(-27315, 100):
        return "That is below absolute zero: no such temperature exists."
    said = say(value, source)
    if said.startswith("about"):  # the question's own number was longer: do not say another one
        return f"That is {say(result, target)}."
    verb = "is" if source.kind == "temperature" or value in (1, Fraction(1, 2)) else "are"
    return f"{said[:1].upper()}{said[1:]} {verb} {say(result, target)}."


def _settle(source: Unit, target: Unit) -> tuple[Unit, Unit]:
    """Read ounces as fluid where the other side is a volume, and a US ton as never meant silently."""
    fluid = units()["fluid ounce"]
    if source.one == "ounce" and target.kind == "volume":
        source = fluid
    if target.one == "ounce" and source.kind == "volume":
        target = fluid
    return source, target


def _mismatch(source: Unit, target: Unit) -> str | None:
    if "calendar" in (source.kind, target.kind) or source.one == target.one:
        return None
    kinds = [_MEASURE.get(unit.kind, unit.kind) for unit in (source, target)]
    return (
        f"{source.many[:1].upper()}{source.many[1:]} measure {kinds[0]} and {target.many} measure {kinds[1]},"
        " so one cannot be turned into the other."
    )


def _calendar(value: Fraction, source: Unit, target: Unit) -> str | None:  # noqa: PLR0911  a pair of units a line
    """Years in days and the like: exact where the calendar says so, else with both answers."""
    if source.one == "year" and value == 1:
        if target.one == "week":
            return "A year is 52 weeks and 1 day, or 2 days in a leap year."
        common, leap = (convert(Fraction(days), units()["day"], target) for days in (365, 366))
        return f"A year is {say(common, target)}, or {grouped_or(leap)} in a leap year."
    if source.one in ("decade", "century", "millennium", "year") and value.denominator == 1:
        years = value * source.factor / 12
        days = years * Fraction(146097, 400)
        return (
            f"{grouped(int(years))} years are about "
            f"{grouped(round(convert(days, units()['day'], target)))} {target.many}, on average."
        )
    if source.one == "month" and value == 1 and target.one == "day":
        return "A month has 30 or 31 days; February has 28, or 29 in a leap year."
    if source.one == "month" and value == 1 and target.one == "week":
        return "A month is a little over 4 weeks; only a February of 28 days is exactly 4."
    if target.one == "year" and source.one in ("day", "week") and value:
        years = convert(value, source, units()["day"]) / Fraction(146097, 400)
        return (
            f"{say(value, source)[:1].upper()}{say(value, source)[1:]} are about "
            f"{decimal(abs(years), 2)} years."
        )
    return None


def grouped_or(number: Fraction) -> str:
    """Write a whole number with separators, or two decimals."""
    return decimal(number, 2)


def _conversion(_question: Question, match: re.Match[str]) -> str | None:
    for start in _splits(match):
        if answer := _answer(*start):
            return answer
    return None


def _splits(match: re.Match[str]) -> list[tuple[str, str]]:
    """Return the ways to cut the question: "6 ft 2 in in cm" holds "in" twice, and only one is the seam."""
    first, second = match["from"], match["to"]
    ways = [(first, second)]
    if second not in match[0][match.end("from") :]:  # "how many cm in 6 ft": the seam is not in doubt
        return ways
    skipped = match[0][match.end("from") :].split()[0]
    for seam in re.finditer(r" (?:in|to|into|as) ", second):
        left = f"{first} {skipped} {second[: seam.start()]}"
        ways.append((left, second[seam.end() :]))
    if second.startswith("in ") and first[-1:].isdigit():
        ways.insert(0, (first + " in", second.removeprefix("in ")))
    return ways


def _bare(question: Question, match: re.Match[str]) -> str | None:
    """Convert "X in Y": only when a number was said, and neither side is plain prose."""
    amounts = [quantity(first.strip()) for first, _ in _splits(match)]
    if not any(amount and amount[2] for amount in amounts):
        return None
    return _conversion(question, match)


INTENTS = (
    Intent(
        r"how (?:many|much) (?P<to>[a-z/ 0-9^]+?) (?:are there |are |is |fit |go )?(?:in|into|make up"
        r"|makes up|make|makes|equals?|to) (?P<from>.+?)",
        _conversion,
    ),
    Intent(
        r"how (?:many|much) (?P<to>[a-z/ 0-9^]+?) (?:is|are|does|do|has|have) (?P<from>.+?)(?: have| has"
        r"| equal| make| contain| worth)?",
        _conversion,
    ),
    Intent(
        r"(?:convert|change|turn|translate)?(?: |^)?(?P<from>(?:minus |-)?[\d.].*?|(?:an?"
        r"|half an?) .+?) (?:to|into|in|as|is how many|are how many|equals how many|equal how many"
        r"|is what in|are what in) (?P<to>[a-z°/ 0-9^]+)",
        _bare,
    ),
    Intent(
        r"(?:what is|what are|what would|how (?:much|far|long|heavy|big|tall|fast|hot|warm|cold|high"
        r"|large) (?:is|are)|how many is) (?P<from>.+?)(?: be)? (?:in|to|as|into|converted to"
        r"|expressed in) (?P<to>[a-z°/ 0-9^]+)",
        _bare,
    ),
    Intent(r"convert (?P<from>.+?) (?:to|into|in) (?P<to>[a-z°/ 0-9^]+)", _conversion),
)
