"""The table of approvals: each is asked once, answered once and run at most once.

Every change is one transaction together with its audit record; what decides is the row, never memory.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.approvals.approval import Approval, State
from hub.approvals.audit import Record, What, note
from hub.approvals.forgetting import erase
from hub.auth.roles import allows
from hub.auth.sessions import Person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hub.store.database import Database

MOST_WAITING = 20
"""Calls that may wait for one person at a time: whoever is asked too often says yes without reading."""

MOST_KEPT = 1_000
SKEW_S = 5.0
"""A grant asked for in the future was asked for before the clock was set back: it is too old to trust."""

_COLUMNS = (
    "id, digest, tool, owner, version, risk, about, arguments, person, talk, plugin, asked, expires, state,"
    " decided, decider, outcome, fix, read"
)
_FRESH = "state = 'waiting' AND expires > :now AND asked <= :now + :skew"
_INSERT = f"INSERT INTO approval ({_COLUMNS}) VALUES ({', '.join('?' * 19)})"  # noqa: S608  no values
_CONSUME = (
    "UPDATE approval SET state = :state, decided = :now, decider = :by"  # noqa: S608  ours
    f" WHERE id = :id AND digest = :digest AND {_FRESH} AND (person = :by OR :owner) RETURNING {_COLUMNS}"
)
_EXPIRE = (
    "UPDATE approval SET state = 'expired', decided = :now, outcome = 'Nobody answered in time.'"  # noqa: S608
    f" WHERE state = 'waiting' AND (NOT ({_FRESH}) OR id IN (SELECT value FROM json_each(:late)))"
    f" RETURNING {_COLUMNS}"
)
_LOSE = (
    "UPDATE approval SET state = 'lost', outcome = 'I was stopped while I did it.',"  # noqa: S608
    " fix = 'See whether it was done before you ask again.' WHERE state = 'running'"
    f" RETURNING {_COLUMNS}"
)
_FINISH = (
    "UPDATE approval SET state = ?, outcome = ?, fix = ?"  # noqa: S608
    f" WHERE id = ? AND state = 'running' RETURNING {_COLUMNS}"
)
_WHO = (
    "SELECT role FROM person WHERE id = ?"
    " UNION ALL SELECT 'device' FROM device WHERE id = ? AND kind = 'shared'"
)


class TooMany(Exception):  # noqa: N818  a state, not a fault
    """So much waits for this person already that more would not be read."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of an answer: the approval as it is now (None: there is none), and whether it counted."""

    approval: Approval | None
    counted: bool = False
    stranger: bool = False
    """Whether whoever answered may not answer this one."""


class Grants:
    """The approvals of core.db."""

    def __init__(self, core: Database) -> None:
        self._core = core

    async def role(self, person: str) -> str:
        """Return the role of that id as it is now, "" when there is nobody of that id."""
        rows = await self._core.rows(_WHO, (person, person))
        return str(rows[0][0]) if rows else ""

    async def ask(self, wanted: Approval) -> Approval:
        """Store what is wanted, or return the same call that the same talk already waits for.

        Raises `TooMany`.
        """

        def add(db: Any) -> Approval:
            about = {"now": wanted.asked, "skew": SKEW_S, "digest": wanted.digest}
            found = db.execute(
                f"SELECT {_COLUMNS} FROM approval WHERE digest = :digest AND {_FRESH}",  # noqa: S608
                about,
            ).fetchone()
            if found:
                return _approval(found)
            count = db.execute(
                f"SELECT count(*) FROM approval WHERE person = :person AND {_FRESH}",  # noqa: S608
                about | {"person": wanted.person},
            ).fetchone()[0]
            if count >= MOST_WAITING:
                raise TooMany
            db.execute(_INSERT, _row(wanted))
            note(db, _record(wanted, "asked", wanted.asked, wanted.plugin or wanted.person))
            return wanted

        return await self._core.write(add)

    async def consume(self, id: str, digest: str, principal: str, now: float) -> Decided:  # noqa: A002
        """Take the yes of a person. It counts for exactly one caller: whoever gets it runs the call."""
        return await self._decide(id, digest, principal, "running", "approved", now)

    async def deny(self, id: str, digest: str, principal: str, now: float) -> Decided:  # noqa: A002
        """Take the no of a person."""
        return await self._decide(id, digest, principal, "denied", "denied", now)

    async def _decide(  # noqa: PLR0917  one decision
        self,
        id: str,  # noqa: A002
        digest: str,
        principal: str,
        state: State,
        what: What,
        now: float,
    ) -> Decided:
        def decide(db: Any) -> Decided:
            who = db.execute("SELECT role FROM person WHERE id = ?", (principal,)).fetchone()
            if not who or not allows(Person(principal, "", str(who[0])), "answer approvals"):
                return Decided(None, stranger=True)
            owner = who[0] == "owner"
            row = db.execute(
                _CONSUME,
                {
                    "state": state, "now": now, "skew": SKEW_S, "by": principal, "id": id,
                    "digest": digest, "owner": owner,
                },
            ).fetchone()  # fmt: skip
            if row:
                note(db, _record(_approval(row), what, now, principal))
                return Decided(_approval(row), counted=True)
            found = _find(db, id)
            if found and not owner and found.person != principal:
                return Decided(None)  # to everybody else there is no such approval
            return Decided(found)

        return await self._core.write(decide)

    async def finish(self, id: str, state: State, outcome: str, fix: str, now: float) -> Approval | None:  # noqa: A002
        """Note how a call that was let through went."""

        def end(db: Any) -> Approval | None:
            row = db.execute(_FINISH, (state, outcome, fix, id)).fetchone()
            if row is None:
                return None
            ended = _approval(row)
            note(db, _record(ended, "done" if state == "done" else "failed", now, ended.by))
            return ended

        return await self._core.write(end)

    async def expire(self, now: float, late: Sequence[str] = ()) -> list[Approval]:
        """Close what was not answered in time, and what is ``late`` by another clock; return it."""
        return await self._close(_EXPIRE, "expired", now, late)

    async def lose(self, now: float) -> list[Approval]:
        """Close what an earlier process was doing when it ended; return it. It is never run again."""
        return await self._close(_LOSE, "lost", now)

    async def _close(self, sql: str, what: What, now: float, late: Sequence[str] = ()) -> list[Approval]:
        about = {"now": now, "skew": SKEW_S, "late": json.dumps(list(late))}

        def close(db: Any) -> list[Approval]:
            closed = [_approval(row) for row in db.execute(sql, about).fetchall()]
            for each in closed:
                note(db, _record(each, what, now, ""))
            return closed

        return await self._core.write(close)

    async def note(self, record: Record) -> None:
        """Add a record that changes no approval."""
        await self._core.write(lambda db: note(db, record))

    async def find(self, id: str) -> Approval | None:  # noqa: A002
        """Return the approval of that id."""
        return await self._core.read(lambda db: _find(db, id))

    async def waiting(self, person: str | None, now: float) -> list[Approval]:
        """Return what waits, the oldest first; ``person``: only what is theirs."""
        return await self._rows(
            f"{_FRESH} AND (:person IS NULL OR person = :person) ORDER BY asked, id",
            {"now": now, "skew": SKEW_S, "person": person},
        )

    async def history(self, count: int, person: str | None) -> list[Approval]:
        """Return the latest that wait no more, newest first; ``person``: only what is theirs."""
        return await self._rows(
            "state != 'waiting' AND (:person IS NULL OR person = :person)"
            " ORDER BY coalesce(decided, asked) DESC, id LIMIT :count",
            {"count": max(0, count), "person": person},
        )

    async def next_end(self) -> float | None:
        """Return when the next one expires."""
        rows = await self._core.rows("SELECT min(expires) FROM approval WHERE state = 'waiting'")
        return float(rows[0][0]) if rows[0][0] is not None else None

    async def forget(
        self, *, person: str = "", talk: str = "", before: float | None = None, topics: tuple[str, ...] = ()
    ) -> int:
        """Destroy approvals, in the backups of the file too; see `hub.approvals.forgetting`."""
        return await self._core.forget(
            lambda db: erase(db, person=person, talk=talk, before=before, topics=topics)
        )

    async def trim(self) -> None:
        """Drop the oldest of those that wait no more."""
        await self._core.execute(
            "DELETE FROM approval WHERE state NOT IN ('waiting', 'running') AND id NOT IN"
            " (SELECT id FROM approval ORDER BY asked DESC LIMIT ?)",
            (MOST_KEPT,),
        )

    async def _rows(self, where: str, about: dict[str, Any]) -> list[Approval]:
        sql = f"SELECT {_COLUMNS} FROM approval WHERE {where}"  # noqa: S608  ours

        def rows(db: Any) -> Iterable[Sequence[Any]]:
            return list(db.execute(sql, about))

        return [_approval(row) for row in await self._core.read(rows)]


def withdraw(db: Any) -> None:
    """Close all that waits or runs in a file that comes back from a backup, in the transaction of ``db``."""
    sql = f"UPDATE approval SET state = 'expired', outcome = 'It came back with a backup.' WHERE state = 'waiting' RETURNING {_COLUMNS}"  # noqa: S608, E501
    now = time.time()
    for row in db.execute(sql).fetchall():
        note(db, _record(_approval(row), "expired", now, ""))


def _find(db: Any, id: str) -> Approval | None:  # noqa: A002
    row = db.execute(f"SELECT {_COLUMNS} FROM approval WHERE id = ?", (id,)).fetchone()  # noqa: S608
    return _approval(row) if row else None


def _approval(row: Sequence[Any]) -> Approval:
    values = list(row)
    values[7] = json.loads(values[7])
    return Approval(*values)


def _row(one: Approval) -> tuple[Any, ...]:
    return (
        one.id, one.digest, one.tool, one.owner, one.version, one.risk, one.about,
        json.dumps(dict(one.arguments), ensure_ascii=False), one.person, one.talk, one.plugin, one.asked,
        one.expires, one.state, one.decided, one.by, one.outcome, one.fix, one.read,
    )  # fmt: skip


def _record(one: Approval, what: What, now: float, by: str) -> Record:
    return Record(now or time.time(), what, one.id, one.digest, one.tool, one.owner, one.risk, one.person, by)
