"""Answer a question in the words of what is remembered, where no large model can.

A small model makes worse of what it is told: of "Ben is allergic to peanuts" it made a peanut butter
sandwich for Ben. So what fits a question is quoted, with who said it and when, and nothing is added.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

from hub import Caps, Declined, Delta, Done, MemoryQuery, Probe, only_asks
from hub_memory.store.words import STOP

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from hub import Memory, MemoryEntry, MemoryHit, Request

LOOKED, QUOTED = 6, 2
"""Entries that are looked at, and that one answer quotes at most."""

LONGEST = 240
"""Characters of one quote: a longer entry gives the sentence that fits best."""

OWN = frozenset(("my", "mine", "our", "ours", "i", "we"))
"""Words by which somebody asks about their own things."""

OPEN = frozenset(("how", "why", "should", "could", "can", "would"))
"""Beginnings of questions that seldom ask for a fact: then all of their words must be there."""

_EMPTY = (
    "about again all also am any ever going got just know like many much mine mention mentioned please recall"
    " remember said say tell told us want"
)
EMPTY = STOP | {*_EMPTY.split()}
"""Words that say nothing of what is asked; ``like`` is as often "such as"."""

_WORD = re.compile(r"\w+")
_OWNED = re.compile(r"['\u2019](?:s|re|ve|ll|m|d)\b")
_SENTENCE = re.compile(r"(?<=[.!?\u2026])\s+|\n+")
_MINE = re.compile(r"\b(?:my|our) (\w+)")
_ENDING = re.compile(r"(?<=\w{3})(?:ing|ied|ies|ed|es|s|e|y)$")


class Quotes:
    """The `hub.Provider` of what is remembered, word for word; declines what nothing fits.

    ``spaces`` returns the namespaces that a person may read.
    """

    name = "quotes"
    caps = Caps(local=True, quality="quoted", prompt_tokens=400, fixed_tokens=0, title="what I remember")

    def __init__(self, memory: Memory, spaces: Callable[[str], Awaitable[tuple[str, ...]]]) -> None:
        self._memory, self._spaces = memory, spaces

    async def stream(self, request: Request, deadline: float) -> AsyncIterator[Delta | Done]:
        """Quote what answers the last message. Raises `Declined`."""
        del deadline
        question = request.messages[-1].text if request.messages else ""
        if not only_asks(question):
            raise Declined
        query = MemoryQuery(question, await self._spaces(request.person), LOOKED, minimum_trust=1)
        found = fitting(question, (await self._memory.recall(query)).hits)
        if not found:
            raise Declined
        yield Delta(" ".join(_quote(entry, _content(question)) for entry in found))
        yield Done()

    async def probe(self) -> Probe:
        """Say that it is always ready."""
        return Probe(ok=True)


def fitting(question: str, hits: Sequence[MemoryHit]) -> list[MemoryEntry]:
    """Return what answers ``question``, the best first: it has enough of the question's own words.

    Half of them where somebody asks about their own things, and what they call theirs; else all, and then
    two, or a name.
    """
    asked, words = _content(question), _words(question)
    mine = _content(" ".join(_MINE.findall(question.casefold())))
    own = bool(OWN & {*words})
    least = 0.5 if own and not OPEN & {*words[:1]} else 1.0
    shares = [
        (len(asked & _content(hit.entry.text)) / len(asked), hit.entry)
        for hit in hits
        if asked
        and (own or len(asked) > 1 or hit.parts.get("entity", 0.0) > 0)
        and mine <= _content(hit.entry.text)
        and _quotable(hit.entry)
    ]
    best = max((share for share, _ in shares), default=0.0)
    return [entry for share, entry in shares if share >= max(least, best)][:QUOTED] if best else []


def _quotable(entry: MemoryEntry) -> bool:
    """Say whether somebody said it: no answer of mine, no summary, and no mere question."""
    return entry.origin not in ("assistant", "hub") and not only_asks(entry.text)


def _quote(entry: MemoryEntry, asked: set[str]) -> str:
    text = _passage(" ".join(entry.text.split()), asked).rstrip(".")
    end = "" if text.endswith(("!", "?")) else "."
    return f"{_source(entry)}: \u201c{text}\u201d{end}"


def _source(entry: MemoryEntry) -> str:
    if entry.origin == "document":
        name, heading = (_tagged(entry, "document:"), _tagged(entry, "heading:"))
        return f"{name or 'A document'} says{f' under {heading}' if heading else ''}"
    return f"{'You said' if entry.origin.startswith('user') else 'I have noted'} {_day(entry.created)}"


def _tagged(entry: MemoryEntry, mark: str) -> str:
    return next((tag.removeprefix(mark) for tag in entry.tags if tag.startswith(mark)), "")


def _day(created: float) -> str:
    then, now = time.localtime(created), time.localtime()
    if then[:3] == now[:3]:
        return "today"
    year = "" if then.tm_year == now.tm_year else f" {then.tm_year}"
    return f"on {then.tm_mday} {time.strftime('%B', then)}{year}"


def _passage(text: str, asked: set[str]) -> str:
    """Return ``text``, or of a long one the sentence that has most of what is ``asked``."""
    if len(text) <= LONGEST:
        return text
    best = max(_SENTENCE.split(text), key=lambda one: len(asked & _content(one)))
    return best if len(best) <= LONGEST else f"{best[:LONGEST].rsplit(' ', 1)[0]}\u2026"


def _content(text: str) -> set[str]:
    """Return the stems of the words of ``text`` that say what it is about."""
    return {_stem(word) for word in _words(text) if word not in EMPTY}


def _words(text: str) -> list[str]:
    return _WORD.findall(_OWNED.sub("", text.casefold()))


def _stem(word: str) -> str:
    """Return ``word`` without its endings: the same for plays, played and playing."""
    while (shorter := _ENDING.sub("", word)) != word:
        word = shorter
    return word
