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
class Query:
    """What is wanted, as an FTS5 expression (sqlite.org/fts5.html section 3); empty when nothing is."""

    match: str


def parse(text: str) -> Query:
    """Return the query that ``text`` asks; never raises."""
    wanted: list[str] = []
    unwanted: list[str] = []
    last = ""
    for found in list(_TERM.finditer(_clean(text)))[:MOST_TERMS]:
        words = _words(found["phrase"] if found["word"] is None else found["word"])
        if not words:
            continue
        if found["no"]:
            unwanted.append(_quoted(words))
            last = ""
        else:
            wanted.append(_quoted(words))
            last = words[-1] if found["word"] is not None else ""
    if not wanted:
        return Query("")
    if len(last) >= _PREFIX_MIN and not text[-1:].isspace():
        wanted[-1] += "*"
    together = f"({' AND '.join(wanted)})"
    return Query(f"{together} NOT ({' OR '.join(unwanted)})" if unwanted else together)


def _clean(text: str) -> str:
    """Return ``text`` as SQLite can take it: without halves of characters, short enough."""
    return text[:MOST_CHARS].encode("utf-8", "ignore").decode().replace("\0", " ")


def _words(text: str) -> list[str]:
    """Split ``text`` where the index does (unicode61: letters, digits and private use are words)."""
    kept = "".join(c if _is_word(c) else " " for c in text)
    return [word for word in kept.split() if any(_begins(c) for c in word)]


def _is_word(c: str) -> bool:
    return _begins(c) or unicodedata.category(c)[0] == "M"


def _begins(c: str) -> bool:
    category = unicodedata.category(c)
    return category[0] in "LN" or category == "Co"


def _quoted(words: list[str]) -> str:
    return f'"{" ".join(words)}"'
