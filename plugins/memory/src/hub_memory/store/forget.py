"""Destroy entries, with what was made of them and what they had replaced; only their numbers stay."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hub_memory.store import words
from hub_memory.store.clock import tick
from hub_memory.store.rows import IDS
from hub_memory.store.where import selected

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hub import Connection, MemorySelection

_SPREAD = """
    WITH RECURSIVE chosen(rid, id) AS (
        SELECT rid, id FROM memory WHERE {where}
        UNION SELECT memory.rid, memory.id FROM chosen
            JOIN source ON source.source_id = chosen.id JOIN memory ON memory.rid = source.rid
        UNION SELECT memory.rid, memory.id FROM chosen JOIN memory ON memory.superseded_by = chosen.id
    ) SELECT rid, id FROM chosen
"""
"""What is selected, what was made from that, and the earlier wordings of both: all may hold its words."""


def forgetting(selection: MemorySelection, now: float) -> Callable[[Connection], int]:
    """Return the work that forgets a selection: in the file, and then the same entries in its backups."""
    chosen: list[tuple[int, bytes]] | None = None

    def work(db: Connection) -> int:
        nonlocal chosen
        if chosen is None:  # the file itself comes first
            where = selected(selection)
            chosen = db.execute(_SPREAD.format(where=where.sql), where.args).fetchall()
            bury(db, chosen, now)
            db.execute(*_waiting(selection))
        erase(db, [identity for _, identity in chosen])
        return len(chosen)

    return work


def bury(db: Connection, rows: Sequence[tuple[int, bytes]], now: float) -> None:
    """Note that entries are gone, for who keeps them in RAM and for other devices."""
    if rows:
        stamp = tick(db, len(rows), now)
        db.executemany(
            "INSERT OR REPLACE INTO gone VALUES (?, ?, ?, ?, ?)",
            ((at, *row, stamp.clock, stamp.node) for at, row in enumerate(rows, stamp.first)),
        )


def erase(db: Connection, identities: Sequence[bytes]) -> None:
    """Delete entries and all that hangs on them."""
    named = json.dumps([identity.hex() for identity in identities])
    anew = words.left_out(db, len(identities))
    db.execute(f"DELETE FROM memory WHERE id {IDS}", (named,))  # noqa: S608  our own condition
    if anew:
        words.renew(db)
    db.execute(f"DELETE FROM source WHERE source_id {IDS}", (named,))  # noqa: S608
    db.execute(f"DELETE FROM waiting WHERE id {IDS}", (named,))  # noqa: S608


def _waiting(selection: MemorySelection) -> tuple[str, list[Any]]:
    """Return the statement that drops what other devices said and what is not yet merged.

    It has no full text to be searched by, so all of it goes unless only ids were selected.
    """
    all_of_it = not selection.ids and selected(selection).sql != "(0)"
    return "DELETE FROM waiting WHERE part = 'content' AND ?", [all_of_it]
