"""Know who is signed in: sessions by an opaque token of which only the hash is stored."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import structlog

from hub.auth.browser import describe
from hub.auth.events import SessionEnded, SessionStarted
from hub.errors import HubError
from hub.plugin import acting

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub.events import Bus
    from hub.store.database import Database

log = structlog.get_logger(__name__)

DAY_S = 86_400
LIFETIME_S = 90 * DAY_S
"""A browser is signed in this long, and a device may be away this long."""
GUEST_IDLE_S = 30 * DAY_S
SEEN_EVERY_S = 3_600
_LOAD = """
    SELECT s.token_hash, s.created, s.seen, s.agent, p.id, p.name, p.role, s.device, d.name, d.kind
    FROM session s JOIN person p ON p.id = s.person LEFT JOIN device d ON d.id = s.device
"""
_START = """
    INSERT INTO session (token_hash, person, created, seen, agent, device)
    SELECT ?, id, ?, ?, ?, NULL FROM person WHERE id = ?
"""
_START_DEVICE = """
    INSERT INTO session (token_hash, person, created, seen, agent, device)
    SELECT ?, person, ?, ?, ?, id FROM device WHERE id = ?
"""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the hub knows. ``role``: owner, member or guest; or device: a shared one, by its own id."""

    id: str
    name: str
    role: str


@dataclass(slots=True, eq=False)
class Session:
    """One browser or device that is signed in.

    ``id`` is public, the token is not. ``person`` acts; ``holder`` is the id of whom it belongs to: the
    same, but for a shared device whoever paired it. ``over`` is set when its open sockets must close.
    """

    id: str
    person: Person
    holder: str
    device: str
    device_name: str
    created: float
    seen: float
    agent: str
    over: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def browser(self) -> str:
        """The browser in words."""
        return describe(self.agent)

    @property
    def title(self) -> str:
        """The device by its name, or the browser."""
        return self.device_name or self.browser

    def expired(self, now: float) -> bool:
        """Say whether it has ended by itself at ``now``."""
        if self.device:
            return now - self.seen > LIFETIME_S
        idle = GUEST_IDLE_S if self.person.role == "guest" else LIFETIME_S
        return now - self.created > LIFETIME_S or now - self.seen > idle


def digest(token: str) -> bytes:
    """Return what is stored of a token: its SHA-256. The token itself has 256 bits, so no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


class Sessions:
    """The sessions of all people, held in memory and kept in core.db."""

    def __init__(self, core: Database, bus: Bus) -> None:
        self._core, self._bus = core, bus
        self._known: dict[bytes, Session] = {}
        self._lock = asyncio.Lock()
        self.signs_in: Callable[[str], bool] = lambda _plugin: False
        """Whether a plugin offers a way to sign in; no other begins a session, which could say yes to it."""
        self.followers: list[Callable[[str], Awaitable[None]]] = []
        """Awaited with the id of whoever was signed out everywhere, and with "" when people changed."""

    async def open(self) -> None:
        """Load what is stored and drop what has expired."""
        now = time.time()
        self._known = {row[0]: _session(row) for row in await self._core.rows(_LOAD)}
        if old := {key: session for key, session in self._known.items() if session.expired(now)}:
            self._known = {key: session for key, session in self._known.items() if key not in old}
            await self._core.write(lambda db: _delete(db, old))

    async def start(self, person: Person, agent: str, *, device: str = "") -> str:
        """Sign ``person`` in with the browser ``agent``, or with their ``device``; return the token.

        Raises `HubError` when they, or the device, have been removed meanwhile.
        """
        if (plugin := acting.current.get()) and not self.signs_in(plugin):
            raise HubError(f"{plugin} may sign nobody in.", fix="Tell its author to register a login.")
        token, now = secrets.token_urlsafe(32), time.time()
        key = digest(token)
        sql = _START_DEVICE if device else _START

        def begin(db: Any) -> Session | None:
            db.execute(sql, (key, now, now, agent[:200], device or person.id))
            row = db.execute(f"{_LOAD} WHERE s.token_hash = ?", (key,)).fetchone()
            return _session(row) if row else None

        async with self._lock:
            session = await self._core.write(begin)
            if session is None:
                raise HubError("You have been removed.", fix="Ask the owner for a new invite.")
            self._known[key] = session
        who = session.person
        started = SessionStarted(
            session=session.id, person=who.id, called=who.name, browser=session.browser, device=device
        )
        self._bus.publish(started)
        return token

    async def find(self, token: str) -> Session | None:
        """Return the session of ``token``, or None when it is unknown or too old; notes that it was used."""
        key, now = digest(token), time.time()
        session = self._known.get(key)
        if session is None:
            return None
        if session.expired(now):
            await self.end(token)
            return None
        if now - session.seen > SEEN_EVERY_S:
            session.seen = now
            try:
                await self._core.execute("UPDATE session SET seen = ? WHERE token_hash = ?", (now, key))
            except HubError as error:  # a full disk must not keep anybody out who only looks
                log.warning("session.not_noted", reason=str(error), fix=error.fix)
        return session

    async def person(self, token: str) -> Person | None:
        """Return who holds ``token``, or None when it is unknown or too old."""
        session = await self.find(token)
        return session.person if session else None

    def of(self, person: str) -> list[Session]:
        """Return where the person of that id is signed in, last used first; shared devices are nobody's."""
        now = time.time()
        own = (s for s in self._known.values() if s.person.id == person and not s.expired(now))
        return sorted(own, key=lambda session: session.seen, reverse=True)

    def role(self, person: str) -> str:
        """Return the role of whoever is signed in under that id, as it is known here; "" for nobody."""
        now = time.time()
        found = (s.person.role for s in self._known.values() if s.person.id == person and not s.expired(now))
        return next(found, "")

    def by_device(self) -> dict[str, Session]:
        """Return the sessions of devices, by the device's id."""
        return {session.device: session for session in self._known.values() if session.device}

    async def end(self, token: str) -> None:
        """Sign out whoever holds ``token``; a personal device that signs out is no longer paired."""
        session = self._known.get(digest(token))
        if session:
            await self._end(lambda known: known is session)

    async def end_one(self, person: str, session: str) -> None:
        """End the session of that id. Raises `HubError` unless it is ``person``'s."""
        if not any(known.id == session for known in self.of(person)):
            raise HubError("That session has ended already.", fix="Load the list anew.")
        await self._end(lambda known: known.id == session)

    async def end_all(self, person: str) -> int:
        """Sign the person of that id out everywhere, their own devices too; return from how many."""
        ended = await self._end(lambda known: known.person.id == person)
        for follow in self.followers:
            await follow(person)
        return ended

    async def refresh(self) -> None:
        """Take over what has changed in people and devices; sockets of whoever lost a right are closed."""
        async with self._lock:
            now = {row[0]: _session(row) for row in await self._core.rows(_LOAD)}
            gone = [session for key, session in self._known.items() if key not in now]
            for key, old in tuple(self._known.items()):
                if key in now and (new := now[key]).person.role == old.person.role:
                    new.over, new.seen = old.over, old.seen
                else:
                    old.over.set()
            self._known = now
        for follow in self.followers:
            await follow("")
        for session in gone:
            self._tell_end(session)

    async def _end(self, which: Callable[[Session], bool]) -> int:
        async with self._lock:
            ended = {key: session for key, session in self._known.items() if which(session)}
            for key, session in ended.items():
                del self._known[key]
                session.over.set()
            await self._core.write(lambda db: _delete(db, ended))
        for session in ended.values():
            self._tell_end(session)
        return len(ended)

    def _tell_end(self, session: Session) -> None:
        who = session.person
        self._bus.publish(
            SessionEnded(session=session.id, person=who.id, called=who.name, device=session.device)
        )


def _session(row: tuple[Any, ...]) -> Session:
    key, created, seen, agent, id_, name, role, device, device_name, kind = row
    person = Person(device, device_name, "device") if kind == "shared" else Person(id_, name, role)
    # The first half of a hash of 256 random bits names the session and gives nothing away.
    return Session(key[:16].hex(), person, id_, device or "", device_name or "", created, seen, agent)


def _delete(db: Any, ended: dict[bytes, Session]) -> None:
    for key, session in ended.items():
        db.execute("DELETE FROM session WHERE token_hash = ?", (key,))
        # A shared one has talks of its own: it stays in the list, unconnected, until it is revoked.
        db.execute("DELETE FROM device WHERE id = ? AND kind = 'personal'", (session.device,))
