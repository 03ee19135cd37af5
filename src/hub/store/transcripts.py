"""Keep the turns of all talks: one encrypted file a day, each with a key of its own.

To forget a day its key is destroyed and then its file; without the key the file's remains on the
medium are noise, so nothing depends on how well the medium erases.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import astuple, dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from hub.errors import HubError
from hub.store.database import Database
from hub.store.keys import SIZE, unwrap, wrap
from hub.store.schema import TRANSCRIPT


@dataclass(frozen=True, slots=True)
class Turn:
    """One exchange. ``at``: Unix seconds; ``state``: answering, done, interrupted or failed;
    ``answer``: what was heard or shown; ``seconds``: from acceptance to the first word."""

    id: str
    conversation: str
    at: float
    source: str
    text: str
    state: str
    answer: str
    provider: str
    quality: str
    seconds: float


def day_of(at: float) -> str:
    """Return the UTC day of a time: a day's file must not depend on where the clock stands."""
    return datetime.fromtimestamp(at, UTC).date().isoformat()


class Transcripts:
    """The turns of all talks, by day. What was begun or updated is on disk when the call returns."""

    def __init__(self, core: Database, folder: Path, master: bytes) -> None:
        self._core, self._folder, self._master = core, folder, master
        self._days: dict[str, Database] = {}
        self._lock = asyncio.Lock()

    async def open(self) -> None:
        """End the turns that a crash left in the middle, and sweep files whose key is gone."""
        days = [row[0] for row in await self._core.rows("SELECT day FROM transcript_key ORDER BY day DESC")]
        self._sweep(set(days))
        for day in days[:2]:  # a turn cannot be open for longer than a midnight
            if self._path(day).exists():
                file = await self._day(day)
                await file.execute("UPDATE turn SET state = 'interrupted' WHERE state = 'answering'")

    async def begin(self, turn: Turn) -> None:
        """Store a turn as it is accepted."""
        day = day_of(turn.at)
        file = await self._day(day)
        marks = ", ".join("?" * 10)
        await file.execute(f"INSERT INTO turn VALUES ({marks})", astuple(turn))  # noqa: S608  only marks
        await self._core.execute(
            "INSERT OR IGNORE INTO conversation_day (conversation, day) VALUES (?, ?)", (turn.conversation, day)
        )

    async def update(
        self,
        id: str,  # noqa: A002  as in the table
        at: float,
        *,
        state: str,
        answer: str,
        provider: str = "",
        quality: str = "",
        seconds: float = 0.0,
    ) -> None:
        """Store how a turn went on; ``at`` is the time it was begun with."""
        file = await self._day(day_of(at))
        await file.execute(
            "UPDATE turn SET state = ?, answer = ?, provider = ?, quality = ?, seconds = ? WHERE id = ?",
            (state, answer, provider, quality, seconds, id),
        )

    async def of(self, conversation: str, limit: int = 50) -> list[Turn]:
        """Return the latest ``limit`` turns of a talk, oldest first, whatever days they are from."""
        days = await self._core.rows(
            "SELECT day FROM conversation_day WHERE conversation = ? ORDER BY day DESC", (conversation,)
        )
        turns: list[Turn] = []
        for (day,) in days:
            if len(turns) >= limit:
                break
            if not self._path(day).exists():
                continue
            file = await self._day(day)
            rows = await file.rows(
                "SELECT * FROM turn WHERE conversation = ? ORDER BY at DESC, rowid DESC LIMIT ?",
                (conversation, limit - len(turns)),
            )
            turns += [Turn(*row) for row in rows]
        return turns[::-1]

    async def forget_days_before(self, day: date) -> list[str]:
        """Destroy the keys and files of the days before ``day``; return those days."""
        old = await self._core.rows("SELECT day FROM transcript_key WHERE day < ? ORDER BY day", (day.isoformat(),))
        days = [row[0] for row in old]

        def destroy(db: Any) -> None:
            for name in days:
                db.execute("DELETE FROM transcript_key WHERE day = ?", (name,))
                db.execute("DELETE FROM conversation_day WHERE day = ?", (name,))

        await self._core.write(destroy)
        for name in days:
            if file := self._days.pop(name, None):
                await file.close()
            self._unlink(name)
        return days

    async def close(self) -> None:
        """Close all files."""
        for file in self._days.values():
            await file.close()
        self._days.clear()

    async def _day(self, day: str) -> Database:
        async with self._lock:
            if day not in self._days:
                file = Database(self._path(day), await self._key(day), TRANSCRIPT)
                await file.open()
                self._days[day] = file
            return self._days[day]

    async def _key(self, day: str) -> bytes:
        def get(db: Any) -> bytes:
            row = db.execute("SELECT wrapped FROM transcript_key WHERE day = ?", (day,)).fetchone()
            if row is None:
                row = (wrap(self._master, secrets.token_bytes(SIZE)),)
                db.execute("INSERT INTO transcript_key (day, wrapped) VALUES (?, ?)", (day, row[0]))
            return bytes(row[0])

        try:
            return unwrap(self._master, await self._core.write(get))
        except HubError as error:
            raise HubError(f"The talks of {day} cannot be read: {error}", fix=error.fix) from error

    def _path(self, day: str) -> Path:
        return self._folder / f"{day}.db"

    def _sweep(self, known: set[str]) -> None:
        for path in self._folder.glob("????-??-??.db"):
            if path.stem not in known:
                self._unlink(path.stem)

    def _unlink(self, day: str) -> None:
        for ending in ("", "-wal", "-shm"):
            self._path(day).with_name(f"{day}.db{ending}").unlink(missing_ok=True)
