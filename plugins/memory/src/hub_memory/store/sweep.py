"""Keep house in memory.db: what expired goes, and what is there twice becomes one."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING

from hub import Swept
from hub_memory.store.forget import bury, erase
from hub_memory.store.rows import IDS, LIVE

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub import Connection

BUDGET = 5_000
"""Entries that one sweep removes at most for each reason."""

_DUE = "SELECT rid, id FROM memory WHERE expires > 0 AND expires <= ? AND pinned = 0 ORDER BY expires LIMIT ?"
_TWICE = f"""
    SELECT namespace, kind, quarantined, text_hash, rid, id FROM memory
    WHERE {LIVE} AND origin != 'document'
      AND text_hash IN (SELECT text_hash FROM memory GROUP BY text_hash HAVING count(*) > 1)
    ORDER BY namespace, kind, quarantined, text_hash, pinned DESC, trust DESC, id
"""  # noqa: S608  our own condition
_SUMS = f"""
    UPDATE memory SET recalled = total, last_recalled = latest FROM (
        SELECT sum(recalled) AS total, max(last_recalled) AS latest FROM memory WHERE id {IDS}
    ) WHERE id = ?
"""  # noqa: S608  our own condition


def sweeping(now: float, budget: int = BUDGET) -> Callable[[Connection], Swept]:
    """Return the work that sweeps: in the file, and then the same entries in its backups.

    ``budget``: entries that it removes at most for each reason.
    """
    swept: Swept | None = None
    chosen: list[tuple[int, bytes]] = []

    def work(db: Connection) -> Swept:
        nonlocal swept
        if swept is None:  # the file itself comes first
            due = db.execute(_DUE, (now, budget)).fetchall()
            twice = _merge_twice(db, now, budget) if len(due) < budget else []  # that looks at all rows
            chosen.extend(due + twice)
            bury(db, chosen, now)
            swept = Swept(expired=len(due), duplicates=len(twice))
        erase(db, [identity for _, identity in chosen])
        return swept

    return work


def _merge_twice(db: Connection, now: float, budget: int) -> list[tuple[int, bytes]]:
    """Let the most trusted, then the oldest, of equal entries stand for the others, and return those."""
    spare: list[tuple[int, bytes]] = []
    for _, group in groupby(db.execute(_TWICE, (now, now)).fetchall(), key=lambda row: row[:4]):
        (_, kept), *others = [(rid, identity) for *_, rid, identity in group]
        if others and len(spare) + len(others) <= budget:
            _stand_for(db, kept, [identity for _, identity in others])
            spare += others
    return spare


def _stand_for(db: Connection, kept: bytes, others: list[bytes]) -> None:
    named = json.dumps([one.hex() for one in others])
    db.execute(_SUMS, (json.dumps([kept.hex(), *(one.hex() for one in others)]), kept))
    db.execute(f"UPDATE OR IGNORE source SET source_id = ? WHERE source_id {IDS}", (kept, named))  # noqa: S608  our own condition
    db.execute(f"UPDATE memory SET superseded_by = ? WHERE superseded_by {IDS}", (kept, named))  # noqa: S608  as above
