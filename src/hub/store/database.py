"""Use one encrypted SQLite file from asyncio: one thread writes, two read, the event loop does neither."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeVar

from hub.errors import HubError, Unavailable
from hub.store.connection import CACHE_KIB, Connection, Row, compact, connect, plainly, transact
from hub.store.migrations import backups, prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

__all__ = ["Connection", "Database", "Row"]

READERS = 2
TRIES = 3
"""How often the end of all reading is waited for, so that a journal can be emptied of what was forgotten."""

T = TypeVar("T")


class Database:
    """One SQLCipher file in WAL mode and the threads that use it.

    ``key``: 32 bytes, used as they are. ``migrations``: SQL scripts, numbered by position.
    ``full``: a write that has returned survives a loss of power, and not only of the process.
    ``cache_kib``: what each reader may keep of the file in RAM; it takes no more than it has read.
    Methods raise `HubError` for what a person can mend: a full or read-only disk, a damaged file,
    another key, another process. The work given to them must not keep the connection.
    """

    def __init__(
        self, path: Path, key: bytes, migrations: Sequence[str], *, full: bool = True,
        cache_kib: int = CACHE_KIB,
    ) -> None:  # fmt: skip
        self.path = path
        self._key, self._migrations, self._full, self._cache_kib = key, migrations, full, cache_kib
        self._writer = ThreadPoolExecutor(1, f"write {path.name}")
        self._readers = ThreadPoolExecutor(READERS, f"read {path.name}")
        self._local = threading.local()
        self._connections: list[Connection] = []
        self._open = False

    async def open(self) -> None:
        """Create or migrate the file and open it. Nothing of a file that cannot be opened is changed."""
        await asyncio.get_running_loop().run_in_executor(self._writer, self._prepare)
        self._open = True

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in one transaction on the writer thread; durable when this returns.

        When ``work`` raises, nothing of it is kept. Cancelled after it began, it is still completed.
        """
        return await self._run(self._writer, lambda connection: transact(connection, work))

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` on a reader thread, where it sees one consistent state and can change nothing."""
        return await self._run(self._readers, lambda connection: transact(connection, work, begin="BEGIN"))

    async def execute(self, sql: str, args: Sequence[Any] = ()) -> None:
        """Write one statement."""
        await self.write(lambda connection: connection.execute(sql, args) and None)

    async def rows(self, sql: str, args: Sequence[Any] = ()) -> list[Row]:
        """Read the rows of one query."""
        return await self.read(lambda connection: connection.execute(sql, args).fetchall())

    async def forget(self, work: Callable[[Connection], T], *, rewrite: bool = False) -> T:
        """Like `write`, for deletions: in the backups of this file too, and out of its journal.

        ``rewrite``: the files are written anew, so that nothing stays in free pages or in full text. Takes
        seconds for a large file, in which it can be read but not written.
        """
        result = await self.write(work)
        await self._run(self._writer, lambda connection: self._scrub(connection, work, rewrite=rewrite))
        return result

    async def close(self) -> None:
        """Finish what was begun and close the file. Safe to call twice."""
        self._open = False
        await asyncio.to_thread(self._close)

    async def _run(self, threads: ThreadPoolExecutor, work: Callable[[Connection], T]) -> T:
        def use() -> T:
            with plainly(self.path):
                return work(self._connection())

        if not self._open:
            raise Unavailable(f"{self.path} is not open.", fix="Wait until the hub has started.")
        return await asyncio.get_running_loop().run_in_executor(threads, use)

    def _prepare(self) -> None:
        with plainly(self.path):
            prepare(self.path, self._key, self._migrations)
            self._connection().execute("PRAGMA journal_mode = WAL")

    def _connection(self) -> Connection:
        """Return the connection of the thread that asks, and open it at its first question."""
        connection: Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            writes = threading.current_thread().name.startswith("write ")
            cache = CACHE_KIB if writes else self._cache_kib
            connection = connect(self.path, self._key, full=self._full, cache_kib=cache)
            if not writes:
                connection.execute("PRAGMA query_only = ON")
            self._local.connection = connection
            self._connections.append(connection)
        return connection

    def _scrub(self, connection: Connection, work: Callable[[Connection], Any], *, rewrite: bool) -> None:
        if rewrite:
            compact(connection)
        tries = TRIES if rewrite else 1
        busy = all(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] for _ in range(tries))
        for backup in backups(self.path):
            with closing(connect(backup, self._key)) as copy:
                transact(copy, work)
                if rewrite:
                    compact(copy)
        if rewrite and busy:
            raise HubError(
                f"{self.path} is being read, so its journal still holds what was forgotten.",
                fix="Forget it once more, or stop the other process that reads the file.",
            )

    def _close(self) -> None:
        self._readers.shutdown()
        self._writer.shutdown()
        while self._connections:
            self._connections.pop().close()
