"""List a page of what is kept, the newest first, without reading what is not on it.

What was said lies in one index by kind, parts of documents in another, and what is pinned or waits, which is
little, in two more (`hub_memory.store.schema.LISTS`). A page is put together of the first rows of each that
may hold some of it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hub_memory.store.check import KINDS, identity
from hub_memory.store.rows import AMONG, entries
from hub_memory.store.where import held

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from hub import Connection, MemoryEntry, MemorySelection
    from hub_memory.store.where import Where

_FEW = ("ids", "session", "topic", "superseded_by")
"""What is selected by these is found by their own indexes, and sorted then."""

_SLACK_MS, _LAST = 1, (1 << 48) - 1
"""An id tells its time in whole milliseconds, of 48 bits; a time is a float."""


def page(
    db: Connection, selection: MemorySelection, now: float, limit: int, after: str = ""
) -> list[MemoryEntry]:
    """Return at most ``limit`` entries that `held` selects, from the id ``after`` on."""
    past = identity(after) if after else b""
    found: list[tuple[bytes, int]] = []
    for where in _parts(selection, now):
        _dated(where, selection, past)
        sql = f"SELECT id, rid FROM memory WHERE {where.sql} ORDER BY id DESC LIMIT ?"  # noqa: S608
        found += db.execute(sql, (*where.args, limit)).fetchall()
    rids = [rid for _, rid in sorted(found, reverse=True)[:limit]]
    known = entries(db, f"rid {AMONG}", [json.dumps(rids)])
    return [known[rid] for rid in rids if rid in known]


def _parts(selection: MemorySelection, now: float) -> Iterator[Where]:
    """Yield conditions that share no row, each of which one index answers in order."""
    if selection.everything or any(getattr(selection, name) for name in _FEW):
        yield held(selection, now)
    elif selection.pinned or selection.quarantined:
        yield _with(held(selection, now), "pinned = 1" if selection.pinned else "quarantined = 1")
    else:
        yield from _kinds(selection, now)


def _kinds(selection: MemorySelection, now: float) -> Iterator[Where]:
    rest = replace(selection, documents=None)
    if selection.documents is not False:
        yield _with(held(rest, now), "origin = 'document'")
    if not selection.documents:
        kinds: Iterable[Any] = (selection.kind,) if selection.kind else KINDS
        for kind in kinds:
            yield _with(held(replace(rest, kind=kind), now), "origin != 'document'")


def _with(where: Where, condition: str) -> Where:
    """Add what says to SQLite that an index of its own holds all that is asked for."""
    where.add(condition)
    return where


def _dated(where: Where, selection: MemorySelection, past: bytes) -> None:
    """Begin and end where the times of a selection do, for an id begins with its entry's time."""
    if past:
        where.add("id < ?", past)
    if selection.since is not None:
        where.add("id >= ?", _first(selection.since * 1000 - _SLACK_MS))
    if selection.before is not None:
        where.add("id < ?", _first(selection.before * 1000 + 1 + _SLACK_MS))


def _first(milliseconds: float) -> bytes:
    """Return what every id from a time on is no less than."""
    return int(min(max(0.0, milliseconds), _LAST)).to_bytes(6, "big")
