"""Check an unpacked backup against its manifest: every database opens, is whole and has all its rows."""

from __future__ import annotations

import os
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING

from hub.backup.manifest import CORE, Manifest, Member
from hub.backup.seal import DAMAGED
from hub.backup.sources import count_rows, open_database, schema_version
from hub.errors import HubError
from hub.store import schema
from hub.store.connection import Error, connect
from hub.store.keys import unwrap

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
CACHE_KIB = 64 * 1024
"""Page cache of one check: an index of random keys would decrypt each page many times without."""


def check(
    folder: Path, manifest: Manifest, master: bytes, told: Callable[[int], None] = lambda _: None
) -> list[str]:
    """Return what is wrong with the databases of ``manifest`` in ``folder``: nothing, if all is well.

    ``told`` hears the bytes of each database once it is checked. Blocks.
    """
    databases = [member for member in manifest.members if member.kind != "file"]
    try:
        days = day_keys(folder, master)
    except (HubError, Error) as error:
        return [f"{CORE} cannot be read: {error}"]

    def one(member: Member) -> str:
        fault = _check(folder / member.name, member, days.get(member.name, master))
        told(member.size)
        return fault

    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as threads:
        return [fault for fault in threads.map(one, databases) if fault]


def refuse_newer(manifest: Manifest) -> None:
    """Raise `HubError` when a newer hub has migrated one of the core's databases."""
    for member in manifest.members:
        known = len(schema.CORE) if member.name == CORE else len(schema.TRANSCRIPT)
        ours = member.name == CORE or member.name.startswith("transcripts/")
        if ours and member.schema_version > known:
            raise HubError(
                f"The backup was made by a newer hub ({manifest.hub}).",
                fix="Update the hub, then restore it.",
            )


def day_keys(folder: Path, master: bytes) -> dict[str, bytes]:
    """Return the keys of the days in ``folder`` by the names of their files."""
    with closing(connect(folder / CORE, master)) as core:
        rows = core.execute("SELECT day, wrapped FROM transcript_key").fetchall()
    if odd := [day for day, _ in rows if not _DAY.fullmatch(day)]:
        raise HubError(f"{odd[0]!r} is no day.", fix=DAMAGED)  # it would name a file, wherever that leads
    keys = {f"transcripts/{day}.db": wrapped for day, wrapped in rows}
    return {name: unwrap(master, wrapped) for name, wrapped in keys.items() if (folder / name).exists()}


def _check(path: Path, member: Member, key: bytes) -> str:
    try:
        with closing(open_database(path, member.kind, key)) as connection:
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                return f"{member.name} is damaged: {found}."
            if schema_version(connection) != member.schema_version:
                return f"{member.name} is not of the version it should be."
            if (rows := count_rows(connection)) != member.rows:
                have, should = sum(rows.values()), sum(member.rows.values())
                return f"{member.name} has {have} rows and should have {should}."
    except Exception as error:  # noqa: BLE001  whatever it is, it is told by name
        return f"{member.name} cannot be read: {error}"
    return ""
