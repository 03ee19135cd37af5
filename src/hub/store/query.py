"""Read what a person types into the search field; whatever it is, the index can be asked for it.

Words must all be there, the last one may be only begun; ``"exact words"`` stand side by side;
``-not`` and ``-"not these"`` must be absent. Nothing else means anything.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MOST_CHARS = 200
MOST_TERMS = 12
_PREFIX_MIN = 2
_TERM = re.compile(r'(?P<no>(?<!\S)-)?(?:"(?P<phrase>[^"]*)(?P<end>"|$)|(?P<word>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Term:
    """Words that stand side by side; the last may be only ``begun``."""

    words: tuple[str, ...]
    begun: bool = False

    def __str__(self) -> str:
        return f'"{" ".join(self.words)}"{"*" if self.begun else ""}'


@dataclass(frozen=True, slots=True)
class Query:
    """What is wanted: ``match`` as an FTS5 expression (sqlite.org/fts5.html section 3), empty for nothing."""

    match: str
    terms: tuple[Term, ...] = ()


def parse(text: str) -> Query:
    """Return the query that ``text`` asks; never raises."""
    wanted: list[Term] = []
    unwanted: list[Term] = []
    last = ""
    for found in list(_TERM.finditer(_clean(text)))[:MOST_TERMS]:
        words = _words(found["phrase"] if found["word"] is None else found["word"])
        if words:
            (unwanted if found["no"] else wanted).append(Term(words))
            last = "" if found["no"] or found["word"] is None else words[-1]
    if not wanted:
        return Query("")
    if len(last) >= _PREFIX_MIN and not text[-1:].isspace():
        wanted[-1] = Term(wanted[-1].words, begun=True)
    together = f"({' AND '.join(map(str, wanted))})"
    match = f"{together} NOT ({' OR '.join(map(str, unwanted))})" if unwanted else together
    return Query(match, tuple(wanted))


def _clean(text: str) -> str:
    """Return ``text`` as SQLite can take it: without halves of characters, short enough."""
    return text[:MOST_CHARS].encode("utf-8", "ignore").decode().replace("\0", " ")


def _words(text: str) -> tuple[str, ...]:
    """Split ``text`` where the index does (unicode61: letters, digits and private use are words)."""
    kept = "".join(c if _is_word(c) else " " for c in text)
    return tuple(word for word in kept.split() if any(_begins(c) for c in word))


def _is_word(c: str) -> bool:
    return _begins(c) or unicodedata.category(c)[0] == "M"


def _begins(c: str) -> bool:
    category = unicodedata.category(c)
    return category[0] in "LN" or category == "Co"
