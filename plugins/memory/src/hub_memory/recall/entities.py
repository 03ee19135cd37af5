"""Find who and what a text names: names, quoted things, codes, amounts with their units; without a model."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

Type = Literal["name", "quoted", "code", "amount"]
LONGEST_TEXT = 20_000
"""Characters that are looked at: who writes more names what matters at the start."""

TITLES = frozenset(["mr", "mrs", "ms", "miss", "dr", "prof", "aunt", "uncle", "cousin", "granny", "grandpa"])
_PLAIN = frozenset(
    re.findall(
        r"\w+",
        """
        a about actually add after again ah all also always am an and any are as at be because been
        before but by call can check could did do does done each every find for from get give go
        good had has have he hello her here hey hi his how i if in is it its just keep let look make
        many may maybe me mine more most mr mrs ms much my never no nobody not nothing noted now of
        off ok okay on once one only open or our out over play please put read really remind right
        run say set shall she should show since so some somebody someone something sorry start still
        stop such sure take tell than thank thanks that the their them then there these they this
        those to today tomorrow too turn under unless until up us very wait was water we well were
        what when where which while who whom whose why will with would yes yesterday yet you your
        monday tuesday wednesday thursday friday saturday sunday january february march april june
        july august september october november december mondays tuesdays wednesdays thursdays
        fridays saturdays sundays christmas easter
        """,
    )
)
_NUMBERS = {"one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
            "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "twenty": "20",
            "thirty": "30", "forty": "40", "fifty": "50", "hundred": "100"}  # fmt: skip
_UNITS = {
    "gb": "gigabyte,gb", "tb": "terabyte,tb", "mb": "megabyte,mb", "kwh": "kilowatt hour,kilowatt-hour,kwh",
    "w": "watt,w", "v": "volt,v", "km": "kilometre,kilometer,km", "m": "metre,meter,m",
    "cm": "centimetre,centimeter,cm", "kg": "kilogram,kilo,kg", "g": "gram,g", "l": "litre,liter,l",
    "%": "percent,%", "°": "degree,°,°c", "eur": "euro,eur,€", "usd": "dollar,usd", "min": "minute,min",
    "h": "hour,h", "d": "day", "mbit": "megabit,mbit,mbit/s,mbps",
}  # fmt: skip
_UNIT = {alias: unit for unit, aliases in _UNITS.items() for alias in aliases.split(",")}
_AMOUNT = re.compile(
    rf"(?<![\w.,-])(?P<number>\d+(?:[.,]\d+)*|{'|'.join(_NUMBERS)})[ -]?"
    rf"(?P<unit>{'|'.join(sorted(_UNIT, key=len, reverse=True))})s?(?!\w)",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"[^\W\d_](?:[\w-]|['\u2019](?=\w))*|[^\w\s]|\d+")  # a mark or a number ends it
_QUOTED = re.compile(r"\"([^\"\n]{2,60})\"|\u201c([^\u201d\n]{2,60})\u201d|\u2018([^\u2019\n]{2,60})\u2019")
_COMBINING = re.compile(
    "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u064b-\u065f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff]"
)
_CODE = re.compile(r"(?<![\w-])(?=[\w-]*\d)(?=[\w-]*[A-Z]|\d+-\d+)[A-Z\d]+(?:-[A-Z\d]+)*(?![\w-])")


@dataclass(frozen=True, slots=True)
class Entity:
    """``name`` as it stands in the text; ``norm``: the same for all its ways to be written."""

    name: str
    norm: str
    type: Type


def entities(text: str, known: Collection[str] = ()) -> tuple[Entity, ...]:
    """Return what ``text`` names, each once.

    ``known``: norms that count in small letters too, since speech that was heard may have no others.
    """
    text = text[:LONGEST_TEXT]
    made = {one.norm: one for one in _all(text) if one.norm}
    small = normalise(text)
    for norm in known:
        if norm not in made and re.search(rf"(?<!\w){re.escape(norm)}(?!\w)", small):
            made[norm] = Entity(norm, norm, "name")
    return tuple(made.values())


def normalise(name: str) -> str:
    """Return ``name`` without case, accents, possessive and outer punctuation."""
    return " ".join(re.sub(r"'s?(?= |$)", "", folded(name)).split()).strip(" .,;:!?'\"")


def folded(text: str) -> str:
    """Return ``text`` without case and accents."""
    plain = text.replace("\u2019", "'")
    if not plain.isascii():
        plain = _COMBINING.sub("", unicodedata.normalize("NFKD", plain))
    return plain.casefold()


def _all(text: str) -> Iterator[Entity]:
    for match in _QUOTED.finditer(text):
        quoted = next(group for group in match.groups() if group)
        yield Entity(quoted, normalise(quoted), "quoted")
    for match in _AMOUNT.finditer(text):
        number = match["number"].casefold()
        yield Entity(match[0], f"{_NUMBERS.get(number, number)} {_UNIT[match['unit'].casefold()]}", "amount")
    for match in _CODE.finditer(text):
        yield Entity(match[0], normalise(match[0]), "code")
    yield from _names(_CODE.sub(",", _AMOUNT.sub(",", text)))  # "TB" of "8 TB" is nobody's name


def _names(text: str) -> Iterator[Entity]:
    """Yield each run of capitalised words, and each word of a longer one: "Dr Halim" is found as "Halim"."""
    for run in _runs(text):
        words = [word for word in run if normalise(word) not in TITLES]
        if len(words) > 1 or len(words) < len(run):
            yield Entity(" ".join(run), normalise(" ".join(run)), "name")
        for word in words:
            yield Entity(word, normalise(word), "name")


def _runs(text: str) -> Iterator[list[str]]:
    run = list[str]()
    for token in _TOKEN.findall(text):
        if token[:1].isupper() and normalise(token) not in _PLAIN and len(token) > 1:
            run.append(token.rstrip("."))
            continue
        if run:
            yield run
        run = []
    if run:
        yield run
