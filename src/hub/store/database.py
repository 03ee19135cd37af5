"""One encrypted SQLite file: a writer thread, a few readers, migrations, and errors a person can act on.

SQLCipher 4 pages with a raw 256-bit key (no key derivation: the key is random already). WAL, no
mmap; ``synchronous=FULL``, so that what is acknowledged survives a power cut.
"""

from __future__ import annotations

import asyncio
import errno
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import structlog
from sqlcipher3 import dbapi2 as sqlite

from hub.errors import HubError

log = structlog.get_logger(__name__)
T = TypeVar("T")
Connection = Any
"""A `sqlcipher3` connection; the package has no types."""

READERS = 2
_BUSY_MS = 5_000


class Database:
    """One file. All work is a function of a connection, run on a thread of the database's own."""

    def __init__(self, path: Path, key: bytes, migrations: Sequence[str], *, full: bool = True) -> None:
        self.path = path
        self._key, self._migrations, self._full = key, migrations, full
        self._writer = ThreadPoolExecutor(1, thread_name_prefix=f"write:{path.name}")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix=f"read:{path.name}")
        self._local = threading.local()
        self._connections: list[Connection] = []
        self._write_connection: Connection | None = None

    async def open(self) -> None:
        """Open the file, make it if it is not there, and migrate it. Raises `HubError`."""
        await self._on(self._writer, self._open)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in one transaction; it is on disk when this returns, or undone when it raises."""
        return await self._on(self._writer, lambda: self._transact(work))

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` on a connection that cannot write."""
        return await self._on(self._readers, lambda: work(self._reader()))

    async def execute(self, sql: str, args: Sequence[Any] = ()) -> None:
        """Run one statement in a transaction of its own."""
        await self.write(lambda db: db.execute(sql, args) and None)

    async def rows(self, sql: str, args: Sequence[Any] = ()) -> list[Any]:
        """Return all rows of a query."""
        return await self.read(lambda db: list(db.execute(sql, args).fetchall()))

    async def close(self) -> None:
        """Close all connections; waits for writes that were asked for."""
        if self._write_connection:
            await self._on(self._writer, self._close)
        self._readers.shutdown(wait=True)
        self._writer.shutdown(wait=True)
        for connection in self._connections:
            connection.close()
        self._connections.clear()

    async def _on(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work)
        except sqlite.Error as error:
            raise explain(self.path, error) from error
        except OSError as error:
            raise explain(self.path, error) from error

    def _open(self) -> None:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.path.exists():
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        self._write_connection = db = self._connect()
        db.execute("PRAGMA journal_mode = WAL")
        db.execute(f"PRAGMA synchronous = {'FULL' if self._full else 'NORMAL'}")
        db.execute("PRAGMA secure_delete = ON")
        self._migrate(db)

    def _connect(self) -> Connection:
        db = sqlite.connect(str(self.path), isolation_level=None, check_same_thread=False)
        try:
            db.execute("PRAGMA cipher_log_level = NONE")  # it would print past us what we explain
            db.execute(f"PRAGMA key = \"x'{self._key.hex()}'\"")
            db.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
            db.execute("PRAGMA foreign_keys = ON")
            db.execute("SELECT count(*) FROM sqlite_master").fetchone()  # a wrong key shows here
        except BaseException:
            db.close()
            raise
        return db

    def _reader(self) -> Connection:
        db = getattr(self._local, "connection", None)
        if db is None:
            db = self._local.connection = self._connect()
            db.execute("PRAGMA query_only = ON")
            self._connections.append(db)
        return db

    def _transact(self, work: Callable[[Connection], T]) -> T:
        db = self._write_connection
        if db is None:
            raise HubError(f"{self.path.name} is not open.", fix="Start the hub.")
        db.execute("BEGIN IMMEDIATE")
        try:
            result = work(db)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        return result

    def _migrate(self, db: Connection) -> None:
        version = db.execute("PRAGMA user_version").fetchone()[0]
        if version > len(self._migrations):
            raise HubError(
                f"{self.path.name} was written by a newer hub (schema {version}, this one knows {len(self._migrations)}).",
                fix="Update the hub, or restore the backup made before the update.",
            )
        if 0 < version < len(self._migrations):
            self._back_up(db, version)
        for number, step in enumerate(self._migrations[version:], version + 1):
            db.executescript(f"BEGIN IMMEDIATE;\n{step};\nPRAGMA user_version = {number};\nCOMMIT;")
            log.info("migrated", file=self.path.name, schema=number)

    def _back_up(self, db: Connection, version: int) -> None:
        copy = self.path.with_name(f"{self.path.name}.before-{version + 1}")
        copy.unlink(missing_ok=True)
        db.execute("VACUUM INTO ?", (str(copy),))  # the copy has the same key

    def _close(self) -> None:
        if self._write_connection:
            self._write_connection.close()
            self._write_connection = None


def explain(path: Path, error: Exception) -> HubError:
    """Return what went wrong with the file ``path`` as an error with a fix."""
    text = str(error)
    if "not a database" in text:
        return HubError(
            f"{path} cannot be read: it is damaged, or it was made with another key.",
            fix="Put back the right keys/master.key, or restore the file from a backup. It was left as it is.",
        )
    if "malformed" in text:
        return HubError(f"{path} is damaged.", fix="Restore it from a backup. It was left as it is.")
    if "full" in text or getattr(error, "errno", None) in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
        return HubError(f"No room left on the disk of {path.parent}.", fix="Free some space; nothing was lost.")
    if "readonly" in text or "unable to open" in text or isinstance(error, PermissionError):
        return HubError(f"{path} cannot be written.", fix=f"Make {path.parent} writable for this user.")
    if "locked" in text:
        return HubError(f"{path} is in use by another program.", fix="Stop the other program that uses it.")
    return HubError(f"{path.name}: {text}.", fix="See the log.")
