"""Turn a question or a selection into one condition on rows: what is given must all hold."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hub import HubError, MemorySelection
from hub_memory.store.check import identity, known
from hub_memory.store.rows import AMONG, IDS, TALK, UNEXPIRED
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
    """Conditions that all must hold, and their arguments; ``mark``: where one goes, in place of ``?``."""

    parts: list[str] = field(default_factory=list)
    args: list[Any] = field(default_factory=list)
    mark: str = "?"

    def add(self, condition: str, *args: Any) -> None:
        """Ask for one more."""
        self.parts.append(condition)
        self.args += args

    @property
    def sql(self) -> str:
        """Return them as one; nothing asked holds for all."""
        return " AND ".join(f"({part})" for part in self.parts).replace("?", self.mark) or "TRUE"


class Conditions:
    """The conditions, as SQLite understands them; another engine says some of them in its own way."""

    mark, later = "?", "max"
    """``later``: the function that returns the later of two times."""

    def readable(self, namespaces: Sequence[str]) -> Where:
        """Return the condition of what may be read by who reads ``namespaces``."""
        if isinstance(namespaces, str) or not [one for one in namespaces if one]:
            raise HubError("Nobody's memory was asked for.", fix="Name the namespaces that may be read.")
        where = Where(mark=self.mark)
        self.among(where, "namespace", namespaces)
        return where

    def asked_for(self, query: MemoryQuery, now: float) -> Where:
        """Return the mask of a question, which holds before the best are chosen."""
        where = self.readable(query.namespaces)
        where.add("quarantined = ?", bool(query.quarantined))
        where.add("trust >= ?", query.minimum_trust)
        where.add(UNEXPIRED, now)
        self._holds(where, query.as_of, now)
        if query.kinds:
            self.among(where, "kind", query.kinds)
        if query.tags:
            self.tagged(where, query.tags)
        if query.since is not None:
            where.add("created >= ?", query.since)
        if query.until is not None:
            where.add("created <= ?", query.until)
        if query.session:
            newest = f"(SELECT max(sequence) FROM memory WHERE {TALK})"  # noqa: S608  our own condition
            where.add(f"session != ? OR sequence <= {newest} - {LAST_TURNS}", query.session, query.session)
        return where

    def held(self, selection: MemorySelection, now: float) -> Where:
        """Return the condition of what a page lists: selected, holding now, quarantined only if asked."""
        if not (selection.namespace or selection.everything):
            raise HubError("Nobody's memory was asked for.", fix="Name a namespace.")
        where = self.selected(selection)
        where.add(UNEXPIRED, now)
        if not selection.superseded_by:
            self._holds(where, None, now)
        if selection.quarantined is None:
            where.add("NOT quarantined")
        return where

    def selected(self, selection: MemorySelection) -> Where:
        """Return the condition of what is selected, superseded or not; nothing selected holds for none."""
        where = Where(mark=self.mark)
        if selection.everything:
            if selection != MemorySelection(everything=True):
                raise HubError("Everything was selected, and then less.", fix="Give one or the other.")
            return where
        for name, condition in (("namespace", "namespace = ?"), ("session", TALK), ("kind", "kind = ?")):
            if value := getattr(selection, name):
                where.add(condition, value)
        self._named(where, selection)
        if selection.topic:
            self.about(where, selection.topic)
        for name, condition in _BOUNDS.items():
            if (value := getattr(selection, name)) is not None:
                where.add(condition, value)
        if not where.parts:
            where.add("FALSE")
        return where

    def among(self, where: Where, column: str, values: Sequence[str]) -> None:
        """Ask for one of some ``values`` in a column."""
        where.add(f"{column} {AMONG}", json.dumps(list(values)))

    def identified(self, where: Where, ids: Sequence[str]) -> None:
        """Ask for one of these ids."""
        where.add(f"id {IDS}", json.dumps(list(ids)))

    def tagged(self, where: Where, tags: Sequence[str]) -> None:
        """Ask for all of these tags."""
        for tag in tags:
            where.add("EXISTS (SELECT 1 FROM tag WHERE tag.rid = memory.rid AND tag = ?)", tag)

    def about(self, where: Where, topic: str) -> None:
        """Ask for all words of a topic; a topic without a word is no topic, and not every topic."""
        if match := all_of(topic):
            where.add("rid IN (SELECT rowid FROM memory_words WHERE memory_words MATCH ?)", match)
        else:
            where.add("FALSE")

    def _named(self, where: Where, selection: MemorySelection) -> None:
        if selection.ids:
            self.identified(where, known(selection.ids))
        if selection.superseded_by:
            where.add("superseded_by = ?", identity(selection.superseded_by))

    def _holds(self, where: Where, as_of: float | None, now: float) -> None:
        """Ask for what held at a time; by default for what holds now.

        Now, what began "later" than a clock that was set back still holds, unless it was meant to begin
        later.
        """
        if as_of is None:
            where.add("superseded_by IS NULL")
            where.add(f"valid_from <= {self.later}(?, created)", now)
            where.add("valid_until = 0 OR valid_until > ?", now)
        else:
            where.add("valid_from <= ?", as_of)
            where.add("valid_until = 0 OR valid_until > ?", as_of)


_conditions = Conditions()
readable, asked_for = _conditions.readable, _conditions.asked_for
held, selected = _conditions.held, _conditions.selected
