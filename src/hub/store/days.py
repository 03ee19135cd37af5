"""Keep one encrypted file a day, each under a key of its own, and forget a day by destroying its key.

The keys lie in core.db, wrapped by the master key. Few files are open at a time.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from secrets import token_bytes
from typing import TYPE_CHECKING, Any

import structlog

from hub.errors import HubError
from hub.store.connection import plainly
from hub.store.database import Database
from hub.store.durable import sync_folder
from hub.store.keys import SIZE, unwrap, wrap
from hub.store.schema import TRANSCRIPT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

MOST_OPEN = 3
"""Files kept open when nobody uses them; each has up to three threads and connections."""

log = structlog.get_logger(__name__)


class _File:
    """An open file and how many use it now."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.users = 0
        self.kept = False
        self.idle = asyncio.Event()
        self.idle.set()

    def take(self) -> None:
        self.users += 1
        self.idle.clear()

    def release(self) -> None:
        self.users -= 1
        if not self.users:
            self.idle.set()


class Days:
    """The files of all days, by their names (YYYY-MM-DD)."""

    def __init__(self, core: Database, folder: Path, master: bytes) -> None:
        self._core, self._folder, self._master = core, folder, master
        self._files: dict[str, _File] = {}  # the one used last comes last
        self._healed: set[str] = set()
        self._lock = asyncio.Lock()

    @asynccontextmanager
    async def file(
        self, day: str, *, create: bool = False, keep: bool = True
    ) -> AsyncIterator[Database | None]:
        """Hold the file of ``day`` open for a while; None when there is none and ``create`` is not set.

        ``keep`` it open for whoever asks next; one who passes through all days must not push out today's.
        Raises `HubError` when the file, or its key, is damaged.
        """
        async with self._lock:
            file = self._files.pop(day, None)
            if file is None:
                if keep:
                    await self._make_room()
                file = await self._open(day, create=create)
            if file is not None:
                file.take()
                file.kept |= keep
                self._files[day] = file
        try:
            yield file.database if file else None
        finally:
            if file is not None:
                file.release()
                if not file.kept:
                    await self._put_away(day, file)

    async def destroy_before(self, day: str, also: Callable[[Any], None]) -> list[str]:
        """Destroy the keys and then the files of all days before ``day``; return those days.

        ``also`` is done in the transaction that destroys the keys. A file without a key, left by a crash
        in between, goes as well.
        """

        def destroy_keys(db: Any) -> None:
            also(db)
            db.execute("DELETE FROM transcript_key WHERE day < ?", (day,))

        async with self._lock:
            keyed = await self._core.rows("SELECT day FROM transcript_key WHERE day < ? ORDER BY day", (day,))
            for old in [name for name in self._files if name < day]:
                file = self._files.pop(old)
                await file.idle.wait()
                await file.database.close()
            await self._core.forget(destroy_keys)
            await asyncio.to_thread(self._unlink_before, day)
        return [row[0] for row in keyed]

    async def close(self) -> None:
        """Close all files, once those who use them are done."""
        async with self._lock:
            while self._files:
                _, file = self._files.popitem()
                await file.idle.wait()
                await file.database.close()

    async def _open(self, day: str, *, create: bool) -> _File | None:
        key = await self._key(day)
        if key is None:
            if not create:
                return None
            key = await self._new_key(day)
        database = Database(self._path(day), key, TRANSCRIPT)
        try:
            await database.open()
            if day not in self._healed:
                await self._heal(day, database)
        except BaseException:
            await database.close()
            raise
        return _File(database)

    async def _heal(self, day: str, database: Database) -> None:
        """End the turns that a crash of an earlier process left in the middle."""

        def interrupt(db: Any) -> int:
            return int(
                db.execute(
                    "UPDATE turn SET state = 'interrupted', change = rowid + (SELECT max(change) FROM turn)"
                    " WHERE state = 'answering'"
                ).rowcount
            )

        healed = await database.write(interrupt)
        self._healed.add(day)
        if healed:
            log.info("transcripts.healed", day=day, turns=healed)

    async def _put_away(self, day: str, file: _File) -> None:
        async with self._lock:
            if self._files.get(day) is file and not file.users and not file.kept:
                await self._files.pop(day).database.close()

    async def _make_room(self) -> None:
        unused = [day for day, file in self._files.items() if not file.users]
        for day in unused[: max(0, len(self._files) + 1 - MOST_OPEN)]:
            await self._files.pop(day).database.close()

    async def _key(self, day: str) -> bytes | None:
        rows = await self._core.rows("SELECT wrapped FROM transcript_key WHERE day = ?", (day,))
        if not rows:
            return None
        try:
            return unwrap(self._master, rows[0][0])
        except HubError as error:
            raise HubError(f"The talks of {day} cannot be read: {error}", fix=error.fix) from error

    async def _new_key(self, day: str) -> bytes:
        key = token_bytes(SIZE)
        await asyncio.to_thread(self._set_aside, day)
        self._healed.add(day)
        await self._core.execute(
            "INSERT INTO transcript_key (day, wrapped) VALUES (?, ?)", (day, wrap(self._master, key))
        )
        return key

    def _set_aside(self, day: str) -> None:
        """Move a file whose key is lost out of the way: unreadable, but not ours to delete yet."""
        with plainly(self._path(day)):
            if self._path(day).exists():
                log.error("transcripts.key_lost", day=day)
                mark = f"lost-{time.time_ns()}"
                for path in sorted(self._folder.glob(f"{day}.db*")):
                    path.rename(path.with_name(f"{path.name}.{mark}"))

    def _unlink_before(self, day: str) -> None:
        with plainly(self._folder):
            old = [path for path in self._folder.glob("????-??-??.db*") if path.name[:10] < day]
            for path in old:
                path.unlink(missing_ok=True)
            if old:
                sync_folder(self._folder)

    def _path(self, day: str) -> Path:
        return self._folder / f"{day}.db"
