"""Know who is signed in: sessions by an opaque token of which only the hash is stored."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.store.database import Database

LIFETIME_S = 90 * 86_400
_SEEN_EVERY_S = 3_600


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the hub knows. ``role``: owner, member or guest."""

    id: str
    name: str
    role: str


@dataclass(slots=True)
class _Session:
    person: Person
    created: float
    seen: float


def digest(token: str) -> bytes:
    """Return what is stored of a token: its SHA-256. The token itself has 256 bits, so no salt is needed."""
    return hashlib.sha256(token.encode()).digest()


class Sessions:
    """The sessions of all people, held in memory and kept in core.db."""

    def __init__(self, core: Database) -> None:
        self._core = core
        self._known: dict[bytes, _Session] = {}

    async def open(self) -> None:
        """Load what is stored and drop what has expired."""
        await self._core.execute("DELETE FROM session WHERE created < ?", (time.time() - LIFETIME_S,))
        rows = await self._core.rows(
            "SELECT s.token_hash, s.created, s.seen, p.id, p.name, p.role"
            " FROM session s JOIN person p ON p.id = s.person"
        )
        self._known = {row[0]: _Session(Person(*row[3:6]), row[1], row[2]) for row in rows}

    async def start(self, person: Person, agent: str) -> str:
        """Open a session for ``person`` in the browser ``agent`` and return its token."""
        token, now = secrets.token_urlsafe(32), time.time()
        await self._core.execute(
            "INSERT INTO session (token_hash, person, created, seen, agent) VALUES (?, ?, ?, ?, ?)",
            (digest(token), person.id, now, now, agent[:200]),
        )
        self._known[digest(token)] = _Session(person, now, now)
        return token

    async def person(self, token: str) -> Person | None:
        """Return who holds ``token``, or None when it is unknown or too old."""
        key, now = digest(token), time.time()
        session = self._known.get(key)
        if session is None or now - session.created > LIFETIME_S:
            return None
        if now - session.seen > _SEEN_EVERY_S:
            session.seen = now
            await self._core.execute("UPDATE session SET seen = ? WHERE token_hash = ?", (now, key))
        return session.person

    async def end(self, token: str) -> None:
        """Forget the session of ``token``."""
        self._known.pop(digest(token), None)
        await self._core.execute("DELETE FROM session WHERE token_hash = ?", (digest(token),))
