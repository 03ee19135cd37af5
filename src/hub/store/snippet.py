"""Cut from a found text the part that shows best why it was found, with the words marked.

Letters are compared as the index does it: without case and without accents.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hub.store.query import Term

Pieces = tuple[tuple[str, bool], ...]
CHARS = 200
LEAD = 40
_MOST_MARKS = 200
_MOST_CHARS = 20_000


def snippet(texts: Iterable[str], terms: Iterable[Term]) -> Pieces:
    """Return the pieces, each marked or not, of the stretch of some 200 characters with most ``terms``."""
    wanted = _pattern(terms)
    best = (-1, "", list[tuple[int, int]]())
    for text in texts:
        count, start, marks = _densest(text[:_MOST_CHARS], wanted)
        if count > best[0]:
            best = (count, *_cut(text, start, marks))
    return tuple(_pieces(best[1], best[2]))


def _pattern(terms: Iterable[Term]) -> re.Pattern[str]:
    alternatives = [
        r"[\W_]+".join(re.escape(_fold(word)) for word in term.words) + (r"[^\W_]*" if term.begun else "")
        for term in terms
    ]
    groups = "|".join(f"({one})" for one in alternatives) or "(?!)"
    return re.compile(rf"(?<![^\W_])(?:{groups})(?![^\W_])")


def _densest(text: str, wanted: re.Pattern[str]) -> tuple[int, int, list[tuple[int, int]]]:
    """Return how many different terms the best stretch has, where it starts, and all places of terms."""
    found = [
        (*match.span(), match.lastindex)
        for _, match in zip(range(_MOST_MARKS), wanted.finditer(_fold(text)), strict=False)
    ]
    best, start = 0, 0
    for number, (at, _, _) in enumerate(found):
        different = {term for begin, end, term in found[number : number + 20] if end <= at + CHARS - LEAD}
        if len(different) > best:
            best, start = len(different), at
    return best, start, [(begin, end) for begin, end, _ in found]


def _cut(text: str, start: int, marks: list[tuple[int, int]]) -> tuple[str, list[tuple[int, int]]]:
    """Return a stretch of ``text`` with the places in it, cut between words."""
    begin = max(0, start - LEAD)
    if begin:
        begin = text.find(" ", begin, start) + 1 or begin
    end = begin + CHARS
    if end < len(text):
        end = max(text.rfind(" ", start + 1, end), begin + CHARS // 2)
    before, after = "…" if begin else "", "…" if end < len(text) else ""
    shift = len(before) - begin
    inside = [(at + shift, to + shift) for at, to in marks if begin <= at and to <= end]
    return f"{before}{text[begin:end]}{after}", inside


def _pieces(text: str, marks: list[tuple[int, int]]) -> Iterator[tuple[str, bool]]:
    at = 0
    for begin, end in marks:
        if begin > at:
            yield text[at:begin], False
        yield text[begin:end], True
        at = end
    if at < len(text):
        yield text[at:], False


class _Folds(dict[int, str]):
    """Each letter without case and accent, made when it is first seen; one letter stays one."""

    def __missing__(self, code: int) -> str:
        base = unicodedata.normalize("NFD", chr(code))[0].lower()[0]
        self[code] = base
        return base


_FOLDS = _Folds()


def _fold(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(_FOLDS)
