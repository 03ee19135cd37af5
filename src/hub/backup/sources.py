"""Find what a backup holds, and take a consistent copy of each database while the hub goes on writing."""

from __future__ import annotations

import os
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import structlog

from hub.backup.manifest import CONFIG, CORE, KEY, NAMES
from hub.errors import HubError
from hub.store.connection import Connection, Error, connect, connect_plain, plainly
from hub.store.keys import unwrap

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

log = structlog.get_logger(__name__)
_LARGEST_CONFIG = 1 << 20
CATALOG = "catalog.json"
PLUGINS = "plugins/plugins.toml"
"""Which plugins were installed, see `hub.plugin.record`: ``hub plugins sync`` fetches them again."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the data folder. ``key`` opens an encrypted database; ``content`` needs no file.

    ``broken``: why it cannot be had.
    """

    name: str
    kind: Literal["cipher", "sqlite", "file"]
    path: Path | None = None
    key: bytes = field(default=b"", repr=False)
    content: bytes = field(default=b"", repr=False)
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Copy:
    """A source as it was at one moment: a file of ``size`` bytes, or ``content`` itself."""

    source: Source
    path: Path | None
    size: int
    schema_version: int
    rows: dict[str, int]


def core_of(data: Path, master: bytes) -> Source:
    """Return core.db, which must be copied first: the days it names are those that follow."""
    return Source(CORE, "cipher", data / CORE, master)


def days_of(core: Path, data: Path, master: bytes) -> Iterator[Source]:
    """Yield the days that a copy of core.db holds the keys of; one forgotten since has no file."""
    with plainly(core), closing(connect(core, master)) as connection:
        rows = connection.execute("SELECT day, wrapped FROM transcript_key ORDER BY day").fetchall()
    for day, wrapped in rows:
        path, name = data / "transcripts" / f"{day}.db", f"transcripts/{day}.db"
        if path.exists():
            try:
                yield Source(name, "cipher", path, unwrap(master, wrapped))
            except HubError as error:
                yield Source(name, "cipher", path, broken=str(error))


def others_of(data: Path, master: bytes | None) -> Iterator[Source]:
    """Yield what the owner writes by hand, the plugins' files and, unless ``master`` is None, the key."""
    if master is not None:
        yield Source(KEY, "file", content=master.hex().encode())
    for name in (CONFIG, CATALOG):
        if (data / name).is_file():
            with plainly(data / name):
                yield Source(name, "file", content=(data / name).read_bytes()[:_LARGEST_CONFIG])
    if (data / PLUGINS).is_file():
        yield Source(PLUGINS, "file", data / PLUGINS)
    yield from _of_plugins(data)


def _of_plugins(data: Path) -> Iterator[Source]:
    from hub.plugin import manifest  # noqa: PLC0415  only a backup asks

    for entry in manifest.installed().values():
        try:
            names = manifest.read(entry).data
        except HubError as error:
            log.warning("backup.plugin_skipped", plugin=entry.name, reason=str(error))
            continue
        for name in names:
            path = data / name
            if NAMES.fullmatch(name) and path.is_file() and not path.is_symlink():
                yield Source(name, _kind(path), path)


def _kind(path: Path) -> Literal["cipher", "sqlite", "file"]:
    """Tell what a plugin's file is by its name, and whether its database is encrypted.

    A database is only ever opened by SQLite: whoever else closes its file drops SQLite's locks on it
    (sqlite.org/howtocorrupt.html section 2.2).
    """
    if path.suffix != ".db":
        return "file"
    return "sqlite" if _is_plain(path) else "cipher"


def _is_plain(path: Path) -> bool:
    try:
        with closing(connect_plain(path)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return True
    except Error:
        return False


def copy(source: Source, master: bytes, target: Path) -> Copy:
    """Copy ``source`` to ``target`` as it is now. A database goes on being written meanwhile.

    ``VACUUM INTO`` reads in one transaction (sqlite.org/lang_vacuum), which in WAL mode holds up no
    writer, and leaves what was deleted behind. Raises `HubError` when it is damaged.
    """
    if source.broken:
        raise HubError(source.broken, fix="Look after that file.")
    if source.path is None:
        return Copy(source, None, len(source.content), 0, {})
    with plainly(source.path):
        if source.kind == "file":
            target.write_bytes(source.path.read_bytes())
            return Copy(source, target, target.stat().st_size, 0, {})
        with closing(_connect(source.path, source, master)) as connection:
            connection.execute("VACUUM INTO ?", (str(target),))
        target.chmod(0o600)
        with closing(_connect(target, source, master)) as connection:
            version, rows = schema_version(connection), count_rows(connection)
    return Copy(source, target, os.stat(target).st_size, version, rows)  # noqa: PTH116


def _connect(path: Path, source: Source, master: bytes) -> Connection:
    return open_database(path, source.kind, source.key or master)


def open_database(path: Path, kind: str, key: bytes) -> Connection:
    """Open an encrypted or a plain database that exists."""
    return connect(path, key) if kind == "cipher" else connect_plain(path)


def schema_version(connection: Connection) -> int:
    """Return how many migrations a database has had."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def count_rows(connection: Connection) -> dict[str, int]:
    """Return how many rows each table has."""
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' "
        "AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name"
    ).fetchall()
    quoted = {name: name.replace('"', '""') for (name,) in tables}
    return {
        name: int(connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])  # noqa: S608  quoted
        for name, table in quoted.items()
    }
