"""Put entries of the memory into words and bars for the page: who said it, when, and why it was found."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from hub.ports.memory import HOUSE, UNTRUSTED
from hub.web.talks import day_name

if TYPE_CHECKING:
    from hub.auth.sessions import Person
    from hub.memories import Memories
    from hub.ports.memory import MemoryEntry, MemoryHealth, MemoryHit

SHORT = 280
"""Characters of an entry in a list."""

WIDTH = 1_000
"""Units of a bar's whole width: the score of the best."""

KINDS = {
    "episodic": ("Said", ""), "fact": ("Facts", "fact"), "summary": ("Summaries", "summary"),
    "procedure": ("How-tos", "how-to"), "working": ("For now", "for now"),
}  # fmt: skip
"""Kinds of entries, as several and as one."""

LEGS = {
    "words": "words", "meaning": "meaning", "entity": "name", "neighbour": "said beside it",
    "recency": "recent", "importance": "matters",
}  # fmt: skip
"""What an entry is found by, in words."""

LEFT = {"meaning": "words", "words": "meaning"}
"""What is searched by when that is missing."""

WHO = {
    "user_voice": "You said", "user_text": "You wrote", "assistant": "I said", "tool": "A tool said",
    "web": "A page said", "document": "A document said", "import": "You brought it",
}  # fmt: skip
OTHERS = {"user_voice": "Somebody said", "user_text": "Somebody wrote", "import": "Somebody brought it"}
TRUST = ("not confirmed", "as it was said", "confirmed", "confirmed by the owner")


@dataclass(frozen=True, slots=True)
class Why:
    """Why an entry was found: its parts in words, and as (leg, from, width) of `WIDTH`."""

    told: str
    parts: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Item:
    """An entry in a list. ``about``: who said it, when, and what it is."""

    id: str
    text: str
    about: str
    day: str
    pinned: bool
    changes: bool
    why: Why | None = None


def item(
    entry: MemoryEntry, person: Person, memories: Memories, *, why: Why | None = None, dated: bool = False,
    short: int = SHORT,
) -> Item:  # fmt: skip
    """Return ``entry`` as ``person`` sees it in a list; ``dated``: one that is not by days."""
    changes = memories.may_change(person, entry)
    about = ", ".join(part for part in _about(entry, person, dated=dated) if part)
    text = cut(entry.text.removeprefix(named(entry, "heading:")).lstrip(), short)
    return Item(entry.id, text, about, day_name(entry.created), entry.pinned, changes, why)


def named(entry: MemoryEntry, mark: str) -> str:
    """Return what a tag of a document's part names: its "document:" or its "heading:"; "" for neither."""
    if entry.origin != "document":
        return ""
    return next((tag.removeprefix(mark) for tag in entry.tags if tag.startswith(mark)), "")


def cut(text: str, most: int = SHORT) -> str:
    """Return the beginning of ``text`` in one line."""
    line = " ".join(text[: most * 4].split())
    return line if len(line) <= most and len(text) <= most * 4 else f"{line[:most].rsplit(' ', 1)[0]}…"


def who(entry: MemoryEntry, person: Person) -> str:
    """Say who said it."""
    if entry.kind == "summary":
        return "I summed up"
    if document := named(entry, "document:"):
        return f"From {document}"
    known = WHO if entry.namespace == person.id else WHO | OTHERS
    return known.get(entry.origin) or ("Another device" if entry.origin.startswith("nostr:") else "Noted")


def why(hit: MemoryHit, best: float) -> Why:
    """Return why ``hit`` was found, drawn to the scale of the ``best`` score."""
    shown = [(leg, part) for leg in LEGS if (part := hit.parts.get(leg, 0.0)) > 0]  # type: ignore[call-overload]  # its keys
    at, parts = 0.0, list[tuple[str, int, int]]()
    for leg, part in shown:
        parts.append((leg, round(at), max(1, round(part / best * WIDTH)) if best > 0 else 0))
        at += part / best * WIDTH if best > 0 else 0
    told = ", ".join(f"{LEGS[leg]} {part:.2f}" for leg, part in shown if part >= 0.005)  # noqa: PLR2004  0.00
    return Why(told, tuple(parts))


def looked_at(since: float | None, until: float | None) -> str:
    """Say in which time was looked; "" for all of it."""
    if since is None and until is None:
        return ""
    if since is None or until is None:
        side = "from" if until is None else "up to"
        return f"I looked at what came {side} {date((until or 1) - 1 if since is None else since)}."
    first, last = time.localtime(since), time.localtime(max(since, until - 1))
    if first[:3] == last[:3]:
        return f"I looked at what came {_on(since)}."
    plain = "%-d %B" if first.tm_year == last.tm_year == time.localtime().tm_year else "%-d %B %Y"
    begin = "%-d" if first[:2] == last[:2] else plain
    return f"I looked at {time.strftime(begin, first)} to {time.strftime(plain, last)}."


def date(at: float | None) -> str:
    """Return a day in full."""
    return time.strftime("%-d %B %Y", time.localtime(at or 0.0))


def day(text: str, *, end: bool = False) -> float | None:
    """Return when a day, as in 2026-11-03, begins or ``end``s, in Unix seconds; None when it is none."""
    try:
        return (datetime.strptime(text, "%Y-%m-%d") + timedelta(days=end)).timestamp()  # noqa: DTZ007  local
    except (ValueError, OverflowError, OSError):
        return None


def sentence(health: MemoryHealth, trouble: str, *, own: bool) -> str:
    """Say in one sentence what is remembered and how it is found; ``own``: of whoever asks, too."""
    if not health.legs:
        return f"I remember nothing: {_inner(trouble or health.reason)}"
    found = sum(health.by_kind.values())
    things = "one thing" if found == 1 else f"{found:,} things"
    what = f"I remember {things}" if own else f"I know {things} that all of this house may know"
    if not found:
        what = "I remember nothing yet" if own else "I know nothing yet that all of this house may know"
    by = next((f"{LEFT[leg]} only" for leg in LEFT if leg in health.missing), "words and meaning")
    why_not = f": {_inner(trouble)}" if health.missing else f". {_inner(trouble)}" if trouble else "."
    return f"{what}; I search by {by}{why_not}"


def _about(entry: MemoryEntry, person: Person, *, dated: bool) -> list[str]:
    clock = time.strftime("%H:%M", time.localtime(entry.created))
    day_ = f" {_on(entry.created)}" if dated else ""
    return [
        f"{who(entry, person)}{day_} at {clock}",
        named(entry, "heading:") or KINDS[entry.kind][1],
        "of the house" if entry.namespace == HOUSE else "",
        "not confirmed" if entry.trust == UNTRUSTED and not entry.quarantined else "",
    ]


def _on(at: float) -> str:
    """Return a day as it stands within a sentence."""
    told = day_name(at)
    return told.lower() if told in {"Today", "Yesterday"} else f"on {told}"


def _inner(text: str) -> str:
    """Return a sentence as the end of another: "I search by words only: " may stand before it."""
    text = text.removeprefix("I search by words only: ").strip()
    return text if text.endswith((".", "?")) else f"{text}."
