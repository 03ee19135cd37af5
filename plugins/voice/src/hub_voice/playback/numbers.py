"""Put numbers into English words: counts, orders, years, digits one by one."""

from __future__ import annotations

ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SCALES = ("", "thousand", "million", "billion", "trillion", "quadrillion")
ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth",
}  # fmt: skip

LARGEST = 10**18
"""From here on a number is read digit by digit."""

LONGEST = 15
"""Digits without a separator beyond which it is a name, not a count."""


def cardinal(number: int) -> str:
    """Return ``number`` as it is counted: 1205 is "one thousand two hundred five"."""
    if number < 0:
        return f"minus {cardinal(-number)}"
    if number >= LARGEST:
        return digits(str(number))
    if number < 1000:  # noqa: PLR2004  below the first scale
        return _hundreds(number)
    words, scale = [], 0
    while number:
        number, group = divmod(number, 1000)
        if group:
            words.append(f"{_hundreds(group)} {SCALES[scale]}".strip())
        scale += 1
    return " ".join(reversed(words))


def ordinal(number: int) -> str:
    """Return the place of ``number`` in a row: 21 is "twenty-first"."""
    head, dash, last = cardinal(number).rpartition("-" if number % 100 > 20 and number % 10 else " ")  # noqa: PLR2004
    if last in ORDINALS:
        last = ORDINALS[last]
    elif last.endswith("y"):
        last = f"{last[:-1]}ieth"
    else:
        last = f"{last}th"
    return f"{head}{dash}{last}"


def year(number: int) -> str:
    """Return ``number`` as a year: 1984 is "nineteen eighty-four", 2005 "two thousand five"."""
    century, rest = divmod(number, 100)
    if not 1000 < number < 10_000 or (century % 10 == 0 and rest < 10):  # noqa: PLR2004  years have four digits
        return cardinal(number)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {f'oh {ONES[rest]}' if rest < 10 else cardinal(rest)}"  # noqa: PLR2004


def digits(text: str) -> str:
    """Return the digits in ``text`` one by one."""
    return " ".join(ONES[int(sign)] for sign in text if sign in "0123456789")


def amount(text: str) -> str:
    """Return a written number as it is read: "3.50" is "three point five zero", "007" digit by digit.

    ``text``: digits with at most one point, and commas between thousands.
    """
    whole, _, part = text.replace(",", "").partition(".")
    if len(whole) > LONGEST or (len(whole) > 1 and whole[0] == "0"):
        said = digits(whole)
    else:
        said = cardinal(int(whole)) if whole else ""
    return f"{said} point {digits(part)}".strip() if part else said


def plural(words: str) -> str:
    """Return a number's words as a decade: "ninety" is "nineties"."""
    return f"{words[:-1]}ies" if words.endswith("y") else f"{words}s"


def _hundreds(number: int) -> str:
    hundred, rest = divmod(number, 100)
    words = [f"{ONES[hundred]} hundred"] if hundred else []
    if rest >= 20:  # noqa: PLR2004  the words of their own end here
        ten, one = divmod(rest, 10)
        words.append(TENS[ten] + (f"-{ONES[one]}" if one else ""))
    elif rest or not hundred:
        words.append(ONES[rest])
    return " ".join(words)
