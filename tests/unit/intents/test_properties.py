"""What is answered, against oracles that share no code with it."""

from __future__ import annotations

import itertools
import re
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from dateutil.easter import easter
from dateutil.relativedelta import relativedelta
from dateutil.rrule import MONTHLY, rrule
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.intents import answer
from hub.intents.integers import from_roman, roman
from hub.intents.measures import convert, units
from hub.intents.numbers import in_words, numbers

from .questions import NOW

TODAY = NOW.date()
DAYS = st.dates(date(1600, 1, 1), date(2999, 12, 31))
ALL = sorted({unit.one: unit for found in units().values() for unit in found}.values(), key=lambda u: u.one)
PAIRS = [(a, b) for a, b in itertools.permutations(ALL, 2) if a.kind == b.kind]

# metres, kilograms, litres, seconds, ... as floats, from memory of the SI brochure: another table than ours
SI = {
    "mile": 1609.344, "kilometre": 1e3, "metre": 1.0, "centimetre": 0.01, "inch": 0.0254, "foot": 0.3048, "yard": 0.9144,
    "pound": 0.45359237, "kilogram": 1.0, "gram": 0.001, "ounce": 0.028349523125, "stone": 6.35029318, "tonne": 1000.0,
    "litre": 1.0, "millilitre": 0.001, "imperial pint": 0.56826125, "imperial gallon": 4.54609, "cubic metre": 1000.0,
    "second": 1.0, "minute": 60.0, "hour": 3600.0, "day": 86400.0, "week": 604800.0,
    "hectare": 1e4, "acre": 4046.8564224, "square metre": 1.0, "square foot": 0.09290304, "square mile": 2589988.110336,
    "mile per hour": 0.44704, "kilometre per hour": 1 / 3.6, "knot": 1852 / 3600, "metre per second": 1.0,
    "joule": 1.0, "kilojoule": 1e3, "kilocalorie": 4184.0, "kilowatt hour": 3.6e6, "bar": 1e5, "pascal": 1.0, "atmosphere": 101325.0,
}  # fmt: skip
KNOWN = [(a, b) for a, b in PAIRS if a.one in SI and b.one in SI]
PHRASES = (
    "convert {n} {a} to {b}", "what is {n} {a} in {b}", "how many {b} are in {n} {a}", "how many {b} is {n} {a}",
    "{n} {a} to {b}", "could you please tell me how many {b} there are in {n} {a}?", "um, what's {n} {a} in {b} please",
)  # fmt: skip


def last_number(said):
    return float(re.findall(r"[\d,]+(?:\.\d+)?", said.split(", that is")[0])[-1].replace(",", ""))


@settings(max_examples=100)
@given(st.sampled_from(KNOWN), st.integers(1, 5000), st.sampled_from(PHRASES))
def test_conversions_agree_with_another_table(pair, n, phrase):
    a, b = pair
    said = answer(phrase.format(n=n, a=a.many, b=b.many), NOW)
    assert said is not None
    want = n * SI[a.one] / SI[b.one]
    assert last_number(said) == pytest.approx(want, rel=6e-3, abs=6e-3 if want > 1 else 0)


@pytest.mark.parametrize("kind", sorted({unit.kind for unit in ALL}))
def test_every_pair_converts_there_and_back(kind):
    for a, b in ((a, b) for a, b in PAIRS if a.kind == kind):
        for value in (Fraction(7), Fraction(1, 3)):
            assert convert(convert(value, a, b), b, a) == value


@pytest.mark.parametrize("kind", sorted({unit.kind for unit in ALL} - {"calendar"}))
def test_every_pair_can_be_asked(kind):
    for a, b in ((a, b) for a, b in PAIRS if a.kind == kind):
        assert answer(f"how many {b.many} are 12 {a.many}", NOW), (a.one, b.one)


@given(st.integers(1, 12), st.integers(0, 11))
def test_feet_and_inches(feet, inches):
    said = answer(f"{feet} foot {inches} in cm", NOW) or ""
    assert last_number(said) == pytest.approx((feet * 12 + inches) * 2.54, abs=0.006)


@given(DAYS, DAYS)
def test_days_between(a, b):
    said = answer(f"how many days between {a.day} {a:%B} {a.year} and {b.day} {b:%B} {b.year}", NOW) or ""
    assert re.search(rf"it is {abs((b - a).days)} days?\.", said)


@given(DAYS, st.sampled_from(["%d %B %Y", "%B %d, %Y", "%Y-%m-%d", "the %d of %B %Y"]))
def test_weekdays(day, form):
    assert f"{day:%A}" in (answer(f"what day of the week is {day.strftime(form)}", NOW) or "")


@given(
    DAYS,
    st.integers(1, 400),
    st.sampled_from(["days", "weeks", "months", "years"]),
    st.sampled_from(["after", "before"]),
)
def test_moved_dates(day, count, unit, way):
    want = day + relativedelta(**{unit: count if way == "after" else -count})
    said = answer(f"what date is {count} {unit} {way} {day.day} {day:%B} {day.year}", NOW)
    if want.year < 1583:
        assert said is None
    else:
        assert f"{want:%A}, {want.day} {want:%B} {want.year}" in (said or "")


@given(st.integers(1583, 2999))
def test_easter(year):
    day = easter(year)
    assert f"{day.day} {day:%B} {year}" in (answer(f"when is easter {year}", NOW) or "")


@given(st.integers(1, 4), st.integers(0, 6), st.integers(1, 12), st.integers(1990, 2090))
def test_nth_weekdays(nth, weekday, month, year):
    first = datetime(year, month, 1)  # noqa: DTZ001  a clock's face has no zone
    want = rrule(MONTHLY, dtstart=first, byweekday=weekday, bysetpos=nth, count=1)[0]
    name, which = (
        f"{first.replace(day=7) + timedelta(days=(weekday - first.replace(day=7).weekday()) % 7):%A}",
        ["first", "second", "third", "fourth"][nth - 1],
    )
    said = answer(f"when is the {which} {name} of {first:%B} {year}", NOW) or ""
    assert f"{want:%A}, {want.day} {want:%B} {year}" in said


@given(st.dates(date(1900, 1, 1), TODAY))
def test_ages(born):
    years = relativedelta(TODAY, born).years
    said = answer(f"how old is someone born on {born.day} {born:%B} {born.year}", NOW) or ""
    assert (f"is {years} year" in said) if years else ("is" in said)


@settings(max_examples=40)
@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.integers(0, 400))
def test_weekdays_between(start, days):
    end = start + timedelta(days=days)
    want = sum((start + timedelta(days=n)).weekday() < 5 for n in range(1, days + 1))
    said = answer(f"how many working days between {start} and {end}", NOW) or ""
    assert re.search(rf"it is {want} weekdays?, or", said)


@given(DAYS)
def test_iso_weeks(day):
    assert f"week {day.isocalendar().week} of" in (
        answer(f"what week number is {day.day} {day:%B} {day.year}", NOW) or ""
    )


@given(
    st.integers(1, 12),
    st.integers(0, 59),
    st.sampled_from(["am", "pm"]),
    st.integers(1, 23),
    st.integers(0, 59),
)
def test_hours_after_a_time(hour, minute, half, hours, minutes):
    start = datetime.strptime(f"{hour}:{minute:02} {half}", "%I:%M %p")  # noqa: DTZ007  as above
    want = start + timedelta(hours=hours, minutes=minutes)
    said = (
        answer(f"what time is {hours} hours and {minutes} minutes after {hour}:{minute:02} {half}", NOW) or ""
    )
    assert f"({want:%H:%M})" in said


@given(st.integers(1, 12), st.integers(0, 59), st.integers(1, 12), st.integers(0, 59))
def test_minutes_between_times(h1, m1, h2, m2):
    start, end = (
        datetime.strptime(f"{h}:{m:02} {half}", "%I:%M %p")  # noqa: DTZ007  as above
        for h, m, half in ((h1, m1, "am"), (h2, m2, "pm"))
    )
    want = int((end - start).total_seconds() // 60) % 1440 or 1440
    said = answer(f"how many minutes between {h1}:{m1:02} am and {h2}:{m2:02} pm", NOW) or ""
    assert f"{want} minutes" in said or (want == 1 and "1 minute" in said)


@given(st.integers(1, 100), st.integers(1, 10**6))
def test_percentages(rate, whole):
    said = answer(f"what is {rate} percent of {whole}", NOW) or ""
    assert last_number(said) == pytest.approx(rate * whole / 100)


@given(st.integers(1, 3999))
def test_roman_numerals_there_and_back(n):
    assert from_roman(roman(n)) == n
    assert f" {roman(n)} " in (answer(f"{n} in roman numerals", NOW) or "")


@given(st.integers(0, 10**14))
def test_number_words_there_and_back(n):
    assert numbers(in_words(n).replace("-", " ")) == str(n)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=14))
def test_words_are_reversed(word):
    said = answer(f"reverse the word {word}", NOW)
    assert said is None or word[::-1] in said


@given(st.integers(-50, 50).filter(bool), st.integers(-99, 99), st.integers(-99, 99))
def test_equations(a, b, c):
    sign = "+" if b >= 0 else "-"
    said = answer(f"solve {a}x {sign} {abs(b)} = {c}", NOW) or ""
    x = Fraction(c - b, a)
    number = re.search(r"x is (?:.*about )?(minus )?([\d.]*\d)", said)
    assert number
    assert float(number[2]) * (-1 if number[1] else 1) == pytest.approx(float(x), abs=1e-4, rel=1e-3)
