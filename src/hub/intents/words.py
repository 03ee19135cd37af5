"""Bring what people say or type into one plain form: lower case, no fillers, numbers as digits."""

from __future__ import annotations

import re
import unicodedata

_ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905  reads as a list of words
_SMALL = (
    {word: n for n, word in enumerate(_ONES)} | {w: 20 + 10 * n for n, w in enumerate(_TENS)} | {"fourty": 40}
)
_LARGE = {"thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_ORDINALS = {
    "first": 1, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15,
    "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20,
    "thirtieth": 30, "hundredth": 100,
}  # fmt: skip

_SPELLED = (
    (r"[‘’´`]", "'"),  # noqa: RUF001  what keyboards make of an apostrophe
    (r"\bo'? ?clock\b", "oclock"),
    (r"\b(what|how|who|when|where|that|there|it|today|tomorrow)'?s\b(?!')(?= |$)", r"\1 is"),
    (r"\b(today|tomorrow|yesterday) is (date|day|weekday)\b", r"\1s \2"),
    (r"\b(what|how|who|when)'?re\b", r"\1 are"),
    (r"\bi'm\b", "i am"),
    (r"\byou're\b", "you are"),
    (r"\bi'd\b", "i would"),
    (r"\bwhat'll\b", "what will"),
    (r"\bcan't\b", "cannot"),
    (r"n't\b", " not"),
    (r"(?<=\d),(?=\d{3}\b)", ""),
    (r"(?<=\d) ?°", " degrees "),
    (r"\bp\.? ?m\b\.?", "pm"),
    (r"\ba\.m\b\.?|(?<=\d) ?a m\b", "am"),
    (r"(\d)'(\d{1,2})(?:\"|''|(?= )|$)", r"\1 feet \2 inches "),
    (r"(?<=\d)!(?=$)", " factorial"),
    (r"[?!;\"“”]|\.{2,}|\.(?=\s|$)|,(?!\d)", " "),
    (r",", " "),
    (r"(?<=[a-z])-(?=[a-z])", " "),
    (r"\bhalf a dozen\b", "6"),
)
_LEAD = re.compile(
    r"^(?:(?:um+|uh+|er+|erm+|hmm+|ah|oh|so|well|okay|ok|hey|hi|hello|please|alright|right|now|and|but"
    r"|like|just|sorry"
    r"|actually|quick question|listen|hub|timmy|computer|good (?:morning|afternoon|evening)"
    r"|(?:can|could|would|will) you (?:please |just |quickly )*(?:tell|give|show|say|calculate|compute"
    r"|convert|work out|figure out|help)(?: me)?"
    r"|do you (?:happen to )?know|i (?:want|need|would like|wanna) to know|i wonder|i was wondering|any idea"
    r"|(?:please )?tell me|let me know|remind me(?= what| how many| which)|you know|say(?= what)) +)+"
)
_TAIL = re.compile(
    r"(?: +(?:please|right now|now|currently|at the moment|for me|thanks|thank you|hub|exactly"
    r"|today(?= please)|um+|uh+|then|again|actually))+$"
)
_INSIDE = re.compile(r" (?:um+|uh+|er+|erm+|please)(?= )")


def plain(text: str) -> str:
    """Return ``text`` in plain form; at most 300 characters are looked at, more is never a short question."""
    text = unicodedata.normalize("NFKC", text[:400].replace("²", "^2").replace("³", "^3")).lower()
    for pattern, by in _SPELLED:
        text = re.sub(pattern, by, text)
    text = " ".join(text.split())
    text = _INSIDE.sub("", f" {text} ").strip()
    short = _LEAD.sub("", text + " ", count=1).strip() or text
    short = _TAIL.sub("", short) or short
    short += " now" if short.endswith(" from") else ""
    return numbers(short)


def numbers(text: str) -> str:
    """Write number words as digits: "twelve and a half" becomes "12.5", "nineteen seventy six" "19 76"."""
    words, out, at = text.split(), [], 0
    while at < len(words):
        number, used = _number(words, at)
        out.append(number if used else words[at])
        at += used or 1
    text = " ".join(out)
    text = re.sub(r"\b(\d+) point ((?:\d ?)+)(?= |$)", lambda m: f"{m[1]}.{m[2].replace(' ', '')}", text)
    text = re.sub(r"\b(\d+) and (?:a |1 )?half\b", r"\1.5", text)
    text = re.sub(r"\b(\d+) and (?:a |1 )?quarter\b", r"\1.25", text)
    text = re.sub(r"\b(\d+) and (?:3|three) quarters\b", r"\1.75", text)
    text = re.sub(
        r"\b(?:a|1) (\d+(?:\.\d+)?)\b(?= (?:hundred|thousand|million|billion|trillion))", r"\1", text
    )
    return re.sub(
        r"\b(\d+(?:\.\d+)?) (hundred|thousand|million|billion|trillion)\b",
        lambda m: _times(m[1], {**_LARGE, "hundred": 100}[m[2]]),
        text,
    )


def _times(digits: str, factor: int) -> str:
    whole, _, part = digits.partition(".")
    value = int(whole + part) * factor
    scale = 10 ** len(part)
    return str(value // scale) if value % scale == 0 else f"{value / scale:.6f}".rstrip("0")


def _number(words: list[str], at: int) -> tuple[str, int]:  # noqa: C901  the grammar of English numbers
    """Read the longest number that starts at ``at``; ("", 0) when none does."""
    if words[at] in _ORDINALS and not (words[at] == "first" and at == 0):
        return _ordinal(_ORDINALS[words[at]]), 1
    if words[at].endswith("s") and words[at][:-1] in _ORDINALS:
        return _ordinal(_ORDINALS[words[at][:-1]]) + "s", 1
    total = group = 0
    used, last = 0, 10**15
    for index in range(at, len(words)):
        word = words[index]
        if (
            word in ("a", "an")
            and words[index + 1 : index + 2]
            in (["hundred"], ["thousand"], ["million"], ["billion"], ["dozen"])
            and not used
        ):
            continue
        if (
            word == "and"
            and used
            and words[index - 1] in ("hundred", *_LARGE)
            and index + 1 < len(words)
            and words[index + 1] in _SMALL
        ):
            continue
        if word in _SMALL and _fits(_SMALL[word], last):
            group += _SMALL[word]
            last = _SMALL[word]
        elif word == "hundred" and (used == 0 or 0 < group < 100):  # noqa: PLR2004  eleven hundred is said, too
            group, last = max(group, 1) * 100, 100
        elif word in _LARGE and group < 1000 and (not total or total % (_LARGE[word] * 1000) == 0):  # noqa: PLR2004  groups of three digits
            if not used and index == at:
                break
            total, group, last = total + max(group, 1) * _LARGE[word], 0, 1000
        elif word == "dozen":
            return (str(max(group, 1) * 12), index - at + 1) if total == 0 else (str(total), used)
        elif word in _ORDINALS and used and group % 10 == 0 and group % 100 and _ORDINALS[word] < 10:  # noqa: PLR2004
            return _ordinal(total + group + _ORDINALS[word]), index - at + 1
        else:
            break
        used = index - at + 1
    return (str(total + group), used) if used else ("", 0)


def _fits(value: int, last: int) -> bool:
    """Say whether a word of ``value`` can follow one of ``last`` in one number: twenty one, hundred five."""
    if last >= 100:  # noqa: PLR2004
        return True
    return last >= 20 and last % 10 == 0 and 0 < value < 10  # noqa: PLR2004


def _ordinal(n: int) -> str:
    ending = "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")  # noqa: PLR2004
    return f"{n}{ending}"
