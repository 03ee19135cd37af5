"""Keys for apps that cannot sign in: each is one device's, shown once, kept as a hash, and ended at once.

A key opens the OpenAI-compatible API and nothing else: with it nobody reads a talk, answers an approval or
changes a setting. A personal one acts as its person, a shared one as a device of the house.
"""

from __future__ import annotations

import secrets
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from hub.auth.devices import ACT
from hub.auth.events import KeyEnded, KeyMade
from hub.auth.names import clean_name
from hub.auth.people import find
from hub.auth.roles import allows, require
from hub.auth.sessions import DAY_S, SEEN_EVERY_S, Person, digest
from hub.errors import HubError

if TYPE_CHECKING:
    import asyncio

    from hub.auth.sessions import Sessions
    from hub.events import Bus
    from hub.store.database import Database

PREFIX = "hub_"
MOST, MOST_OWN = 100, 20
"""Keys of the whole house, and of one person."""

UNUSED_S = 365 * DAY_S
"""A key that nobody used for so long has ended."""

ENDED = "key ended"
"""With this message the task is cancelled that a key's end cuts short."""

_LOAD = """
    SELECT k.hash, k.id, k.name, k.kind, k.created, k.seen, p.id, p.name, p.role
    FROM app_key k JOIN person p ON p.id = k.person
"""


@dataclass(slots=True, eq=False)
class Key:
    """A key without its secret; times in Unix seconds.

    ``person`` acts; ``holder`` is the id of whoever made it; ``running``: what is being answered by it.
    """

    id: str
    name: str
    kind: Literal["personal", "shared"]
    person: Person
    holder: str
    created: float
    seen: float | None = None
    running: set[asyncio.Task[Any]] = field(default_factory=set)

    def expired(self, now: float) -> bool:
        """Say whether it has ended by itself at ``now``."""
        return now - (self.seen or self.created) > UNUSED_S


class Keys:
    """The keys of one hub, held in memory and kept in core.db."""

    def __init__(self, core: Database, sessions: Sessions, bus: Bus) -> None:
        self._core, self._bus = core, bus
        self._known: dict[bytes, Key] = {}
        sessions.followers.append(self._follow)

    async def open(self) -> None:
        """Load what is stored."""
        self._known = {row[0]: _key(row) for row in await self._core.rows(_LOAD)}

    async def make(self, by: Person, name: str, kind: str = "personal") -> tuple[Key, str]:
        """Return a new key of ``by`` and its secret, which is kept nowhere. Raises `HubError`."""
        if kind not in ACT:
            raise HubError("There is no such kind of key.", fix="Choose personal or shared.")
        require(by, ACT[kind])
        name, secret, now = clean_name(name), PREFIX + secrets.token_urlsafe(32), time.time()
        hashed = digest(secret)

        def insert(db: Any) -> Key:
            person = find(db, by.id)
            if not allows(person, ACT[kind]):  # demoted meanwhile
                raise HubError("You may not do that any more.", fix="Ask the owner of this hub.")
            _check_room(db, by.id)
            db.execute(
                "INSERT INTO app_key (hash, id, name, kind, person, created) VALUES (?, ?, ?, ?, ?, ?)",
                (hashed, uuid.uuid4().hex, name, kind, by.id, now),
            )
            return _key(db.execute(f"{_LOAD} WHERE k.hash = ?", (hashed,)).fetchone())

        key = self._known[hashed] = await self._core.write(insert)
        self._bus.publish(KeyMade(key=key.id, called=key.name, person=by.id))
        return key, secret

    async def find(self, secret: str) -> Key | None:
        """Return the key of ``secret``, or None when it is unknown or too old; notes that it was used."""
        hashed = digest(secret)
        key, now = self._known.get(hashed), time.time()
        if key is None or key.expired(now):
            return None
        if now - (key.seen or 0.0) > SEEN_EVERY_S:
            key.seen = now
            await self._core.execute("UPDATE app_key SET seen = ? WHERE hash = ?", (now, hashed))
        return key

    def all(self, by: Person) -> list[Key]:
        """Return the keys that ``by`` made, by name; for the owner the shared ones too."""
        require(by, "pair own devices")
        own = (key for key in self._known.values() if _manages(by, key))
        return sorted(own, key=lambda key: (key.name.lower(), key.created))

    async def revoke(self, by: Person, id: str) -> Key:  # noqa: A002  as in the table
        """End a key at once, with what it asks now. Raises `HubError` when there is no such key."""
        key = next((known for known in self.all(by) if known.id == id), None)
        if key is None:
            raise HubError("There is no such key.", fix="Load the list of keys anew.")
        await self._end([hashed for hashed, known in self._known.items() if known is key])
        return key

    async def _follow(self, signed_out: str) -> None:
        """Take over what has changed in people; end the keys of whoever was ``signed_out`` everywhere."""
        if signed_out:
            await self._end([
                hashed
                for hashed, key in self._known.items()
                if key.holder == signed_out and key.kind == "personal"
            ])  # fmt: skip
            return
        now = {row[0]: _key(row) for row in await self._core.rows(_LOAD)}
        for hashed, old in self._known.items():
            if (new := now.get(hashed)) is None or new.person.role != old.person.role:
                _cut(old)
            if new is not None:
                new.running, new.seen = old.running, old.seen
        gone = [key for hashed, key in self._known.items() if hashed not in now]
        self._known = now
        for key in gone:
            self._bus.publish(KeyEnded(key=key.id, called=key.name))

    async def _end(self, hashes: list[bytes]) -> None:
        ended = [self._known.pop(hashed) for hashed in hashes]
        for key in ended:
            _cut(key)

        def delete(db: Any) -> None:
            db.executemany("DELETE FROM app_key WHERE hash = ?", [(hashed,) for hashed in hashes])

        await self._core.write(delete)
        for key in ended:
            self._bus.publish(KeyEnded(key=key.id, called=key.name))


def _cut(key: Key) -> None:
    for task in key.running:
        task.cancel(ENDED)


def _key(row: tuple[Any, ...]) -> Key:
    _, id_, name, kind, created, seen, whose, called, role = row
    person = Person(id_, name, "device") if kind == "shared" else Person(whose, called, role)
    return Key(id_, name, kind, person, whose, created, seen)


def _manages(by: Person, key: Key) -> bool:
    return key.holder == by.id or (key.kind == "shared" and allows(by, "pair shared devices"))


def _check_room(db: Any, person: str) -> None:
    every = db.execute("SELECT count(*) FROM app_key").fetchone()[0]
    own = db.execute("SELECT count(*) FROM app_key WHERE person = ?", (person,)).fetchone()[0]
    if every >= MOST or own >= MOST_OWN:
        raise HubError("There are too many keys already.", fix="End one that is no longer used.")
