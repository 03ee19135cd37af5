"""Forget in core.db, or in an older copy of it, what approvals and notes tell of somebody or of a talk.

The audit stays: it says that something was decided, and never what.
"""

from __future__ import annotations

from typing import Any


def erase(
    db: Any, *, person: str = "", talk: str = "", before: float | None = None, everything: bool = False
) -> int:
    """Delete what is selected in the transaction of ``db``; return how many approvals and notes that were.

    What waits is withdrawn by that. What is given must all hold; without anything given nothing is deleted.
    ``before``: Unix seconds.
    """
    terms = {
        "person = :person": bool(person),
        "talk = :talk": bool(talk),
        "coalesce(decided, asked) < :before": before is not None,
    }
    where = " AND ".join(term for term, wanted in terms.items() if wanted)
    about = {"person": person, "talk": talk, "before": before}
    count = 0
    if everything or where:
        count += _delete(db, "approval", "TRUE" if everything else where, about)
    if everything or (person and not talk and before is None):  # a note is of nobody's talk, and has no end
        count += _delete(db, "note", "TRUE" if everything else "person = :person", about)
    return count


def _delete(db: Any, table: str, where: str, about: dict[str, Any]) -> int:
    there = db.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,)).fetchone()
    if not there:
        return 0  # a copy from before there was a gate
    return int(db.execute(f"DELETE FROM {table} WHERE {where}", about).rowcount)  # noqa: S608  ours
