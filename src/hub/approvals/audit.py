"""The audit outbox: what was asked, decided and done, written in the transaction that decides it.

A record never holds the arguments, only their digest, so that it may outlive a forgetting. Whoever seals
the records reads them from here in order.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from hub.store.database import Database

What = Literal[
    "asked", "approved", "denied", "expired", "refused", "forbidden", "done", "failed", "lost", "settings"
]
_COLUMNS = "at, what, approval, digest, tool, owner, risk, person, by, note"
_NOTE = f"INSERT INTO audit_outbox ({_COLUMNS}) VALUES ({', '.join('?' * 10)})"  # noqa: S608  no values


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that happened at the gate, at a time (Unix seconds), ``by`` a person's id or a plugin."""

    at: float
    what: What
    approval: str = ""
    digest: str = ""
    tool: str = ""
    owner: str = ""
    risk: str = ""
    person: str = ""
    by: str = ""
    note: str = ""


def note(db: Any, record: Record) -> None:
    """Add ``record`` in the transaction that ``db`` is in."""
    db.execute(_NOTE, astuple(record))


async def records(core: Database, after: int = 0, limit: int = 100) -> list[tuple[int, Record]]:
    """Return the records after a serial, oldest first, each with its serial."""
    rows = await core.rows(
        f"SELECT serial, {_COLUMNS} FROM audit_outbox WHERE serial > ? ORDER BY serial LIMIT ?",  # noqa: S608
        (after, limit),
    )
    return [(row[0], Record(*row[1:])) for row in rows]
