"""Cut an answer into pieces to speak: a clause first, so that sound comes soon, then whole sentences."""

from __future__ import annotations

import re

_SENTENCE = re.compile(r"[.!?…]+[\"')\]*_]*(?=\s|$)|\n+|:\s*(?=\n)")
_CLAUSE = re.compile(r"[,;:](?=\s)|\s[-–—](?=\s)|[—](?=\S)")  # noqa: RUF001  dashes as people type them
_ABBREVIATION = re.compile(r"\b(?:mr|mrs|ms|dr|st|vs|e\.g|i\.e|etc|no|fig|approx|[a-z])\.$", re.IGNORECASE)

LEAST_CLAUSE = 8
"""Characters below which a first clause sounds cut off and gains nothing."""

LONGEST = 240
"""Characters above which a sentence is cut at a clause or a space: a run of it would take too long."""


def cut(text: str, *, first: bool, whole: bool) -> int:
    """Return how many characters of ``text`` make the next piece, 0 when it must wait for more.

    ``first``: nothing of this answer was spoken yet, a clause will do. ``whole``: no more follows.
    """
    end = _sentence_end(text)
    if first and (clause := _clause_end(text, end or len(text))):
        return clause
    if end:
        return end if end <= LONGEST else _clause_end(text, LONGEST, last=True) or _space(text)
    if len(text) > LONGEST:
        return _clause_end(text, LONGEST, last=True) or _space(text)
    return len(text) if whole and text.strip() else 0


def ends_sentence(piece: str) -> bool:
    """Tell whether a longer pause belongs after ``piece``."""
    return not piece.rstrip().endswith((",", ";", ":", "-", "–", "—"))  # noqa: RUF001  dashes as people type them


def _sentence_end(text: str) -> int:
    for match in _SENTENCE.finditer(text):
        if text[: match.end()].strip() and not _ABBREVIATION.search(text[: match.end()]):
            return match.end()
    return 0


def _clause_end(text: str, most: int, *, last: bool = False) -> int:
    ends = [m.end() for m in _CLAUSE.finditer(text, 0, most) if m.end() >= LEAST_CLAUSE]
    ends = [end for end in ends if text[end:].strip()]
    return (ends[-1] if last else ends[0]) if ends else 0


def _space(text: str) -> int:
    return text.rfind(" ", 1, LONGEST) + 1 or LONGEST
