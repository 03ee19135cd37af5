"""Read from a question the time that it asks about, and leave it alone when it asks of something else.

A narrowed search cannot find what lies outside, so only what was *said* then is asked for firmly ("What did
I tell you on Monday?"). What *happened* then may have been told before or after: that is no more than a hint.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub_memory.recall.spans import find

if TYPE_CHECKING:
    from datetime import datetime

    from hub_memory.recall.spans import Named

_QUESTION = re.compile(
    r"\?\s*$|^\W*(?:and |so |ok(?:ay)?,? |hey,? |please )*(?:who|whom|whose|what|when|where|which|why|how|did"
    r"|was|were|had|have|tell me|remind me|show me|list|find|search)\b"
)
_PAST = re.compile(
    r"\b(?:did|was|were|had|have|has|said|told|asked|mentioned|talked|spoke|discussed|happened|went|came|saw"
    r"|got|made|\w{3,}ed)\b"
)
_SAID = re.compile(
    r"\b(?:say|said|tell|told|ask|asked|mention(?:ed)?|talk(?:ed)?|spoke|speak|discuss(?:ed)?|report(?:ed)?"
    r"|write|wrote|written|promised?|answer(?:ed)?|complain(?:ed)?|note[ds]?)\b"
)
_COMING = re.compile(
    r"\b(?:will|shall|going to|tomorrow|next|upcoming|should|must|need to|may i|can i|do (?:i|we) have"
    r"|every|each)\b"
)
_OBJECT = re.compile(r"\b(?:for|by|of|about|from|to|every|each|next|coming)(?: the)? ?$")
_BOUND = re.compile(r"\b(?P<side>since|before|until|till|after) ?$")
_OPEN = re.compile(r"\b(?:between|from) ?(?:the )?$")
_LINK = re.compile(r" ?(?:and|to|until|till)? ?(?:the )?")
_EDGES = re.compile(r"^(?:in|since|before|after|between|and|until|during|from|to|at|over|on) ")


Open = tuple["datetime | None", "datetime | None"]


@dataclass(frozen=True, slots=True)
class Span:
    """Unix seconds ``since`` to ``until``, None for open. ``firm``: nothing outside can be meant."""

    since: float | None
    until: float | None
    firm: bool


def asked_time(question: str, now: datetime) -> Span | None:
    """Return what time ``question`` asks about, or None; ``now``: aware, in the zone of who asks."""
    text = " ".join(question.lower().replace("\u2019", "'").split())
    if not (_QUESTION.search(text) and _PAST.search(text)) or _COMING.search(text):
        return None
    named = find(text, now)
    span = _joined(text, named) or _bounded(text, named, now)
    if span is None or not named:
        return None
    firm = bool(_SAID.search(text)) and (
        named[0].relative or not re.search(r"\babout\b", text[: named[0].start])
    )
    since, until = (value.timestamp() if value else None for value in span)
    return Span(since, until, firm)


def _joined(text: str, named: list[Named]) -> Open | None:
    """Return the span of "between March and May", "from Monday to Thursday"."""
    if len(named) != len(("from", "to")):
        return None
    one, other = named
    opened = _OPEN.search(text[: one.start]) or re.match(r"between |from ", text[one.start : one.end])
    if opened and _LINK.fullmatch(text[one.end : other.start]) and one.since < other.until:
        return one.since, other.until
    return None


def _bounded(text: str, named: list[Named], now: datetime) -> Open | None:
    """Return the span of one expression, or what several have in common; None when any is an object."""
    since, until = None, None
    for one in named:
        lead, own = text[: one.start], _EDGES.match(text[one.start : one.end])
        if _is_object(text, one) or (own and own[0] in {"from ", "to "}):
            return None
        first, last = _side(_BOUND.search(lead + (own[0].strip() if own else "")), one, now)
        since, until = _later(since, first), _earlier(until, last)
    return (since, until) if since is None or until is None or since < until else None


def _is_object(text: str, one: Named) -> bool:
    """Say whether the time is not when, but what about: "the plan for Friday", "yesterday's mail"."""
    told = text[one.start : one.end]
    return text[one.end :].startswith("'s") or bool(_OBJECT.search(text[: one.start]) and "ago" not in told)


def _side(bound: re.Match[str] | None, one: Named, now: datetime) -> Open:
    side = bound["side"] if bound else ""
    if side == "since":
        return one.since, now
    if side == "after":
        return one.until, now
    if side == "before":
        return None, one.since
    return None if side else one.since, one.until


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else one or other


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one and other else one or other
