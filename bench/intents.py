"""Measure core.intents: 150 offline questions and 150 to decline, written to a real hub without models.

``python bench/intents.py`` writes bench/out/intents.json. Right answers are told by texts that were
written by hand, or by an oracle of the standard library where they depend on the clock; a wrong claim
is an answer of quality "exact" that is not right, or any to a question that has no exact answer.
"""

# ruff: noqa: E501  a pattern or a question reads best in one line

from __future__ import annotations

import asyncio
import calendar
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rows import row, save

from hub.intents import answer
from hub.testing import RunningHub

ZONE = ZoneInfo("Europe/Berlin")


def _day(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B} {day.year}"


def _next(month: int, day: int) -> Callable[[datetime], int]:
    def left(now: datetime) -> int:
        when = date(now.year, month, day)
        when = when if when >= now.date() else date(now.year + 1, month, day)
        return (when - now.date()).days

    return left


def _until(month: int, day: int) -> Callable[[datetime], str]:
    left = _next(month, day)
    return lambda now: str(left(now)) if left(now) else "today"


def _there(zone: str) -> Callable[[datetime], str]:
    return lambda now: f"{now.astimezone(ZoneInfo(zone)):%H:%M}"


def _ahead(**span: int) -> Callable[[datetime], str]:
    return lambda now: f"{now + timedelta(**span):%H:%M}"


def _date_in(**span: int) -> Callable[[datetime], str]:
    return lambda now: _day((now + timedelta(**span)).date())


def _weekday_after(weekday: int) -> Callable[[datetime], str]:
    return lambda now: _day(now.date() + timedelta(days=(weekday - now.weekday() - 1) % 7 + 1))


Want = str | tuple[str, ...] | Callable[[datetime], str]
ASKED: dict[str, Want] = {
    # units
    "How many feet are in a mile?": "5280", "convert 5 kg to pounds": "11.02", "what's 100 Fahrenheit in Celsius": "37.8",
    "5'11 in cm": "180.34", "six foot two in centimetres": "187.96", "How long is a marathon in miles?": "26.22",
    "Three and a half cups in ml, please": ("828.06", "875"), "half a mile in metres": "804.672", "How many ounces are there in a pound": "16 ",
    "how many pints in a gallon": "8 ", "30 mpg in litres per 100 km": ("7.84", "9.42"), "What is gas mark 6 in Celsius?": "200",
    "how many grams in a stick of butter": "113", "How many megabytes in a gigabyte?": ("1000", "1024"), "98.6 degrees to Celsius": "37 ",
    "what is minus 40 Celsius in Fahrenheit": "minus 40", "how many square metres in a hectare": ("10000",), "What is 60 mph in km/h?": "96.56",
    "32 psi in bar": "2.21", "how many seconds in a day": "86400", "how many hours in a week": "168", "how many days in two years": ("730", "731"),
    "convert 12 stone to kilos": "76.2", "how many teaspoons in a tablespoon": "3 ", "Could you tell me how many litres are in 10 gallons?": ("37.85", "45.46"),
    "two thirds of a cup in millilitres": "157.73", "a quarter of a pound in grams": "113.4", "180 degrees in radians": "3.14",
    "how many kilometres is a nautical mile": "1.852", "How many acres are in a square mile?": "640", "what's 2 lb 4 oz in grams": "1020.58",
    "is a mile longer than a kilometre": ("Yes", "1.61"), "which is heavier, a kilo or 2 pounds": "kilogram",
    "how many minutes are in three quarters of an hour": "45 ", "what's 12 dozen": "144", "how many l/100km is 40 mpg": ("5.88", "7.06"),
    "what is double 3/4 cup": "1.5 cups", "how long does it take to drive 100 miles at 50 mph": "2 hours",
    "how many feet and inches is 180 cm": ("5 feet", "10.87"),
    "how many kilojoules in 100 kilocalories": "418.4", "how many kilograms in a mile": "cannot be turned",
    # dates that do not depend on the day
    "What day of the week was 20 July 1969?": "Sunday", "what weekday is Christmas 2030": "Wednesday", "When is Easter 2030?": "21 April 2030",
    "when is Thanksgiving 2027": "25 November 2027", "when is Mother's Day 2027": ("9 May 2027", "7 March 2027"), "was 1900 a leap year": "No",
    "is 2028 a leap year": "Yes", "how many days in February 2028": "29", "how many days between 1 March 2027 and 5 April 2027": "35",
    "How many weekdays between 1 March 2027 and 31 March 2027?": ("22", "23"), "what date is 90 days after 1 March 2027": "30 May 2027",
    "what is the last Friday of November 2027": "26 November 2027", "first Monday of March 2028": "6 March 2028", "how many Mondays in March 2027": "5 Monday",
    "what week number is 15 March 2027": "week 11", "when is the next leap year after 2030": "2032", "when is Father's Day 2028": "18 June 2028",
    "what month comes after August": "September", "how many years between 1914 and 1945": "31", "how many days are there in a leap year": "366",
    "which quarter is August in": "third", "what century is 1850 in": "19th", "what is 3 weeks before Christmas 2027": "4 December 2027",
    "when is good friday 2027": "26 March 2027", "how many fridays the 13th in 2026": "3 ",
    # dates that do
    "What day is it?": lambda now: _day(now.date()), "what's tomorrow's date": _date_in(days=1), "what was the date 10 days ago": _date_in(days=-10),
    "what date is in three weeks": _date_in(weeks=3), "How many days until Christmas?": _until(12, 25), "how many days until Halloween": _until(10, 31),
    "what month is it": lambda now: f"{now:%B}", "what year is it": lambda now: str(now.year), "what week is it": lambda now: f"week {now.isocalendar().week}",
    "What date is next Friday?": _weekday_after(4), "what date is 100 days from today": _date_in(days=100),
    "how many days are left in this year": lambda now: str((date(now.year, 12, 31) - now.date()).days),
    "how many days are left in the month": lambda now: str(calendar.monthrange(now.year, now.month)[1] - now.day),
    "what day of the year is it": lambda now: f"day {now.timetuple().tm_yday} ", "What year will it be in 15 years?": lambda now: str(now.year + 15),
    "how old is someone born in 1990": lambda now: f"turns {now.year - 1990}", "how many days since 1 January 2026": lambda now: str((now.date() - date(2026, 1, 1)).days),
    # the clock
    "What time is it?": lambda now: f"{now:%H:%M}", "what time is it in Tokyo": _there("Asia/Tokyo"), "What's the time in New York?": _there("America/New_York"),
    "what time is it in Mumbai right now": _there("Asia/Kolkata"), "what time will it be in 45 minutes": _ahead(minutes=45),
    "what time was it two and a half hours ago": _ahead(hours=-2, minutes=-30), "what is 3 hours after 10:45 pm": "1:45 am", "what time is 90 minutes before noon": "10:30",
    "how many minutes between 9:20 and 11:05": "105", "How long is it from 9 am to 5:30 pm?": "8 hours and 30 minutes", "8 hours from 11 pm": "7:00 am",
    "how many hours between 10 pm and 6 am": "8 hours", "what's 17:30 in 12 hour time": "5:30 pm", "what is 5:30 pm in 24 hour time": "17:30",
    "3 pm UTC in Tokyo": "00:00", "when it's noon in Delhi what time is it in Tokyo": "15:30", "what is 20 minutes after half past nine": "9:50",
    # sums
    "What is twelve times seven?": "84", "what's fifteen percent of eighty": "12", "square root of 144": "12", "2 to the power of 10": "1024",
    "What is 144 divided by 12?": "12", "three and a half plus two": "5.5", "what's a third of 90": "30", "6 divided by 1/2": "12", "3/4 divided by 1/2": "1.5",
    "what is the average of 4, 8 and 12": "8", "is 97 prime": "Yes", "is 91 a prime number": ("No", "7"), "five factorial": "120", "what is 17 mod 5": "2",
    "20 is what percent of 50": "40 percent", "an 18% tip on $45.50": "8.19", "split 120 dollars 4 ways": "30 dollars", "25% off 80 dollars": "60 dollars",
    "add 20% VAT to 50": "60", "percentage increase from 40 to 50": "25 percent", "1994 in Roman numerals": "MCMXCIV", "what is XLII": "42",
    "255 in hex": "FF", "1010 binary to decimal": "10 in decimal", "greatest common divisor of 12 and 18": "is 6", "lcm of 4 and 6": "is 12",
    "solve 2x + 3 = 11": "x is 4", "area of a circle with radius 5": "78.54", "area of a 12 by 15 foot room": "180 square feet",
    "hypotenuse of a triangle with sides 3 and 4": "is 5", "0.375 as a fraction": "3/8", "round 3.14159 to two decimal places": "3.14",
    "what is to plus to": "4", "what is 0.1 + 0.2": "is 0.3.", "which is bigger, 3/4 or 2/3": "3/4 is greater", "compound interest on 1000 dollars at 5 percent for 3 years": "1157.63",
    # letters
    "how do you spell necessary": "N, E, C, E, S, S, A, R, Y", "how many r's in strawberry": "3 R", "how many letters in banana": "6 letters",
    "spell hello backwards": "O, L, L, E, H", "what's the 10th letter of the alphabet": "is J", "is racecar a palindrome": "Yes",
    # the machine
    "Am I running out of disk?": "percent full", "how much memory is free": "of RAM", "what version are you": "version", "how many cores do you have": f"{os.cpu_count()} ",
    "how long have you been up": "has been up for", "is the machine busy": "load was", "what models do you run": "model",
    # honest limits
    "What's the weather tomorrow?": "weather", "How much is 100 dollars in euros?": "rates", "turn on the lights": "no control",
    "how much ibuprofen can I take": "pharmacist",
}  # fmt: skip
NEAR = Path(__file__).parents[1] / "tests" / "unit" / "intents" / "near_misses.txt"


def right(said: str, want: Want, asked: datetime, told: datetime) -> bool:
    """Say whether ``said`` holds all it must; what depends on the clock may be of either moment."""
    if callable(want):
        return any(_holds(said, want(now)) for now in (asked, told))
    return all(_holds(said, text) for text in ((want,) if isinstance(want, str) else want))


def _holds(said: str, text: str) -> bool:
    """Say whether ``text`` stands in ``said``, and not as a part of a longer number."""
    return bool(
        re.search(
            rf"(?<![\d.]){re.escape(text)}(?!\d)" if text[:1].isdigit() else rf"{re.escape(text)}(?!\d)", said
        )
    )


async def intents() -> list[dict[str, Any]]:
    """Ask all, each in a talk of its own, and count."""
    assert len(ASKED) >= 150, len(ASKED)
    with tempfile.TemporaryDirectory(prefix="hub-intents-") as folder:
        env = {"TZ": "Europe/Berlin", "PIP_NO_INDEX": "1", "HUB_DISABLED": '["voice"]'}
        async with RunningHub(Path(folder) / "data", env=env) as hub:
            await hub.sign_in()
            good, claims, took = [], [], []
            for question, want in ASKED.items():
                asked = datetime.now(ZONE)
                turn, seconds = await _ask(hub, question)
                took.append(seconds)
                well = turn["quality"] == "exact" and right(turn["answer"], want, asked, datetime.now(ZONE))
                good.append(float(well))
                if not well:
                    print(f"  not right: {question!r}: {turn['quality']}: {turn['answer']}")
                if not well and turn["quality"] == "exact":
                    claims.append(question)
            for question in NEAR.read_text().splitlines()[::2][:150]:
                turn, seconds = await _ask(hub, question)
                took.append(seconds)
                if turn["quality"] == "exact":
                    print(f"  should be declined: {question!r}: {turn['answer']}")
                    claims.append(question)
    share = 100 * sum(good) / len(good)
    print(f"{len(good)} questions, {share:.1f} % right; {len(claims)} wrong claims in {len(took)}")
    return [
        row(
            "core.intents",
            "%",
            [share],
            95,
            at_least=True,
            note=f"right answers to {len(good)} questions of our own",
        ),
        row(
            "core.intents_wrong",
            "claims",
            [float(len(claims))],
            0,
            note=f"exact but not right, in {len(took)} questions",
        ),
        row(
            "core.intents_time",
            "ms",
            _think(),
            5,
            by="p99",
            note="processor time of an answer or a decline, patterns compiled",
        ),
    ]


def _think() -> list[float]:
    """Return the processor time of every question here and of 300-letter repetitions, in milliseconds."""
    hostile = [
        (start + unit * 300)[:290]
        for start in ("what is ", "how many ", "if ", "")
        for unit in ("5 ", "9", "(", "1 + ", "to ", "christmas ", "between ", "an hour and a half ")
    ]
    asked = [*ASKED, *NEAR.read_text().splitlines(), *hostile]
    took = []
    for question in asked:
        answer(question)  # the first of a kind compiles its patterns, some 5 to 35 ms once
        began = time.thread_time()
        answer(question)
        took.append(1e3 * (time.thread_time() - began))
    return took


async def _ask(hub: RunningHub, question: str) -> tuple[dict[str, Any], float]:
    async with hub.client.post(hub.url + "/api/talks") as response:
        response.raise_for_status()
        talk = (await response.json())["id"]
    began = time.monotonic()
    async with hub.client.post(f"{hub.url}/api/talks/{talk}/turns", json={"text": question}) as response:
        response.raise_for_status()
        return await response.json(), time.monotonic() - began


async def main() -> None:
    """Measure, keep the rows, and fail if a promise is missed."""
    rows = await intents()
    save("intents", rows)
    if rows[0]["samples"][0] < rows[0]["target"] or rows[1]["samples"][0]:
        sys.exit("core.intents: missed")


if __name__ == "__main__":
    asyncio.run(main())
