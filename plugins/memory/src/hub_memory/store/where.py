"""Turn a question or a selection into one condition on rows: what is given must all hold."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hub import HubError, MemorySelection
from hub_memory.store.check import identity, known
from hub_memory.store.rows import AMONG, IDS, UNEXPIRED
from hub_memory.store.words import all_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub import MemoryQuery

LAST_TURNS = 8
"""How many entries at the end of the talk that asks are not told to it again."""

_BOUNDS = {
    "since": "created >= ?", "before": "created < ?", "quarantined": "quarantined = ?",
    "pinned": "pinned = ?", "documents": "(origin = 'document') = ?",
}  # fmt: skip


@dataclass(slots=True)
class Where:
    """Conditions that all must hold, and their arguments."""

    parts: list[str] = field(default_factory=list)
    args: list[Any] = field(default_factory=list)

    def add(self, condition: str, *args: Any) -> None:
        """Ask for one more."""
        self.parts.append(condition)
        self.args += args

    @property
    def sql(self) -> str:
        """Return them as one; nothing asked holds for all."""
        return " AND ".join(f"({part})" for part in self.parts) or "1"


def readable(namespaces: Sequence[str]) -> Where:
    """Return the condition of what may be read by who reads ``namespaces``."""
    if isinstance(namespaces, str) or not [one for one in namespaces if one]:
        raise HubError("Nobody's memory was asked for.", fix="Name the namespaces that may be read.")
    where = Where()
    where.add(f"namespace {AMONG}", json.dumps(list(namespaces)))
    return where


def asked_for(query: MemoryQuery, now: float) -> Where:
    """Return the mask of a question, which holds before the best are chosen."""
    where = readable(query.namespaces)
    where.add("quarantined = ?", query.quarantined)
    where.add("trust >= ?", query.minimum_trust)
    where.add(UNEXPIRED, now)
    _holds(where, query.as_of, now)
    if query.kinds:
        where.add(f"kind {AMONG}", json.dumps(list(query.kinds)))
    for tag in query.tags:
        where.add("EXISTS (SELECT 1 FROM tag WHERE tag.rid = memory.rid AND tag = ?)", tag)
    if query.since is not None:
        where.add("created >= ?", query.since)
    if query.until is not None:
        where.add("created <= ?", query.until)
    if query.session:
        newest = "(SELECT max(sequence) FROM memory WHERE session = ?)"
        where.add(f"session != ? OR sequence <= {newest} - ?", query.session, query.session, LAST_TURNS)
    return where


def held(selection: MemorySelection, now: float) -> Where:
    """Return the condition of what a page lists: selected, holding now, and quarantined only if asked."""
    if not (selection.namespace or selection.everything):
        raise HubError("Nobody's memory was asked for.", fix="Name a namespace.")
    where = selected(selection)
    where.add(UNEXPIRED, now)
    if not selection.superseded_by:
        _holds(where, None, now)
    if selection.quarantined is None:
        where.add("quarantined = 0")
    return where


def selected(selection: MemorySelection) -> Where:
    """Return the condition of what is selected, superseded or not; a selection of nothing holds for none."""
    where = Where()
    if selection.everything:
        if selection != MemorySelection(everything=True):
            raise HubError("Everything was selected, and then less.", fix="Give one or the other.")
        return where
    for name in ("namespace", "session", "kind"):
        if value := getattr(selection, name):
            where.add(f"{name} = ?", value)
    _named(where, selection)
    if selection.topic:
        _about(where, selection.topic)
    for name, condition in _BOUNDS.items():
        if (value := getattr(selection, name)) is not None:
            where.add(condition, value)
    if not where.parts:
        where.add("0")
    return where


def _named(where: Where, selection: MemorySelection) -> None:
    if selection.ids:
        where.add(f"id {IDS}", json.dumps(known(selection.ids)))
    if selection.superseded_by:
        where.add("superseded_by = ?", identity(selection.superseded_by))


def _about(where: Where, topic: str) -> None:
    if match := all_of(topic):
        where.add("rid IN (SELECT rowid FROM memory_words WHERE memory_words MATCH ?)", match)
    else:
        where.add("0")  # a topic without a word is no topic, and not every topic


def _holds(where: Where, as_of: float | None, now: float) -> None:
    """Ask for what held at a time; by default for what holds now.

    Now, what began "later" than a clock that was set back still holds, unless it was meant to begin later.
    """
    if as_of is None:
        where.add("superseded_by IS NULL")
        where.add("valid_from <= max(?, created)", now)
        where.add("valid_until = 0 OR valid_until > ?", now)
    else:
        where.add("valid_from <= ?", as_of)
        where.add("valid_until = 0 OR valid_until > ?", as_of)
