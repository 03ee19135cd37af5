"""Read number words as digits: "twelve and a half" is 12.5, "two and a third" is (7/3)."""

from __future__ import annotations

import re
from fractions import Fraction

ONES = [
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
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905  reads as a list of words
_SMALL = (
    {word: n for n, word in enumerate(ONES)}
    | {w: 20 + 10 * n for n, w in enumerate(TENS)}
    | {"fourty": 40, "nought": 0}
)
_LARGE = {"thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12}
_ORDINALS = {
    "first": 1, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15,
    "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20,
    "thirtieth": 30, "hundredth": 100, "thousandth": 1000,
}  # fmt: skip


def numbers(text: str) -> str:
    """Write number words as digits; "nineteen seventy six" becomes "19 76", for it may be a year."""
    text = re.sub(r"\b(\d{1,4}) dozen\b", lambda m: str(int(m[1]) * 12), text)
    words, out, at = text.split(), [], 0
    while at < len(words):
        number, used = _number(words, at)
        out.append(number if used else words[at])
        at += used or 1
    return _points(_mixed(" ".join(out)))


def _mixed(text: str) -> str:
    """Join a whole number and its fraction: "3 and a half", "2 and 2 3rds", "1 1/2"."""
    text = re.sub(
        r"\b(\d+) and (?:a |an |1 )?(half|quarter|(?:3|5|6|8|10)(?:rd|th))\b",
        lambda m: _part(m[1], 1, _denominator(m[2])),
        text,
    )
    text = re.sub(
        r"\b(\d+) and (\d) (halves|quarters|(?:3|5|6|8|10)(?:rd|th)s)\b",
        lambda m: _part(m[1], int(m[2]), _denominator(m[3])),
        text,
    )
    return re.sub(
        r"(?<![\d./(:])(\d{1,4}) (?:and )?(\d{1,2})/(\d{1,2})(?![\d./])",
        lambda m: _part(m[1], int(m[2]), int(m[3])) if 0 < int(m[2]) < int(m[3]) else m[0],
        text,
    )


def _denominator(name: str) -> int:
    if name.startswith(("hal", "quarter")):
        return 2 if name.startswith("hal") else 4
    return int(re.sub(r"\D", "", name))


def _part(whole: str, top: int, bottom: int) -> str:
    """Write a mixed number as a decimal if it ends, else as a fraction in brackets."""
    value = int(whole) + Fraction(top, bottom)
    if 10**4 % value.denominator:
        return f"({value.numerator}/{value.denominator})"
    return f"{value.numerator * 10**4 // value.denominator / 10**4:.4f}".rstrip("0").rstrip(".")


def _points(text: str) -> str:
    """Join what was said around "point", and large multiples: "2.5 million"."""
    text = re.sub(r"\b(\d+) point ((?:\d+ ?)+)(?= |$)", lambda m: f"{m[1]}.{m[2].replace(' ', '')} ", text)
    text = re.sub(r"(?<!\d )\bpoint ((?:\d ?)+)(?= |$)", lambda m: f"0.{m[1].replace(' ', '')} ", text)
    text = " ".join(text.split())
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


def _number(words: list[str], at: int) -> tuple[str, int]:  # noqa: C901, PLR0912  the grammar of English numbers
    """Read the longest number that starts at ``at``; ("", 0) when none does."""
    if words[at] in _ORDINALS and not (words[at] == "first" and at == 0):
        return _ordinal(_ORDINALS[words[at]]), 1
    if words[at].endswith("s") and words[at][:-1] in _ORDINALS:
        return _ordinal(_ORDINALS[words[at][:-1]]) + "s", 1
    if (
        words[at] == "oh"
        and at
        and words[at - 1] in _SMALL
        and words[at + 1 : at + 2][0:1]
        and words[at + 1] in ONES[:10]
    ):
        return f"0{_SMALL[words[at + 1]]}", 2  # nineteen oh five
    total = group = 0
    used, last = 0, 10**15
    for index in range(at, len(words)):
        word = words[index]
        if (
            word in ("a", "an")
            and words[index + 1 : index + 2]
            in (["hundred"], ["thousand"], ["million"], ["billion"], ["trillion"], ["dozen"])
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
    return f"{n}{ending(n)}"


def ending(n: int) -> str:
    """Return what follows the digits of an ordinal: st, nd, rd, th."""
    return "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")  # noqa: PLR2004


def in_words(n: int) -> str:
    """Write a whole number in English words, with a British "and": one hundred and five."""
    if n < 0:
        return f"minus {in_words(-n)}"
    if n < 20:  # noqa: PLR2004
        return ONES[n]
    if n < 100:  # noqa: PLR2004
        return TENS[n // 10 - 2] + (f"-{ONES[n % 10]}" if n % 10 else "")
    for word, size in (*reversed(_LARGE.items()), ("hundred", 100)):
        if n >= size:
            rest = n % size
            link = " and " if 0 < rest < 100 else " "  # noqa: PLR2004
            return f"{in_words(n // size)} {word}{link + in_words(rest) if rest else ''}"
    raise AssertionError
