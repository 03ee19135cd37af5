"""The search index of all talks: one encrypted file, derived from the transcripts, that may be lost.

Its key is random and lies in core.db, wrapped; destroying the key forgets the whole index. A place in
the index is ``person << 42 | milliseconds``: a person's talks, or those of some days, are one range.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from secrets import token_bytes
from typing import TYPE_CHECKING, Any

import structlog

from hub.errors import HubError
from hub.store.connection import plainly
from hub.store.database import Database
from hub.store.keys import SIZE, unwrap, wrap
from hub.store.schema import SEARCH
from hub.store.snippet import snippet

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from hub.store.query import Query
    from hub.store.snippet import Pieces

log = structlog.get_logger(__name__)

CANDIDATES = 500
"""Of very common words the newest so many matches are ranked."""

CACHE_KIB = 6_000
"""What a reader of the index keeps of it; less costs a third of its time in decrypting pages anew."""

FRESH_S = 30 * 86_400.0
_TIME_BITS = 42  # milliseconds until the year 2109
_LAST = (1 << _TIME_BITS) - 1


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index holds of one turn; ``told`` is False for one that was replaced."""

    id: str
    talk: str
    person: str
    at: float
    said: str
    answered: str
    told: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    """A turn that was found: ``pieces`` of its words, each marked or not."""

    turn: str
    talk: str
    at: float
    pieces: Pieces


@dataclass(frozen=True, slots=True)
class Found:
    """One page of hits, best first; ``total`` of them in all, or at least so many when ``more``."""

    hits: tuple[Hit, ...] = ()
    total: int = 0
    more: bool = False


class Index:
    """The index file. Methods raise `HubError` when it is not open or damaged: then `renew` it."""

    def __init__(self, core: Database, path: Path, master: bytes) -> None:
        self._core, self._path, self._master = core, path, master
        self._database: Database | None = None
        self._lock = asyncio.Lock()

    async def open(self) -> None:
        """Open the index; one that is missing, damaged or without its key begins anew."""
        async with self._lock:
            key = await self._key()
            if key:
                try:
                    await self._use(key)
                except HubError as error:
                    log.warning("search.unreadable", reason=str(error))
                    key = None
            if not key:
                await self._renew()

    async def renew(self) -> None:
        """Destroy the key and the file, and begin anew under another key."""
        async with self._lock:
            await self._renew()

    async def close(self) -> None:
        """Close the file."""
        async with self._lock:
            await self._close()

    async def days(self) -> dict[str, tuple[int, int]]:
        """Return of each day the change it was read up to and how many turns of it are here."""
        rows = await self._open.rows(
            "SELECT name, change, (SELECT count(*) FROM turn WHERE day = name) FROM day"
        )
        return {row[0]: (row[1], row[2]) for row in rows}

    async def day(self, name: str) -> tuple[int, int]:
        """Return, as `days`, how far a day has been read; nothing of one that has not."""
        rows = await self._open.rows(
            "SELECT change, (SELECT count(*) FROM turn WHERE day = name) FROM day WHERE name = ?", (name,)
        )
        return rows[0] if rows else (0, 0)

    async def put(self, day: str, entries: Sequence[Entry], change: int) -> None:
        """Take turns of a day, new or changed, and note up to which change the day has been read."""

        def store(db: Any) -> None:
            for entry in entries:
                _drop(db, "id = ?", entry.id)
                _insert(db, entry, day)
            db.execute("INSERT OR REPLACE INTO day VALUES (?, ?)", (day, change))

        await self._open.write(store)

    async def drop_talk(self, talk: str) -> None:
        """Delete all that is here of a talk, from the file and from its journal."""
        await self._open.forget(lambda db: _drop(db, "talk = ?", talk))

    async def drop_day(self, day: str) -> None:
        """Delete all that is here of a day, so that it is read again."""

        def forget(db: Any) -> None:
            _drop(db, "day = ?", day)
            db.execute("DELETE FROM day WHERE name = ?", (day,))

        await self._open.forget(forget)

    async def optimize(self) -> None:
        """Merge the index into one piece, after much was put in."""
        await self._open.execute("INSERT INTO words (words) VALUES ('optimize')")

    async def find(
        self, query: Query, person: str, *, since: float, hidden: Collection[str], page: int, size: int
    ) -> Found:
        """Return a page of what ``person`` said and was answered since a time, without ``hidden`` talks."""

        def look(db: Any) -> Found:
            db.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            number = db.execute("SELECT n FROM person WHERE id = ?", (person,)).fetchone()
            if number is None:
                return Found()
            low, high = _place(number[0], since), _place(number[0], _LAST / 1000)
            ranked = _ranked(db, query.match, low, high, hidden)
            wanted = ranked[page * size : (page + 1) * size]
            hits = tuple(_hit(db, place, query) for place in wanted)
            return Found(hits, len(ranked), len(ranked) >= CANDIDATES)

        return await self._open.read(look)

    @property
    def _open(self) -> Database:
        if self._database is None:
            raise HubError("The search index is not open.", fix="Try again in a moment.")
        return self._database

    async def _key(self) -> bytes | None:
        rows = await self._core.rows("SELECT wrapped FROM search_key")
        try:
            return unwrap(self._master, rows[0][0]) if rows else None
        except HubError:
            return None

    async def _renew(self) -> None:
        await self._close()
        await self._core.forget(_destroy_key)
        await asyncio.to_thread(self._unlink)
        key = token_bytes(SIZE)
        await self._core.execute("INSERT INTO search_key VALUES (1, ?)", (wrap(self._master, key),))
        await self._use(key)

    async def _use(self, key: bytes) -> None:
        database = Database(self._path, key, SEARCH, full=False)
        try:
            await database.open()
            await database.rows("SELECT count(*) FROM day")
        except BaseException:
            await database.close()
            raise
        self._database = database

    async def _close(self) -> None:
        database, self._database = self._database, None
        if database:
            await database.close()

    def _unlink(self) -> None:
        with plainly(self._path):
            for path in self._path.parent.glob(f"{self._path.name}*"):
                path.unlink(missing_ok=True)


def _destroy_key(db: Any) -> None:
    """Destroy the key in core.db, or in a backup of it from before there was one."""
    if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'search_key'").fetchone():
        db.execute("DELETE FROM search_key")


def _insert(db: Any, entry: Entry, day: str) -> None:
    db.execute("INSERT OR IGNORE INTO person (id) VALUES (?)", (entry.person,))
    number = db.execute("SELECT n FROM person WHERE id = ?", (entry.person,)).fetchone()[0]
    place = _place(number, entry.at)
    while db.execute("SELECT 1 FROM turn WHERE place = ?", (place,)).fetchone():
        place += 1
    db.execute("INSERT INTO turn VALUES (?, ?, ?, ?)", (place, entry.id, entry.talk, day))
    if entry.told:
        db.execute(
            "INSERT INTO words (rowid, said, answered) VALUES (?, ?, ?)",
            (place, entry.said.replace("\0", " "), entry.answered.replace("\0", " ")),
        )


def _drop(db: Any, where: str, value: str) -> None:
    for (place,) in db.execute(f"SELECT place FROM turn WHERE {where}", (value,)).fetchall():  # noqa: S608  ours
        db.execute("DELETE FROM words WHERE rowid = ?", (place,))
        db.execute("DELETE FROM turn WHERE place = ?", (place,))


def _ranked(db: Any, match: str, low: int, high: int, hidden: Collection[str]) -> list[int]:
    """Return the places of the matches, best first: rare words count, and so does what is fresh."""
    rows = db.execute(
        "SELECT rowid, bm25(words, 1.2, 1.0) FROM words WHERE words MATCH ? AND rowid BETWEEN ? AND ?"
        " ORDER BY rowid DESC LIMIT ?",
        (match, low, high, CANDIDATES),
    ).fetchall()
    gone = {
        place for talk in hidden for (place,) in db.execute("SELECT place FROM turn WHERE talk = ?", (talk,))
    }
    now = time.time()
    # bm25 is the better the more negative; what is new counts up to twice.
    scored = [
        (score * (1.0 + FRESH_S / (FRESH_S + max(0.0, now - _at(place)))), -place)
        for place, score in rows
        if place not in gone
    ]
    return [-place for _, place in sorted(scored)]


def _hit(db: Any, place: int, query: Query) -> Hit:
    turn, talk, said, answered = db.execute(
        "SELECT turn.id, turn.talk, said, answered FROM turn JOIN words ON words.rowid = place"
        " WHERE place = ?",
        (place,),
    ).fetchone()
    return Hit(turn, talk, _at(place), snippet((said, answered), query.terms))


def _place(person: int, at: float) -> int:
    return person << _TIME_BITS | min(max(0, int(at * 1000)), _LAST)


def _at(place: int) -> float:
    return (place & _LAST) / 1000
