"""Keep the people of the hub: their names, roles and leaving; the owner changes hands, and never goes."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any

from hub.approvals import forgetting as approvals
from hub.auth.events import PersonChanged, PersonLeft
from hub.auth.names import alike, clean_name
from hub.auth.roles import GUEST, MEMBER, OWNER, require
from hub.auth.sessions import Person
from hub.errors import HubError
from hub.plugin.hookspecs import Selector
from hub.store.owed import owe

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub.auth.sessions import Sessions
    from hub.events import Bus
    from hub.store.database import Database

INVITED = (MEMBER, GUEST)
"""The roles that can be given; there is one owner, who is made by the claim or by handing over."""


class People:
    """The people of one hub. Who asks comes first; what their role does not allow raises `Forbidden`."""

    def __init__(
        self, core: Database, sessions: Sessions, bus: Bus, forget: Callable[[str], Awaitable[None]]
    ) -> None:
        self._core, self._sessions, self._bus, self._forget = core, sessions, bus, forget

    async def all(self) -> list[Person]:
        """Return everybody: the owner, members, guests, each by name."""
        rows = await self._core.rows(
            "SELECT id, name, role FROM person"
            " ORDER BY CASE role WHEN 'owner' THEN 0 WHEN 'member' THEN 1 ELSE 2 END, lower(name)"
        )
        return [Person(*row) for row in rows]

    async def get(self, id: str) -> Person:  # noqa: A002  as in the table
        """Return the person of that id. Raises `HubError` when there is none."""
        return await self._core.read(lambda db: find(db, id))

    async def has(self, id: str) -> bool:  # noqa: A002
        """Say whether that is a person's id."""
        return bool(await self._core.rows("SELECT 1 FROM person WHERE id = ?", (id,)))

    async def rename(self, by: Person, id: str, name: str) -> Person:  # noqa: A002
        """Give a person another name: everybody their own, the owner anyone's."""
        require(by, "change own name" if by.id == id else "manage people")
        name = clean_name(name)

        def change(db: Any) -> Person:
            person = find(db, id)
            check_free(db, name, but=id)
            db.execute("UPDATE person SET name = ? WHERE id = ?", (name, id))
            return Person(id, name, person.role)

        return await self._changed(await self._core.write(change), "name")

    async def set_role(self, by: Person, id: str, role: str) -> Person:  # noqa: A002
        """Make a member a guest or a guest a member."""
        require(by, "manage people")
        check_role(role)

        def change(db: Any) -> Person:
            person = find(db, id)
            if person.role == OWNER:
                raise HubError("The owner stays the owner.", fix="Hand the hub over to a member first.")
            db.execute("UPDATE person SET role = ? WHERE id = ?", (role, id))
            return Person(id, person.name, role)

        return await self._changed(await self._core.write(change), "role")

    async def hand_over(self, by: Person, id: str) -> Person:  # noqa: A002
        """Make a member the owner, and the owner a member; what the old one had offered ends."""
        require(by, "manage people")

        def swap(db: Any) -> Person:
            heir = find(db, id)
            if heir.role != MEMBER:
                raise HubError("Only a member can become the owner.", fix="Make them a member first.")
            # The index `one_owner` allows no two, not even in the middle; and `by` may be out of date.
            done = db.execute("UPDATE person SET role = 'member' WHERE id = ? AND role = 'owner'", (by.id,))
            if done.rowcount != 1:
                raise HubError("You do not own this hub any more.", fix="Load the page anew.")
            db.execute("UPDATE person SET role = 'owner' WHERE id = ?", (id,))
            db.execute("UPDATE device SET person = ? WHERE kind = 'shared'", (id,))
            db.execute("UPDATE app_key SET person = ? WHERE kind = 'shared'", (id,))
            db.execute("UPDATE session SET person = ? WHERE device IN"
                       " (SELECT id FROM device WHERE kind = 'shared')", (id,))  # fmt: skip
            db.execute("DELETE FROM invite")
            db.execute("DELETE FROM pairing WHERE kind = 'shared'")
            db.execute("DELETE FROM claim")
            return Person(id, heir.name, OWNER)

        heir = await self._core.write(swap)
        await self._changed(Person(by.id, by.name, MEMBER), "role")
        return await self._changed(heir, "role")

    async def remove(self, by: Person, id: str) -> Person:  # noqa: A002
        """Remove a person with their talks, sessions, own devices and the codes they made."""
        require(by, "manage people")

        def delete(db: Any) -> Person:
            person = find(db, id)
            if person.role == OWNER:
                raise HubError("The owner cannot be removed.", fix="Hand the hub over to a member first.")
            db.execute("DELETE FROM person WHERE id = ?", (id,))
            mark_talks(db, id)
            approvals.erase(db, person=id)
            return person

        person = await self._core.write(delete)
        await self._sessions.refresh()
        self._bus.publish(PersonLeft(person=id, called=person.name))
        await self._forget(id)
        return person

    async def sign_out(self, by: Person, id: str) -> int:  # noqa: A002
        """Sign a person out everywhere: everybody themselves, the owner anyone. Return from how many."""
        require(by, "end own sessions" if by.id == id else "manage people")
        await self.get(id)
        return await self._sessions.end_all(id)

    async def _changed(self, person: Person, what: Any) -> Person:
        await self._sessions.refresh()
        self._bus.publish(PersonChanged(person=person.id, called=person.name, role=person.role, what=what))
        return person


def add(db: Any, name: str, role: str) -> Person:
    """Insert a person in the transaction of ``db``. Raises `HubError` when the name is taken."""
    check_free(db, name)
    person = Person(uuid.uuid4().hex, name, role)
    db.execute(
        "INSERT INTO person (id, name, role, created) VALUES (?, ?, ?, ?)",
        (person.id, person.name, person.role, time.time()),
    )
    return person


def check_free(db: Any, name: str, *, but: str = "") -> None:
    """Raise `HubError` when somebody ``but`` that person has a name that reads like ``name``."""
    for id_, known in db.execute("SELECT id, name FROM person").fetchall():
        if id_ != but and alike(known) == alike(name):
            raise HubError(f"There is a {known} already.", fix="Choose another name.")


def mark_talks(db: Any, whose: str) -> None:
    """Mark the talks of somebody who is removed, so that a crash before they are erased loses none.

    What plugins keep of them is noted to be forgotten, too.
    """
    owe(db, Selector(person=whose))
    db.execute(
        "UPDATE conversation SET deleted = ? WHERE person = ? AND deleted IS NULL", (time.time(), whose)
    )


def check_role(role: str) -> None:
    """Raise `HubError` unless ``role`` can be given to somebody."""
    if role not in INVITED:
        raise HubError("There is no such role to give.", fix="Choose member or guest.")


def find(db: Any, id_: str) -> Person:
    """Return the person of that id in the transaction of ``db``. Raises `HubError` when there is none."""
    row = db.execute("SELECT id, name, role FROM person WHERE id = ?", (id_,)).fetchone()
    if row is None:
        raise HubError("There is no such person.", fix="Load the list of people anew.")
    return Person(*row)
