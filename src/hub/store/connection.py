"""Open one connection to a SQLCipher file, run transactions on it, and name its troubles in plain words."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from sqlcipher3 import dbapi2

from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_sqlite: Any = dbapi2  # made in C, without types
Connection = Any
"""A `sqlcipher3` connection; the package has no types."""

Row = tuple[Any, ...]
Error: type[Exception] = _sqlite.Error
T = TypeVar("T")

BUSY_S = 5.0
"""Seconds to wait for another process that is writing to the same file."""

CACHE_KIB = 2_000
JOURNAL_BYTES = 1_048_576
"""What a connection's page cache may hold, and what the write-ahead log shrinks back to."""


def connect(
    path: Path, key: bytes, *, full: bool = True, create: bool = False, cache_kib: int = CACHE_KIB
) -> Connection:
    """Open ``path`` with its raw 32-byte ``key``; ``full``: what is committed survives a loss of power."""
    mode = "rwc" if create else "rw"
    connection: Connection = _sqlite.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        timeout=BUSY_S,
        isolation_level=None,
        check_same_thread=False,  # each is used by one thread, and closed by another
    )
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")  # it would print on stderr; we raise instead
        connection.execute(
            f"PRAGMA key = \"x'{key.hex()}'\""
        )  # hexadecimal: not a passphrase to be stretched
        connection.execute(f"PRAGMA synchronous = {'FULL' if full else 'NORMAL'}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(f"PRAGMA cache_size = -{cache_kib}")
        connection.execute(f"PRAGMA journal_size_limit = {JOURNAL_BYTES}")
        connection.execute(
            "SELECT count(*) FROM sqlite_master"
        ).fetchone()  # the first look that needs the key
    except BaseException:
        connection.close()
        raise
    return connection


def connect_plain(path: Path) -> Connection:
    """Open a file that is not encrypted and exists, such as a plugin's."""
    uri = f"file:{quote(str(path))}?mode=rw"
    return _sqlite.connect(uri, uri=True, timeout=BUSY_S, isolation_level=None, check_same_thread=False)


def transact(connection: Connection, work: Callable[[Connection], T], *, begin: str = "BEGIN IMMEDIATE") -> T:
    """Run ``work`` in one transaction: committed when this returns, undone when it raises."""
    connection.execute(begin)
    try:
        result = work(connection)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # some failures have already ended it
            with suppress(Error):
                connection.execute("ROLLBACK")
        raise
    return result


def compact(connection: Connection) -> None:
    """Merge full text into one piece without deleted words; write the file anew without free pages."""
    tables = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE % USING fts5%'"
    for (name,) in connection.execute(tables).fetchall():
        connection.execute(f'INSERT INTO "{name}" ("{name}") VALUES (\'optimize\')')  # noqa: S608  its own tables
    connection.execute("VACUUM")


@contextmanager
def plainly(path: Path) -> Iterator[None]:
    """Turn what the disk, the key or another process did to ``path`` into a `HubError`.

    Errors of the SQL itself, a broken constraint for instance, pass unchanged.
    """
    try:
        yield
    except Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        trouble = _TROUBLES.get(code & 0xFF) if code else None
        if trouble is None:
            raise
        what, fix = trouble
        raise HubError(f"{path} {what} ({error}).", fix=fix) from error
    except OSError as error:
        raise HubError(f"{path} cannot be used: {error.strerror or error}.", fix=_WRITABLE) from error


_WRITABLE = "Let the hub's user write to that folder, and see that the disk is not mounted read-only."
_RESTORE = "Nothing was changed. Move the file away and restore it from a backup."
_DAMAGED = ("is damaged", _RESTORE)
_UNWRITABLE = ("cannot be opened for writing", _WRITABLE)
_BUSY = ("is in use by another process", "Stop the other hub that uses the same data folder.")
_TROUBLES = {
    sqlite3.SQLITE_NOTADB: (
        "cannot be read: its key is another, or it is damaged",
        "Nothing was changed. Restore it and keys/master.key from the same backup.",
    ),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_FULL: (
        "cannot be written: there is no room left on its disk",
        "Free some space; I go on by myself.",
    ),
    sqlite3.SQLITE_IOERR: (
        "cannot be read or written: the disk refuses",
        "See whether the disk is full or failing; I go on by myself once it works.",
    ),
    sqlite3.SQLITE_READONLY: _UNWRITABLE,
    sqlite3.SQLITE_CANTOPEN: _UNWRITABLE,
    sqlite3.SQLITE_PERM: _UNWRITABLE,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
}
"""What to say, and what to do, by SQLite's primary result code (sqlite.org/rescode.html)."""
