"""Turn a question or a selection into one condition on rows, by the rules of `hub_memory.store.where`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hub import HubError, MemorySelection
from hub_memory.postgres.rows import UNEXPIRED
from hub_memory.postgres.words import READ, all_of, plain
from hub_memory.store.check import identity, known
from hub_memory.store.where import LAST_TURNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub import MemoryQuery

_BOUNDS = {
    "since": "created >= %s",
    "before": "created < %s",
    "quarantined": "quarantined = %s",
    "pinned": "pinned = %s",
    "documents": "(origin = 'document') = %s",
}


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
        return " AND ".join(f"({part})" for part in self.parts) or "true"


def readable(namespaces: Sequence[str]) -> Where:
    """Return the condition of what may be read by who reads ``namespaces``."""
    if isinstance(namespaces, str) or not [one for one in namespaces if one]:
        raise HubError("Nobody's memory was asked for.", fix="Name the namespaces that may be read.")
    where = Where()
    where.add("namespace = ANY(%s)", list(namespaces))
    return where


def asked_for(query: MemoryQuery, now: float) -> Where:
    """Return the mask of a question, which holds before the best are chosen."""
    where = readable(query.namespaces)
    where.add("quarantined = %s", bool(query.quarantined))
    where.add("trust >= %s", query.minimum_trust)
    where.add(UNEXPIRED, now)
    _holds(where, query.as_of, now)
    if query.kinds:
        where.add("kind = ANY(%s)", list(query.kinds))
    if query.tags:
        where.add("tags @> %s::text[]", list(query.tags))
    if query.since is not None:
        where.add("created >= %s", query.since)
    if query.until is not None:
        where.add("created <= %s", query.until)
    if query.session:
        newest = "(SELECT max(sequence) FROM memory AS talk WHERE talk.session = %s)"
        where.add(f"session <> %s OR sequence <= {newest} - {LAST_TURNS}", query.session, query.session)
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
        where.add("NOT quarantined")
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
            where.add(f"{name} = %s", value)
    _named(where, selection)
    if selection.topic:
        _about(where, selection.topic)
    for name, condition in _BOUNDS.items():
        if (value := getattr(selection, name)) is not None:
            where.add(condition, value)
    if not where.parts:
        where.add("false")
    return where


def _named(where: Where, selection: MemorySelection) -> None:
    if selection.ids:
        where.add("id = ANY(%s)", [bytes.fromhex(name) for name in known(selection.ids)])
    if selection.superseded_by:
        where.add("superseded_by = %s", identity(selection.superseded_by))


def _about(where: Where, topic: str) -> None:
    match = all_of(topic)
    if not match:
        where.add("false")  # a topic without a word is no topic, and not every topic
        return
    # What is so long that not all of its words are kept is read through.
    long = f"length(text) > {READ} AND text ILIKE ALL (%s)"
    parts = [f"%{word}%" for word in plain(topic).split()]
    where.add(f"words @@ to_tsquery('stems', %s) OR ({long})", match, parts)


def _holds(where: Where, as_of: float | None, now: float) -> None:
    """Ask for what held at a time; by default for what holds now, by this clock or an earlier one."""
    if as_of is None:
        where.add("superseded_by IS NULL")
        where.add("valid_from <= greatest(%s, created)", now)
        where.add("valid_until = 0 OR valid_until > %s", now)
    else:
        where.add("valid_from <= %s", as_of)
        where.add("valid_until = 0 OR valid_until > %s", as_of)
