"""Answer a question in the words of what is remembered, and take in a plain fact, where no large model can.

A small model makes worse of what it is told: of "Ben is allergic to peanuts" it made a peanut butter
sandwich for Ben. So what fits a question is quoted, with who said it and when, and nothing is added.
"""

from __future__ import annotations

import asyncio
import re
import time
from typing import TYPE_CHECKING

from hub import Act, Caps, Declined, Delta, Done, MemoryQuery, NewMemory, Probe, only_asks
from hub_memory.store.words import STOP

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

    from hub import Memory, MemoryEntry, MemoryHit, Request

LOOKED, QUOTED = 6, 2
"""Entries that are looked at, and that one answer quotes at most."""

READ = 10_000
"""Characters of an entry that are looked through."""

LONGEST = 240
"""Characters of one quote: a longer entry gives the sentence that fits best."""

OWN = frozenset(("my", "mine", "our", "ours", "i", "we"))
"""Words by which somebody asks about their own things."""

OPEN = frozenset(("how", "why", "should", "could", "can", "would"))
"""Beginnings of questions that seldom ask for a fact: then all of their words must be there."""

NOTHING = "I do not remember that."
UNKNOWN = f"{NOTHING} Tell me, and I will."
"""What a small model would make up; the offer is not for a device that anybody uses, which keeps nothing."""

KEPT = "I will remember that."
HOUSE = "house"
SAID, LEAST = 1, 3
"""Trust of what is said in a talk; words that an answer to `UNKNOWN` has."""

_FACT = re.compile(
    r"(?:my|our) (?:[\w'\u2019-]+ ){1,4}?"
    r"(?:(?:is|are|was|were)(?! \w+ing\b)|has|have|lives?|works?|likes?|loves?|hates?|needs|plays?)\b.+[^?]$",
    re.IGNORECASE,
)
"""A plain fact, of which a small model makes small talk."""

_NO = re.compile(
    r"(?:no|never|nothing|neither|forget|stop|i do(?:n['\u2019]t| not) (?:know|remember))\b", re.IGNORECASE
)
"""What answers a question by telling nothing."""

_PRIVATE = re.compile(
    r"\b(?:who|where|when|what|which|how \w+)(?:['\u2019]s| is| are| was| were) (?:my|our)\b"
    r"|\b(?:did|have|had|was|were) (?:i|we)\b"
    r"|\bdo (?:i|we) (?:drink|eat|like|live|love|own|play|prefer|sleep|work)\b"
    r"|^(?:who|where|when|what|which) (?:\w+ ){0,2}(?:do|does|did|has|have|had|is|are|was|were) (?:my|our)\b",
    re.IGNORECASE,
)
"""A question that nobody can answer who was not told."""

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

    async def stream(self, request: Request, deadline: float) -> AsyncIterator[Act | Delta | Done]:
        """Quote what answers the last message, or take in what it tells. Raises `Declined`."""
        del deadline
        texts = [message.text for message in request.messages if message.role != "system"] or [""]
        spaces = await self._spaces(request.person)
        if only_asks(texts[-1]):
            yield Delta(await self._answer(texts[-1], spaces))
        elif (told := _told(texts)) and spaces[0] != HOUSE:
            fact = NewMemory(told, spaces[0], kind="fact", trust=SAID, session=request.conversation)
            yield Act(lambda: self._keep(fact))
        else:
            raise Declined
        yield Done()

    async def _answer(self, question: str, spaces: tuple[str, ...]) -> str:
        query = MemoryQuery(question, spaces, LOOKED, minimum_trust=SAID)
        hits, asked = (await self._memory.recall(query)).hits, _content(question)
        if found := await asyncio.to_thread(fitting, question, hits):
            return " ".join(_quote(entry, asked) for entry in found)
        if not (asked and _PRIVATE.search(question)):
            raise Declined
        return NOTHING if spaces[0] == HOUSE else UNKNOWN

    async def _keep(self, fact: NewMemory) -> str:
        await self._memory.remember([fact])
        return KEPT

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
        (len(asked & said) / len(asked), hit.entry)
        for hit, said in ((hit, _content(hit.entry.text)) for hit in hits if _quotable(hit.entry))
        if asked and (own or len(asked) > 1 or hit.parts.get("entity", 0.0) > 0) and mine <= said
    ]
    best = max((share for share, _ in shares), default=0.0)
    return [entry for share, entry in shares if share >= max(least, best)][:QUOTED] if best else []


def _told(texts: Sequence[str]) -> str:
    """Return the fact that the last of ``texts`` tells, or ""; after the question that it answers."""
    said = texts[-1]
    if _FACT.match(said):
        return said
    asked = len(texts) > 2 and texts[-2] == UNKNOWN  # noqa: PLR2004
    return f"{texts[-3]} {said}" if asked and len(_words(said)) >= LEAST and not _NO.match(said) else ""


def _quotable(entry: MemoryEntry) -> bool:
    """Say whether somebody said it: no answer of mine, no summary, and no mere question."""
    return entry.origin not in ("assistant", "hub") and not only_asks(entry.text)


def _quote(entry: MemoryEntry, asked: set[str]) -> str:
    said = entry.text[:READ].removeprefix(_tagged(entry, "heading:"))  # which the source names
    text = _passage(" ".join(said.split()), asked).rstrip(".")
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
    return _WORD.findall(_OWNED.sub("", text[:READ].casefold()))


def _stem(word: str) -> str:
    """Return ``word`` without its endings: the same for plays, played and playing."""
    while (shorter := _ENDING.sub("", word)) != word:
        word = shorter
    return word
