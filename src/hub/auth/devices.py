"""Pair devices: a short code makes a phone its person's, or a wall tablet one of the house."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from hub.auth.codes import WrongCode, short_code, short_digest
from hub.auth.events import DevicePaired, DeviceRevoked
from hub.auth.names import clean_name
from hub.auth.people import find, mark_talks
from hub.auth.roles import allows, require
from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub.auth.sessions import Person, Sessions
    from hub.events import Bus
    from hub.store.database import Database

Kind = Literal["personal", "shared"]
VALID_S = 600
MOST, MOST_OWN = 50, 10
"""Devices of the whole house, and of one person; so nobody takes up the room of all."""

ACT: dict[str, str] = {"personal": "pair own devices", "shared": "pair shared devices"}


@dataclass(frozen=True, slots=True)
class Device:
    """A paired device. ``person``: whose it is, or who paired it when it is shared; times in Unix seconds."""

    id: str
    name: str
    kind: Kind
    person: str
    created: float
    seen: float | None = None
    browser: str = ""


class Devices:
    """The devices of one hub. A personal one acts as its person, a shared one as itself."""

    def __init__(
        self, core: Database, sessions: Sessions, bus: Bus, forget: Callable[[str], Awaitable[None]]
    ) -> None:
        self._core, self._sessions, self._bus, self._forget = core, sessions, bus, forget

    async def offer(self, by: Person, name: str, kind: str) -> str:
        """Return a code that pairs one device within ten minutes; an earlier code of ``by`` ends.

        The kind is chosen here, not on the new device: whoever reads the code off a screen must not be
        able to turn a wall tablet into its owner's phone.
        """
        require(by, _act(kind))
        name, code, now = clean_name(name), short_code(), time.time()

        def replace(db: Any) -> None:
            db.execute("DELETE FROM pairing WHERE person = ? OR expires <= ?", (by.id, now))
            db.execute(
                "INSERT INTO pairing (code_hash, person, kind, name, expires) VALUES (?, ?, ?, ?, ?)",
                (short_digest(code), by.id, kind, name, now + VALID_S),
            )

        await self._core.write(replace)
        return code

    async def withdraw(self, by: Person) -> None:
        """End the code that ``by`` has open, if any."""
        await self._core.execute("DELETE FROM pairing WHERE person = ?", (by.id,))

    async def pair(self, code: str, agent: str) -> tuple[Device, str]:
        """Use up ``code`` for the browser ``agent``; return the new device and its token.

        Raises `WrongCode`. One transaction: of many at once exactly one succeeds.
        """

        def take(db: Any) -> tuple[Device, Person]:
            now = time.time()
            row = db.execute(
                "DELETE FROM pairing WHERE code_hash = ? AND expires > ? RETURNING name, kind, person",
                (short_digest(code), now),
            ).fetchone()
            if row is None:
                raise WrongCode("That code is wrong, used or too old.", fix="Ask for a new one.")
            name, kind, whose = row
            person = find(db, whose)
            if not allows(person, _act(kind)):  # demoted since
                raise WrongCode("That code is not valid any more.", fix="Ask the owner of this hub.")
            if db.execute("SELECT count(*) FROM device").fetchone()[0] >= MOST:
                raise HubError(f"There are {MOST} devices already.", fix="Disconnect one of them first.")
            own = db.execute("SELECT count(*) FROM device WHERE kind = 'personal' AND person = ?", (whose,))
            if kind == "personal" and own.fetchone()[0] >= MOST_OWN:
                raise HubError(f"You have {MOST_OWN} devices already.", fix="Log out on one of them first.")
            device = Device(uuid.uuid4().hex, name, kind, whose, now)
            db.execute(
                "INSERT INTO device (id, name, kind, person, created) VALUES (?, ?, ?, ?, ?)",
                (device.id, name, kind, whose, now),
            )
            return device, person

        device, person = await self._core.write(take)
        token = await self._sessions.start(person, agent, device=device.id)
        self._bus.publish(DevicePaired(device=device.id, called=device.name, kind=device.kind))
        return device, token

    async def all(self, by: Person) -> list[Device]:
        """Return the devices that ``by`` may manage: their own, and for the owner everybody's."""
        require(by, "pair own devices")
        sql = "SELECT id, name, kind, person, created FROM device ORDER BY lower(name)"
        rows = await self._core.rows(sql)
        sessions = self._sessions.by_device()
        devices = [Device(*row) for row in rows if _manages(by, row[2], row[3])]
        return [_with(device, sessions.get(device.id)) for device in devices]

    async def rename(self, by: Person, id: str, name: str) -> None:  # noqa: A002  as in the table
        """Give a device another name."""
        name = clean_name(name)
        await self._one(by, id)
        await self._core.execute("UPDATE device SET name = ? WHERE id = ?", (name, id))
        await self._sessions.refresh()

    async def revoke(self, by: Person, id: str) -> Device:  # noqa: A002
        """Shut a device out at once, with the talks of a shared one. Raises `HubError` for no such device."""
        device = await self._one(by, id)

        def delete(db: Any) -> None:
            db.execute("DELETE FROM device WHERE id = ?", (id,))
            mark_talks(db, id)

        await self._core.write(delete)
        await self._sessions.refresh()
        self._bus.publish(DeviceRevoked(device=id, called=device.name))
        await self._forget(id)
        return device

    async def _one(self, by: Person, id_: str) -> Device:
        device = next((known for known in await self.all(by) if known.id == id_), None)
        if device is None:
            raise HubError("There is no such device.", fix="Load the list of devices anew.")
        return device


def _act(kind: str) -> str:
    if kind not in get_args(Kind):
        raise HubError("There is no such kind of device.", fix="Choose personal or shared.")
    return ACT[kind]


def _manages(by: Person, kind: str, whose: str) -> bool:
    return allows(by, "manage people") or (kind == "personal" and whose == by.id)


def _with(device: Device, session: Any) -> Device:
    if session is None:
        return device
    return Device(
        device.id, device.name, device.kind, device.person, device.created, session.seen, session.browser
    )
