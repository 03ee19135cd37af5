"""Let people in: the owner's invites, each a link for one person, once, for a time."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.auth import people
from hub.auth.codes import WrongCode, long_code
from hub.auth.events import PersonJoined
from hub.auth.names import clean_name
from hub.auth.roles import require
from hub.auth.sessions import Person, digest
from hub.errors import HubError

if TYPE_CHECKING:
    from hub.events import Bus
    from hub.store.database import Database

HOUR_S = 3_600
VALID_H, LONGEST_H = 24, 30 * 24
MOST_OPEN = 50
_FIELDS = """
    i.id, i.name, i.role, i.whom, p.name, i.created, i.expires
    FROM invite i JOIN person p ON p.id = i.maker
"""


@dataclass(frozen=True, slots=True)
class Invite:
    """An invite that waits. ``whom``: the person it lets back in, or empty for a new one.

    ``maker`` is a name; ``created`` and ``expires`` are Unix seconds.
    """

    id: str
    name: str
    role: str
    whom: str
    maker: str
    created: float
    expires: float


class Invites:
    """The open invites. Only hashes of their codes are kept, so that a link is shown once."""

    def __init__(self, core: Database, bus: Bus) -> None:
        self._core, self._bus = core, bus

    async def new(self, by: Person, name: str, role: str, hours: float = VALID_H) -> str:
        """Return the code of an invite for somebody new."""
        require(by, "invite people")
        people.check_role(role)
        name = clean_name(name)
        return await self._add(by, name, role, None, hours)

    async def back_in(self, by: Person, person: Person, hours: float = VALID_H) -> str:
        """Return the code of an invite for ``person``, who has no session left, as who they are."""
        require(by, "invite people")
        people.check_role(person.role)
        return await self._add(by, person.name, person.role, person.id, hours)

    async def open(self, by: Person) -> list[Invite]:
        """Return the invites that wait, newest first."""
        require(by, "invite people")
        rows = await self._core.rows(
            f"SELECT {_FIELDS} WHERE i.expires > ? ORDER BY i.created DESC",
            (time.time(),),
        )
        return [_invite(row) for row in rows]

    async def revoke(self, by: Person, id: str) -> None:  # noqa: A002  as in the table
        """End an invite. Raises `HubError` when it is used or ended already."""
        require(by, "invite people")

        def delete(db: Any) -> int:
            return int(db.execute("DELETE FROM invite WHERE id = ?", (id,)).rowcount)

        if not await self._core.write(delete):
            raise HubError("That invite is used, or has ended.", fix="Load the list of people anew.")

    async def look(self, code: str) -> Invite:
        """Return the invite of ``code`` and leave it as it is. Raises `WrongCode`."""
        rows = await self._core.rows(
            f"SELECT {_FIELDS} WHERE i.code_hash = ? AND i.expires > ?",
            (digest(code), time.time()),
        )
        if not rows:
            raise _wrong()
        return _invite(rows[0])

    async def redeem(self, code: str, name: str = "") -> Person:
        """Use up the invite of ``code`` and return its person, new ones under ``name``.

        One transaction: of many at once exactly one succeeds, and a name that is taken uses up nothing.
        """
        name = clean_name(name) if name else ""

        def take(db: Any) -> tuple[Person, bool]:
            row = db.execute(
                "DELETE FROM invite WHERE code_hash = ? AND expires > ? RETURNING name, role, whom",
                (digest(code), time.time()),
            ).fetchone()
            if row is None:
                raise _wrong()
            if row[2] is None:
                return people.add(db, name or row[0], row[1]), True
            # Whoever is let back in has the role of today, not of the day the link was made.
            return people.find(db, row[2]), False

        person, joined = await self._core.write(take)
        if joined:
            self._bus.publish(PersonJoined(person=person.id, called=person.name, role=person.role))
        return person

    async def _add(self, by: Person, name: str, role: str, whom: str | None, hours: float) -> str:
        if not 0 < hours <= LONGEST_H:
            raise HubError("An invite cannot be valid that long.", fix=f"Choose 1 to {LONGEST_H} hours.")
        code, now = long_code(), time.time()
        row = (digest(code), uuid.uuid4().hex, name, role, whom, by.id, now, now + hours * HOUR_S)

        def insert(db: Any) -> None:
            db.execute("DELETE FROM invite WHERE expires <= ? OR whom = ?", (now, whom))
            if db.execute("SELECT count(*) FROM invite").fetchone()[0] >= MOST_OPEN:
                raise HubError(f"There are {MOST_OPEN} open invites.", fix="Revoke some of them first.")
            if whom is None:
                people.check_free(db, name)
            db.execute(
                "INSERT INTO invite (code_hash, id, name, role, whom, maker, created, expires)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row,
            )  # fmt: skip

        await self._core.write(insert)
        return code


def _invite(row: tuple[Any, ...]) -> Invite:
    id_, name, role, whom, maker, created, expires = row
    return Invite(id_, name, role, whom or "", maker, created, expires)


def _wrong() -> WrongCode:
    return WrongCode("This invite has been used, or is too old.", fix="Ask the owner for a new one.")
