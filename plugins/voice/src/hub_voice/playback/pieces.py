"""Cut an answer into pieces to speak: a clause first, so that sound comes soon, then whole sentences.

A cut lies behind a mark and before a blank, never inside a link, inline code or a formula, so that
where an answer is cut does not depend on how it arrived.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SENTENCE = re.compile(r"[.!?…]+[\"')\]*_”’]*(?=\s)|[。！？]|\n")  # noqa: RUF001  as they are written
_CLAUSE = re.compile(r"[,;:](?=[ \t]+\S)|[ \t][-–—](?=[ \t]+\S)|[—](?=\S)")  # noqa: RUF001  dashes as people type them
_ABBREVIATION = re.compile(
    r"(?<![\w.])(?:mr|mrs|ms|dr|prof|st|vs|e\.g|i\.e|a\.k\.a|cf|viz|incl|excl|max|min|est|no|nr|fig|figs|vol|ch|pp|p"
    r"|approx|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun|mt|ft|rev|gen|capt|tel"
    r"|dept|et al|[a-z])\.$",
    re.IGNORECASE,
)
_LISTED = re.compile(r"^\s*(?:[-*+>]\s+)*\d{1,3}\.$")
"""The number of a list's item, at the start of a line."""
_MAYBE = re.compile(r"(?<![\w.])(?:etc|jr|sr|inc|ltd|corp|[ap]\.m|ave|blvd|p\.s)\.$", re.IGNORECASE)
"""These may end a sentence: a capital letter behind them tells."""
_SAFE = re.compile(r"(?<=[A-Za-z,;]) (?=[A-Za-z]+[ ,;])")
"""A blank between plain words: a cut there parts no number from its unit."""

LEAST_CLAUSE = 8
"""Characters below which a first clause sounds cut off and gains nothing."""

LONGEST = 240
"""Characters above which a sentence is cut at a clause or a space: a run of it would take too long."""

MOST_OPEN = 600
"""Characters beyond which a bracket that does not close is no link."""

HURRIED = 5
"""Words that make a first piece when the rest does not come."""


def cut(text: str, *, first: bool, whole: bool, hurry: bool = False, starts_line: bool = False) -> int:
    """Return how many characters of ``text`` make the next piece, 0 when it must wait for more.

    ``first``: nothing of this answer was spoken yet, a clause will do. ``whole``: no more follows.
    ``hurry``: a few words will do. ``starts_line``: ``text`` begins a line.
    """
    end = _sentence_end(text, whole=whole, starts_line=starts_line)
    if first and (clause := _clause_end(text, min(end or len(text), LONGEST))):
        return clause
    if end and end <= LONGEST:
        return end
    if len(text) > LONGEST + 1:
        return _clause_end(text, LONGEST, last=True) or _space(text)
    if first and hurry and (few := _few(text)):
        return few
    return len(text) if whole and text.strip() else 0


def split(text: str, most: int = LONGEST) -> Iterator[str]:
    """Yield ``text`` in parts of whole sentences, of at most ``most`` letters or one piece; all of it."""
    part, rest = "", text
    while rest:
        length = cut(rest[: 2 * LONGEST], first=False, whole=True) or len(rest)
        if part and len(part) + length > most:
            yield part
            part = ""
        part, rest = part + rest[:length], rest[length:]
    if part:
        yield part


def ends_sentence(piece: str) -> bool:
    """Tell whether a longer pause belongs after ``piece``."""
    return not piece.rstrip().endswith((",", ";", ":", "-", "–", "—"))  # noqa: RUF001  dashes as people type them


def _sentence_end(text: str, *, whole: bool, starts_line: bool) -> int:
    for match in _SENTENCE.finditer(text):
        end, before = match.end(), text[: match.end()]
        if text[end - 1] == "\n":
            return end
        if not before.strip() or _inside(before):
            continue
        known = bool(_ABBREVIATION.search(before) or (starts_line and _LISTED.match(before)))
        if not known and _MAYBE.search(before):
            after = text[end:].lstrip(" \t")
            if not after and not whole:
                return 0
            known = after[:1].islower() or after[:1].isdigit()
        if not known:
            return end
    return 0


def _clause_end(text: str, most: int, *, last: bool = False) -> int:
    ends = [m.end() for m in _CLAUSE.finditer(text[: most + 2]) if LEAST_CLAUSE <= m.end() <= most]
    ends = [end for end in ends if not _inside(text[:end])]
    return (ends[-1] if last else ends[0]) if ends else 0


def _few(text: str) -> int:
    """Return the end of the first few words, where they are plain words."""
    for blank in _SAFE.finditer(text):
        if len(text[: blank.end()].split()) >= HURRIED and not _inside(text[: blank.end()]):
            return blank.end()
    return 0


def _inside(before: str) -> bool:
    """Tell whether a link, inline code or a formula is still open behind ``before``, on its line."""
    line = before[-MOST_OPEN:].rpartition("\n")[2]
    if line.count("`") % 2:
        return True
    label = line.rfind("[")
    if label >= 0 and "]" not in line[label:]:
        return True
    address = line.rfind("](")
    if address >= 0 and ")" not in line[address:]:
        return True
    return bool(re.search(r"(?<![\w$])\$(?=[^\s\d$])[^$]*$", line)) or line.count("\\(") > line.count("\\)")


def _space(text: str) -> int:
    return text.rfind(" ", 1, LONGEST) + 1 or LONGEST
