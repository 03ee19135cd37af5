"""Create a database file, or bring an old one up to date with a backup made before.

The version of a file is the number of migrations it has had, kept in ``PRAGMA user_version``.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import structlog

from hub.errors import HubError
from hub.store.connection import connect, transact
from hub.store.durable import publish

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hub.store.connection import Connection

PAGE_BYTES = 4096
"""What SQLCipher encrypts as one; no file of ours is ever smaller."""

log = structlog.get_logger(__name__)


def prepare(path: Path, key: bytes, migrations: Sequence[str]) -> None:
    """Make ``path`` a file of the latest version; never touches one that it cannot open.

    Raises `HubError` for a damaged file and for one that a newer hub has migrated.
    """
    if not path.exists():
        _create(path, key, migrations)
    size = path.stat().st_size
    if size < PAGE_BYTES:  # SQLite would take it for a new one
        raise HubError(
            f"{path} is damaged: it is {f'only {size} bytes long' if size else 'empty'}.",
            fix="Restore it from a backup, or move it away to begin anew.",
        )
    with closing(connect(path, key)) as connection:
        version = _version(connection)
        if version > len(migrations):
            raise HubError(
                f"{path} was written by a newer hub (its version is {version}, mine {len(migrations)}).",
                fix="Update the hub, or restore the backup made before that update.",
            )
        if version < len(migrations):
            _back_up(path, connection, len(migrations))
            _migrate(connection, migrations)
            log.info("store.migrated", file=path.name, version=len(migrations))


def backups(path: Path) -> list[Path]:
    """Return the backups made before migrations of ``path``."""
    return sorted(path.parent.glob(f"{path.name}.before-*"))


def _create(path: Path, key: bytes, migrations: Sequence[str]) -> None:
    """Build the file under another name, so that a half-made one is never taken for the real one."""
    journal = path.with_name(f"{path.name}-wal")
    if journal.exists() and journal.stat().st_size:
        raise HubError(
            f"{path} is missing, but its journal is there.",
            fix=f"Restore {path.name}, or move {journal.name} away.",
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = _draft(path)
    with closing(connect(draft, key, create=True)) as connection:
        _migrate(connection, migrations)
        connection.execute("PRAGMA journal_mode = WAL")
    draft.chmod(0o600)
    publish(draft, path)


def _back_up(path: Path, connection: Connection, version: int) -> None:
    """Copy the file, encrypted as it is, and keep only this latest copy."""
    final, draft = path.with_name(f"{path.name}.before-{version}"), _draft(path)
    for old in backups(path):
        old.unlink()
    connection.execute("VACUUM INTO ?", (str(draft),))
    draft.chmod(0o600)
    publish(draft, final)


def _draft(path: Path) -> Path:
    draft = path.with_name(f"{path.name}.draft-{os.getpid()}")
    draft.unlink(missing_ok=True)
    return draft


def _version(connection: Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _migrate(connection: Connection, migrations: Sequence[str]) -> None:
    """Run what is missing, each step in its own transaction; another process may be doing the same."""
    for number, script in enumerate(migrations, start=1):

        def step(connection: Connection, number: int = number, script: str = script) -> None:
            if _version(connection) < number:
                for statement in _statements(script):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {number}")

        transact(connection, step)


def _statements(script: str) -> Iterator[str]:
    """Split ``script`` at the semicolons that end a statement; ``executescript`` would commit in between."""
    statement = ""
    for piece in script.split(";"):
        statement += f"{piece};"
        if sqlite3.complete_statement(statement):
            if statement.strip(" \n\t;"):
                yield statement
            statement = ""
