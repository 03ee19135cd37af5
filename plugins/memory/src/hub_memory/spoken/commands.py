"""Understand "remember that", "forget that", "what do you know about me": what is asked of the memory.

Narrow on purpose. What is a reminder ("remember to call Ann"), a question of its own ("do you remember the
film?") or only a way of speaking ("forget it") is nobody's business here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_CHARS = 2_000
"""Of one command; what is longer is dictation."""


@dataclass(frozen=True, slots=True)
class Keep:
    """Remember ``text``, as it was said. ``how``: it tells how something is done."""

    text: str
    how: bool = False


@dataclass(frozen=True, slots=True)
class Know:
    """Tell what is remembered about ``topic``; about the person themselves when it is ""."""

    topic: str = ""


@dataclass(frozen=True, slots=True)
class HowTo:
    """Tell how ``goal`` is reached, if that was taught."""

    goal: str


@dataclass(frozen=True, slots=True)
class Drop:
    """Forget what is remembered about ``topic``; what was said last when it is ""."""

    topic: str = ""


@dataclass(frozen=True, slots=True)
class DropAll:
    """Forget everything of this person."""


Command = Keep | Know | HowTo | Drop | DropAll

_POLITE = re.compile(
    r"^(?:(?:please|hey|hub|ok(?:ay)?|can you|could you|would you|will you|i want you to|i'd like you to|now)"
    r"\b[\s,]*)+",
    re.IGNORECASE,
)
_REQUEST = re.compile(r"(?:(?:please|hey|hub)[\s,]+)*(?:can|could|would|will) you\b", re.IGNORECASE)
_LEAST = 2
"""Words that are worth remembering."""

_THANKS = r"[\s,]*\b(?:please|thanks|thank you|for me|okay)"
_END = re.compile(rf"(?:(?<![\s,]){_THANKS}(?:{_THANKS})*)?[\s.!]*$", re.IGNORECASE)
"""Looked for at the start of a run of commas only: of each would take long for very many."""

_KEEP = re.compile(
    r"(?:always |also )?(?:remember|memori[sz]e|(?:make|take) (?:a )?note|note(?: down)?|keep in mind"
    r"|don'?t (?:ever )?forget|never forget|(?:for the record|for future reference))"
    r"(?:\s*[:,]\s*|\s+(?:that|this|of the fact that)\b\s*[:,]?\s*)(?P<text>.+)",
    re.IGNORECASE | re.DOTALL,
)
_KEEP_FACT = re.compile(
    r"(?:remember|memori[sz]e|don'?t forget) (?P<text>(?:(?:my|our|his|her|their|the|i|we|he|she|they)\b"
    r".*?\b(?:is|are|was|were|has|have|likes?|loves?|hates?|prefers?|lives?|works?|am|needs?|takes?|wants?"
    r"|drinks?|eats?|sleeps?|goes|go|speaks?|plays?)\b|i'?m|we'?re).+)",
    re.IGNORECASE | re.DOTALL,
)
_NOT_KEPT = re.compile(
    r"(?:to|when|how|the (?:time|day|song|film|movie)|me|us|where|why|who|if)\b", re.IGNORECASE
)
_KEEP_HOW = re.compile(
    r"(?:always |also )?(?:remember|memori[sz]e|note(?: down)?|keep in mind|don'?t (?:ever )?forget)"
    r" how (?:to|(?:i|we|you) (?:can |should )?) ?(?P<goal>[^,:]{3,80}?)(?: is)?\s*[,:]\s*(?P<steps>.+)",
    re.IGNORECASE | re.DOTALL,
)
_HOW = re.compile(
    r"(?:in order )?to (?!(?:my|our|your|his|her|their|the|an?|me|us|him|them|you|this|that|\w+['\u2019]s)\b)"
    r"[^,:]{3,80}[,:]\s*\S.+",
    re.IGNORECASE | re.DOTALL,
)
"""To close up, lock the door: what says what for, and then what to do."""

_KNOW = re.compile(
    r"(?:what (?:do|did) you (?:know|remember|have|recall)(?: (?:or|and) \w+)?"
    r"|what have you (?:remembered|kept|learned|learnt|stored|saved)"
    r"|tell me (?:everything|all|what) you (?:know|remember)|what(?: is|'s) in your memory"
    r"|show (?:me )?(?:what you (?:know|remember)|your memor(?:y|ies)))"
    r"(?: (?:about|of|on|concerning|regarding) (?P<topic>.+))?",
    re.IGNORECASE | re.DOTALL,
)
_HOW_TO = re.compile(
    r"(?:tell me )?(?:how (?:do|should|did) (?:i|we|you)|how to|what do (?:i|we) do to"
    r"|what(?: is|'s) the way to) (?P<goal>.+)",
    re.IGNORECASE | re.DOTALL,
)
_LAST = re.compile(
    r"(?:forget|erase|delete|don'?t remember|do not remember|un-?remember) (?:that|this|it"
    r"|what i (?:just )?said|what i just told you|(?:the|that) last (?:thing|bit|one)(?: i said)?)"
    r"(?: (?:again|now|right away))?",
    re.IGNORECASE,
)
_IDIOM = re.compile(r"forget (?:about )?it|forget i (?:asked|said anything)|never ?mind", re.IGNORECASE)
_SAID = (
    r"(?:that )?(?:you (?:know|remember|have)"
    r"|(?:what )?i(?:'ve| have)? (?:ever )?(?:said|told you|mentioned))"
)
_ALL = re.compile(
    rf"(?:forget|erase|delete|wipe|clear) (?:(?:everything|all)(?: (?:{_SAID}|of it|there is))*"
    r"(?: (?:about|of) me)?|my (?:whole |entire )?memor(?:y|ies)|me(?: completely| entirely)?"
    r"|all (?:my|of my|your) memor(?:y|ies)(?: (?:of|about) me)?)",
    re.IGNORECASE,
)
_DROP = re.compile(
    rf"(?:forget|erase|delete|remove|drop)(?: (?:everything|all|anything|all that))?"
    rf"(?: (?:what )?{_SAID})? (?P<how>about|of|on|regarding|that) (?P<topic>.+)",
    re.IGNORECASE | re.DOTALL,
)
_ME = frozenset(("me", "myself", "us", "my life", "my person"))
_TIMED = re.compile(r"\b(?:timer|alarm|reminder|countdown)s?\b", re.IGNORECASE)


def understand(text: str) -> Command | None:
    """Return what ``text`` asks of the memory; None when it asks for nothing here."""
    if len(text) > MOST_CHARS or not text.strip():
        return None
    text = " ".join(text.split())
    said = _POLITE.sub("", text)
    order = _END.sub("", said.rstrip("?") if _REQUEST.match(text) else said)
    return _know(said.rstrip(" ?.!")) or _drop(order) or _keep(order, said)


def _know(said: str) -> Command | None:
    if how := _HOW_TO.fullmatch(said):
        return HowTo(_bare(how["goal"]))
    match = _KNOW.fullmatch(said)
    if not match:
        return None
    topic = _bare(match["topic"] or "")
    return Know("" if topic.lower() in _ME else topic)


def _drop(order: str) -> Command | None:
    if _IDIOM.fullmatch(order) or _TIMED.search(order):
        return None
    if _LAST.fullmatch(order):
        return Drop()
    match = _DROP.fullmatch(order)
    topic = _bare(match["topic"]) if match else ""
    if _ALL.fullmatch(order) or topic.lower() in _ME:
        return DropAll()
    # "forget that my pin is 1234" names what to forget; "delete that file" does not
    named = match is not None and (match["how"].lower() != "that" or order.lower().startswith("forget"))
    return Drop(topic) if named else None


def _keep(order: str, said: str) -> Command | None:
    end = said[-1] if said[-1] in ".!" else ""
    if (how := _KEEP_HOW.fullmatch(order)) and not order.endswith("?"):
        return Keep(f"To {how['goal'].strip()}, {how['steps'].strip()}{end}", how=True)
    match = _KEEP.fullmatch(order)
    if match is None:
        match = _KEEP_FACT.fullmatch(order)
        if match is None or _NOT_KEPT.match(match["text"]):
            return None
    text = match["text"].strip()
    if text.endswith("?") or len(text.split()) < _LEAST:
        return None
    return Keep(text[:1].upper() + text[1:] + end, how=bool(_HOW.fullmatch(text)))


def _bare(topic: str) -> str:
    return topic.strip(" .,!?\"'")
