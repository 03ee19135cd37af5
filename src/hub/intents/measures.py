"""The units that I know, as a table: exact factors, the names people use, and what a name may also mean."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cache


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: value * ``factor`` + ``offset`` gives the base unit of its ``kind``.

    ``inverse``: the base is ``factor`` / value, as with miles per gallon. ``other`` names the unit that
    the same word means elsewhere: a gallon in Britain, a kilobyte counted in binary.
    """

    one: str
    many: str
    kind: str
    factor: Fraction
    offset: Fraction = Fraction(0)
    inverse: bool = False
    other: str = ""


# kind | one | many | factor to the kind's base | names, "~" before the ambiguous ones | what those also mean
# Sources: the SI brochure; the yard and pound agreement of 1959; NIST Handbook 44; the UK's units
# regulations of 1995 for imperial measures; IEC 80000-13 for binary prefixes.
_TABLE = """
length|metre|metres|1|m meter meters metre metres
length|kilometre|kilometres|1000|km kms kilometer kilometers kilometre kilometres k k.m. klick klicks
length|centimetre|centimetres|1/100|cm cms centimeter centimeters centimetre centimetres
length|decimetre|decimetres|1/10|dm decimeter decimeters decimetre decimetres
length|millimetre|millimetres|1/1000|mm mms millimeter millimeters millimetre millimetres
length|micrometre|micrometres|1/1000000|um micrometer micrometers micrometre micrometres micron microns
length|nanometre|nanometres|1/1000000000|nm nanometer nanometers nanometre nanometres
length|inch|inches|254/10000|in inch inches ins
length|foot|feet|3048/10000|ft foot feet
length|yard|yards|9144/10000|yd yds yard yards
length|mile|miles|1609344/1000|mi mile miles
length|furlong|furlongs|201168/1000|furlong furlongs
length|chain|chains|201168/10000|chain chains
length|fathom|fathoms|18288/10000|fathom fathoms
length|hand|hands|1016/10000|hand hands
length|marathon|marathons|42195|marathon marathons
length|half marathon|half marathons|42195/2|half_marathon half_marathons
length|nautical mile|nautical miles|1852|nmi nautical_mile nautical_miles
length|light year|light years|9460730472580800|light_year light_years lightyear lightyears
length|astronomical unit|astronomical units|149597870700|au astronomical_unit astronomical_units
mass|gram|grams|1|g gram grams gramme grammes
mass|kilogram|kilograms|1000|kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes
mass|milligram|milligrams|1/1000|mg milligram milligrams
mass|microgram|micrograms|1/1000000|mcg ug microgram micrograms
mass|tonne|tonnes|1000000|tonne tonnes metric_ton metric_tons
mass|US ton|US tons|90718474/100|~ton ~tons us_ton us_tons short_ton short_tons american_ton american_tons|tonne
mass|long ton|long tons|10160469088/10000|long_ton long_tons imperial_ton imperial_tons uk_ton uk_tons
mass|pound|pounds|45359237/100000|lb lbs pound pounds
mass|ounce|ounces|28349523125/1000000000|oz ounce ounces ozs
mass|troy ounce|troy ounces|311034768/10000000|troy_ounce troy_ounces
mass|stone|stone|635029318/100000|stone stones st
mass|US hundredweight|US hundredweights|45359237/1000|~hundredweight ~hundredweights us_hundredweight|imperial hundredweight
mass|imperial hundredweight|imperial hundredweights|5080234544/100000|imperial_hundredweight imperial_hundredweights
mass|carat|carats|1/5|carat carats
volume|litre|litres|1|l liter liters litre litres ltr ltrs
volume|millilitre|millilitres|1/1000|ml mls milliliter milliliters millilitre millilitres mil mils
volume|centilitre|centilitres|1/100|cl centiliter centiliters centilitre centilitres
volume|decilitre|decilitres|1/10|dl deciliter deciliters decilitre decilitres
volume|cubic metre|cubic metres|1000|m3 m^3 cubic_meter cubic_meters cubic_metre cubic_metres
volume|cubic centimetre|cubic centimetres|1/1000|cm3 cm^3 cc ccs cubic_centimeter cubic_centimeters cubic_centimetre cubic_centimetres cubic_cm
volume|cubic inch|cubic inches|16387064/1000000000|cubic_inch cubic_inches in3 in^3 cu_in
volume|cubic foot|cubic feet|28316846592/1000000000|cubic_foot cubic_feet ft3 ft^3 cu_ft
volume|cubic yard|cubic yards|764554857984/1000000000|cubic_yard cubic_yards yd3 yd^3
volume|US gallon|US gallons|3785411784/1000000000|~gal ~gals ~gallon ~gallons us_gallon us_gallons american_gallon american_gallons|imperial gallon
volume|US quart|US quarts|946352946/1000000000|~qt ~qts ~quart ~quarts us_quart us_quarts|imperial quart
volume|US pint|US pints|473176473/1000000000|~pt ~pts ~pint ~pints us_pint us_pints american_pint american_pints|imperial pint
volume|US cup|US cups|2365882365/10000000000|~cup ~cups us_cup us_cups american_cup american_cups|metric cup
volume|US fluid ounce|US fluid ounces|295735295625/10000000000000|~fl_oz ~floz ~fluid_ounce ~fluid_ounces ~oz ~ounce ~ounces us_fluid_ounce us_fluid_ounces|imperial fluid ounce
volume|US tablespoon|US tablespoons|1478676478125/100000000000000|~tbsp ~tbsps ~tbs ~tablespoon ~tablespoons us_tablespoon us_tablespoons|metric tablespoon
volume|US teaspoon|US teaspoons|492892159375/100000000000000|~tsp ~tsps ~teaspoon ~teaspoons us_teaspoon us_teaspoons|metric teaspoon
volume|metric cup|metric cups|1/4|metric_cup metric_cups
volume|metric tablespoon|metric tablespoons|15/1000|metric_tablespoon metric_tablespoons
volume|metric teaspoon|metric teaspoons|5/1000|metric_teaspoon metric_teaspoons
volume|imperial gallon|imperial gallons|454609/100000|imperial_gallon imperial_gallons uk_gallon uk_gallons british_gallon british_gallons
volume|imperial quart|imperial quarts|11365225/10000000|imperial_quart imperial_quarts uk_quart uk_quarts
volume|imperial pint|imperial pints|56826125/100000000|imperial_pint imperial_pints uk_pint uk_pints british_pint british_pints
volume|imperial fluid ounce|imperial fluid ounces|284130625/10000000000|imperial_fluid_ounce imperial_fluid_ounces uk_fluid_ounce uk_fluid_ounces
volume|oil barrel|oil barrels|158987294928/1000000000|barrel_of_oil barrels_of_oil oil_barrel oil_barrels
area|square metre|square metres|1|m2 m^2 sqm sq_m square_meter square_meters square_metre square_metres
area|square kilometre|square kilometres|1000000|km2 km^2 sq_km square_kilometer square_kilometers square_kilometre square_kilometres square_km
area|square centimetre|square centimetres|1/10000|cm2 cm^2 sq_cm square_centimeter square_centimeters square_centimetre square_centimetres square_cm
area|square millimetre|square millimetres|1/1000000|mm2 mm^2 sq_mm square_millimeter square_millimeters square_millimetre square_millimetres
area|square foot|square feet|9290304/100000000|sqft sq_ft ft2 ft^2 square_foot square_feet square_ft
area|square inch|square inches|64516/100000000|sq_in in2 in^2 square_inch square_inches
area|square yard|square yards|83612736/100000000|sq_yd square_yard square_yards yd2 yd^2
area|square mile|square miles|2589988110336/1000000|sq_mi square_mile square_miles mi2 mi^2
area|hectare|hectares|10000|ha hectare hectares
area|are|ares|100|ares
area|acre|acres|40468564224/10000000|acre acres
data|byte|bytes|1|b byte bytes
data|bit|bits|1/8|bit bits
data|kilobyte|kilobytes|1000|~kb ~kilobyte ~kilobytes|kibibyte
data|megabyte|megabytes|1000000|~mb ~megabyte ~megabytes ~meg ~megs|mebibyte
data|gigabyte|gigabytes|1000000000|~gb ~gigabyte ~gigabytes ~gig ~gigs|gibibyte
data|terabyte|terabytes|1000000000000|~tb ~terabyte ~terabytes|tebibyte
data|petabyte|petabytes|1000000000000000|~pb ~petabyte ~petabytes|pebibyte
data|exabyte|exabytes|1000000000000000000|eb exabyte exabytes
data|kibibyte|kibibytes|1024|kib kibibyte kibibytes
data|mebibyte|mebibytes|1048576|mib mebibyte mebibytes
data|gibibyte|gibibytes|1073741824|gib gibibyte gibibytes
data|tebibyte|tebibytes|1099511627776|tib tebibyte tebibytes
data|pebibyte|pebibytes|1125899906842624|pib pebibyte pebibytes
data|kilobit|kilobits|125|kbit kbits kilobit kilobits
data|megabit|megabits|125000|mbit mbits megabit megabits
data|gigabit|gigabits|125000000|gbit gbits gigabit gigabits
data|nibble|nibbles|1/2|nibble nibbles
time|second|seconds|1|s sec secs second seconds
time|millisecond|milliseconds|1/1000|ms millisecond milliseconds
time|microsecond|microseconds|1/1000000|us microsecond microseconds
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
speed|kilometre per hour|kilometres per hour|5/18|km/h kmh kmph kph km_per_hour km_an_hour kilometer_per_hour kilometers_per_hour kilometre_per_hour kilometres_per_hour kilometers_an_hour kilometres_an_hour ks_an_hour
speed|mile per hour|miles per hour|44704/100000|mph mi/h mile_per_hour miles_per_hour miles_an_hour
speed|knot|knots|1852/3600|kn kt kts knot knots
speed|foot per second|feet per second|3048/10000|ft/s fps foot_per_second feet_per_second feet_a_second
energy|joule|joules|1|j joule joules
energy|kilojoule|kilojoules|1000|kj kilojoule kilojoules
energy|megajoule|megajoules|1000000|mj megajoule megajoules
energy|calorie|calories|4184/1000|cal ~cals ~calorie ~calories|kilocalorie
energy|kilocalorie|kilocalories|4184|kcal kcals kilocalorie kilocalories food_calorie food_calories
energy|watt hour|watt hours|3600|wh watt_hour watt_hours
energy|kilowatt hour|kilowatt hours|3600000|kwh kw_h kilowatt_hour kilowatt_hours
energy|megawatt hour|megawatt hours|3600000000|mwh megawatt_hour megawatt_hours
energy|British thermal unit|British thermal units|105505585262/100000000|btu btus british_thermal_unit british_thermal_units
power|watt|watts|1|w watt watts
power|milliwatt|milliwatts|1/1000|milliwatt milliwatts
power|kilowatt|kilowatts|1000|kw kws kilowatt kilowatts
power|megawatt|megawatts|1000000|mw megawatt megawatts
power|gigawatt|gigawatts|1000000000|gw gigawatt gigawatts
power|horsepower|horsepower|74569987158227022/100000000000000|~hp ~horsepower ~horse_power mechanical_horsepower|metric horsepower
power|metric horsepower|metric horsepower|73549875/100000|metric_horsepower ps
pressure|pascal|pascals|1|pa pascal pascals
pressure|hectopascal|hectopascals|100|hpa hectopascal hectopascals
pressure|kilopascal|kilopascals|1000|kpa kilopascal kilopascals
pressure|bar|bars|100000|bar bars
pressure|millibar|millibars|100|mbar millibar millibars
pressure|atmosphere|atmospheres|101325|atm atmosphere atmospheres
pressure|millimetre of mercury|millimetres of mercury|101325/760|mmhg torr millimeters_of_mercury millimetres_of_mercury
pressure|inch of mercury|inches of mercury|3386389/1000|inhg inches_of_mercury
pressure|pound per square inch|pounds per square inch|6894757293168/1000000000|psi pounds_per_square_inch pound_per_square_inch
force|newton|newtons|1|newton newtons
force|kilonewton|kilonewtons|1000|kn kilonewton kilonewtons
force|pound of force|pounds of force|44482216152605/10000000000000|lbf pound_force pounds_force pounds_of_force
angle|degree|degrees|1|deg degree degrees
angle|arc minute|arc minutes|1/60|arcminute arcminutes minute minutes arc_minute arc_minutes minute_of_arc minutes_of_arc
angle|arc second|arc seconds|1/3600|arcsecond arcseconds second seconds arc_second arc_seconds
angle|turn|turns|360|turn turns revolution revolutions full_turn circle full_circle full_rotation
angle|right angle|right angles|90|right_angle right_angles
angle|radian|radians|57295779513082320876798154814105170/1000000000000000000000000000000000|rad rads radian radians
angle|gradian|gradians|9/10|gradian gradians gon gons
frequency|hertz|hertz|1|hz hertz
frequency|kilohertz|kilohertz|1000|khz kilohertz
frequency|megahertz|megahertz|1000000|mhz megahertz
frequency|gigahertz|gigahertz|1000000000|ghz gigahertz
frequency|revolution per minute|revolutions per minute|1/60|rpm revolutions_per_minute
data rate|megabit per second|megabits per second|1000000|mbps mbit/s megabit_per_second megabits_per_second megabits_a_second
data rate|gigabit per second|gigabits per second|1000000000|gbps gbit/s gigabit_per_second gigabits_per_second
data rate|kilobit per second|kilobits per second|1000|kbps kilobit_per_second kilobits_per_second
data rate|kilobyte per second|kilobytes per second|8000|kb/s kilobyte_per_second kilobytes_per_second
data rate|megabyte per second|megabytes per second|8000000|mb/s megabyte_per_second megabytes_per_second megabytes_a_second
data rate|gigabyte per second|gigabytes per second|8000000000|gb/s gigabyte_per_second gigabytes_per_second
temperature|degree Celsius|degrees Celsius|1|c celsius centigrade degree_celsius degrees_celsius degrees_c degree_c degree_centigrade degrees_centigrade deg_c degree degrees
temperature|degree Fahrenheit|degrees Fahrenheit|5/9|f fahrenheit degree_fahrenheit degrees_fahrenheit degrees_f degree_f deg_f degree degrees
temperature|kelvin|kelvins|1|k kelvin kelvins degrees_kelvin
fuel use|litre per 100 kilometres|litres per 100 kilometres|1|l/100km l/100_km litres_per_100_km litres_per_100km liters_per_100_km liters_per_100km l_per_100_km l_per_100km litres_per_100_kilometres litres_per_100_kilometers liters_per_100_kilometers liters_per_100_kilometres litres_per_hundred_kilometres
fuel use|mile per US gallon|miles per US gallon|!3785411784/16093440|~mpg ~miles_per_gallon ~miles_a_gallon ~miles_to_the_gallon mpg_us us_mpg american_mpg us_miles_per_gallon miles_per_us_gallon|mile per imperial gallon
fuel use|mile per imperial gallon|miles per imperial gallon|!454609000/1609344|mpg_uk uk_mpg imperial_mpg british_mpg mpg_imperial miles_per_imperial_gallon miles_per_uk_gallon uk_miles_per_gallon
fuel use|kilometre per litre|kilometres per litre|!100|km/l kpl kilometers_per_liter kilometres_per_litre km_per_litre km_per_liter kml
"""  # noqa: E501  a table, a unit a line
_OFFSETS = {"degree Fahrenheit": Fraction(-160, 9), "kelvin": Fraction(-27315, 100)}


@cache
def units() -> dict[str, tuple[Unit, ...]]:
    """Return the units by name; a name may belong to several kinds, as ounces do."""
    named: dict[str, tuple[Unit, ...]] = {}
    for row in _TABLE.strip().splitlines():
        kind, one, many, factor, names, *other = row.split("|")
        inverse, factor = factor.startswith("!"), factor.removeprefix("!")
        spelled = {one.lower().replace(" ", "_"), many.lower().replace(" ", "_")}
        for name in (*names.split(), *sorted(spelled - {n.removeprefix("~") for n in names.split()})):
            loose = other[0] if other and name.startswith("~") else ""
            unit = Unit(
                one, many, kind, Fraction(factor), _OFFSETS.get(one, Fraction(0)), inverse, other=loose
            )
            name = name.removeprefix("~").replace("_", " ")  # noqa: PLW2901  the name as it is said
            named[name] = (*named.get(name, ()), unit)
    return named


@cache
def by_title(one: str) -> Unit:
    """Return the unit whose singular is ``one``."""
    return next(unit for found in units().values() for unit in found if unit.one == one)


def named(name: str) -> tuple[Unit, ...]:
    """Return the units called ``name``, or none."""
    return units().get(name.strip(), ())


def convert(value: Fraction, source: Unit, target: Unit) -> Fraction:
    """Convert exactly; both units must be of one kind. `ZeroDivisionError` for zero miles per gallon."""
    base = source.factor / value if source.inverse else value * source.factor + source.offset
    return target.factor / base if target.inverse else (base - target.offset) / target.factor
