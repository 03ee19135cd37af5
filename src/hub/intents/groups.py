"""Multiply and divide what comes in packs, rows, days and litres: boxes of twelve, pages a day, pounds a kilo."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import re
from fractions import Fraction

from hub.intents.calculator import spoken
from hub.intents.intent import Intent, Question, also
from hub.intents.shares import SUM, amount, money


def _one(name: str) -> str:
    """Return a noun without its plural."""
    return re.sub(r"(?:(?<=[xsh])es|s)$", "", name)


def _packs(_question: Question, match: re.Match[str]) -> str | None:
    """Say how many packs hold so many: the last may not be full."""
    size, things = int(match["size"]), int(match["n"])
    if not size or things < size:
        return None
    packs, rest = divmod(things, size)
    if not rest:
        return f"That is {packs}."
    return f"{packs} full ones, with {rest} left over: {packs + 1} to hold them all."


def _rows(_question: Question, match: re.Match[str]) -> str | None:
    """Multiply rows by what stands in each."""
    if match["thing"] and match["asked"] and _one(match["asked"]) != _one(match["thing"]):
        return None
    return f"That is {spoken(Fraction(int(match['n']) * int(match['size'])))}."


_TIMES = {
    ("minute", "hour"): 60, ("hour", "day"): 24, ("day", "week"): 7, ("week", "year"): 52, ("month", "year"): 12, ("day", "fortnight"): 14,
    ("day", "day"): 1, ("week", "week"): 1, ("month", "month"): 1, ("year", "year"): 1, ("hour", "hour"): 1, ("minute", "minute"): 1, ("week", "fortnight"): 2,
    ("year", "decade"): 10,
}  # fmt: skip


def _rate(_question: Question, match: re.Match[str]) -> str | None:
    """Multiply what is done a day by the days: 30 pages a day in a week."""
    thing, asked = match["thing"] or "", match["asked"] or ""
    if asked and _one(asked) != _one(thing):
        return None
    value, coin = amount(match["bill"])
    per, unit = match["per"], match["unit"].rstrip("s")
    count = Fraction(match["m"] or 1)
    if (per, unit) == ("day", "year"):
        year = value * 365 * count
        return f"That is {money(year, coin)} in {spoken(count * 365)} days." if count == 1 else None
    times = _TIMES.get((per, unit))
    total = value * times * count if times else None
    return f"That is {money(total, coin) if coin else spoken(total)}." if total is not None else None


_MEASURES = {"kg": "kilo", "kilogram": "kilo", "g": "gram", "lb": "pound", "l": "litre", "liter": "litre", "m": "metre", "meter": "metre", "gal": "gallon", "km": "kilometre", "foot": "feet"}  # fmt: skip


def _by_measure(_question: Question, match: re.Match[str]) -> str | None:
    """Multiply a price per litre, kilo or hour by so many."""
    units = {_MEASURES.get(_one(match[name]), _one(match[name])) for name in ("u", "v")}
    price, coin = amount(match["bill"])
    return f"That is {money(price * Fraction(match['n']), coin)}." if len(units) == 1 else None


_N, _POSITIVE = r"\d{1,9}", r"\d{1,9}(?:\.\d{1,4})?"
_BILL = rf"(?P<bill>{SUM})"
_PACK = r"(?:boxes|box|packs?|packets?|bags?|trays?|crates?|cartons?|cases?|rows?|tables?|teams?|groups?|sets?|jars?|bottles?|bunches|shelves|baskets?|stacks?|piles?|buses|cars?|coaches|vans?|bundles?|columns?|pages?|rolls?)"
_HOLDS = r"(?:holds?|seats?|fits?|contains?|has|carries|takes?|comes? in)"
_WORD = r"[a-z]+(?: [a-z]+)?"
_MEASURE = r"litres?|liters?|l|kilos?|kg|kilograms?|kgs|pounds?|lbs?|grams?|g|metres?|meters?|m|yards?|foot|feet|gallons?|gal|pints?|hours?|miles?|km|kilometres?|ounces?|square (?:metres?|meters?|foot|feet)"
_HOW = r"(?:how much|what)(?: is| are| does| do| would| will| it| that| i| we| they| cost| pay| be| for| should)*"
_DO = r"(?: is| are| does| do| did| would| will| have| it| that| this| i| we| he| she| they| you| there| make| get| earn| save| spend| read| walk| run| drink| eat| pay| cost| use| be| come| to| need| work| done| do| drive)*"
INTENTS = (
    Intent(rf"how many {_PACK} of (?P<size>{_N})(?: (?!do\b|would\b|will\b|are\b|for\b|to\b)[a-z]+)?(?: (?:do|would|will|should) (?:i|we|you) need| are needed| does it take| to)? (?:for|to (?:hold|make|get|feed|have|carry|fill))(?: at least)? (?P<n>{_N})(?: {_WORD})?|(?:i have |there are |we have )?(?P<n2>{_N}) {_WORD} (?:in|into|go in|fit in|packed in|come in) {_PACK} of (?P<size2>{_N}) how many {_PACK}(?: (?:is that|do i (?:need|get|have)|are (?:there|needed)|will i need))?", lambda q, m: _packs(q, also(m, size="size2", n="n2")), ("how many",)),
    Intent(rf"(?:if )?(?:an? |each |1 |every )(?P<pack>[a-z]+) {_HOLDS} (?P<size>{_N})(?: {_WORD})? how many (?P<packs>[a-z]+)(?: (?:do|would|will|should) (?:i|we|you) need| are needed| does it take| do you need)?(?: for| to (?:hold|carry|seat|fit|take|move|feed))? (?P<n>{_N})(?: {_WORD})?", lambda q, m: _packs(q, m) if _one(m["pack"]) == _one(m["packs"]) else None, ("how many",)),
    Intent(rf"(?:how many (?P<asked>[a-z]+)?(?: are| is)?(?: there)? ?in |what is |how many is |how much is |there are |i have )?(?P<n>{_N}) {_PACK} (?:of|with|each with|containing|that hold) (?P<size>{_N})(?: (?P<thing>[a-z]+))?(?: (?:each|in each|per row|a row|in (?:a|each|every) [a-z]+))?(?: how many(?: (?P<asked2>(?!is\b|are\b|do\b|in\b)[a-z]+))?(?: (?:is that|are there|in (?:all|total)|altogether|do i have|have i got|total))*)?", lambda q, m: _rows(q, also(m, asked="asked2")), (" of ", " with ", "contain", "hold")),
    Intent(rf"(?:if |when |at )?(?:i |we |you |he |she |they )?(?:am |are |is )?(?:[a-z]+ ){{0,2}}?{_BILL}(?: (?P<thing>[a-z]+))?(?: [a-z]+)? (?:an?|per|every|each) (?P<per>minute|hour|day|week|month|year) (?:how (?:much|many)|what)(?: (?P<asked>(?!is\b|are\b|do\b|does\b|will\b|would\b|in\b|a\b|per\b|for\b|over\b|have\b|did\b)[a-z]+))?{_DO} (?:in|an?|per|for|over|after|each|every|in an?|for an?|over an?|in 1|after an?) ?(?P<m>{_POSITIVE})? ?(?P<unit>minutes?|hours?|days?|weeks?|months?|years?|fortnights?|decades?)(?: at that rate)?", _rate, ("how m", "what")),
    Intent(rf"(?:if )?(?:i |we )(?:save|put away|spend|earn|make|pay) {_BILL}(?P<thing>x)? (?:an?|per|every|each) (?P<per>day|week|month|year)(?P<asked>x)? for (?:an? )?(?P<m>{_POSITIVE})? ?(?P<unit>weeks?|months?|years?)(?: (?:how much|what)(?: do| will| would| is| i| that| have| it| save| be| saved)*)?", _rate, (" for ",)),
    Intent(rf"(?:if )?(?:the )?(?:{_WORD} )?(?:is |are |costs? |at |sells? for )?{_BILL} (?:an?|per|each|the) (?P<u>{_MEASURE}) {_HOW} (?P<n>{_POSITIVE}) ?(?P<v>{_MEASURE})(?: of {_WORD})?(?: cost| come to| be)?", _by_measure, ("how much", "what")),
    Intent(rf"(?:if )?(?:i |we )?(?:buy |want |get |need )?(?:what (?:is|do|does|would) |how much (?:is|are|for|do|does|would|will) )?(?P<n>{_POSITIVE}) ?(?P<v>{_MEASURE})(?: of {_WORD})?(?: cost)? (?:at|if (?:it is|it costs|they are)) {_BILL} (?:an?|per|each) (?P<u>{_MEASURE})(?: {_HOW})?", _by_measure, (" at ", " if ")),
)  # fmt: skip
