"""Check the databases: they open with the key, are of a version this hub knows, and are whole."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from hub.doctor.finding import Case, Finding, check, count, megabytes

if TYPE_CHECKING:
    from collections.abc import Iterator

_RESTORE = "Stop the hub and restore a backup."
_COMMAND = "hub restore FILE --replace"
_LARGEST_COPY = 500 << 20


@check("Data")
def lock(case: Case) -> Iterator[Finding]:
    """Say whether a hub runs on this folder. A lock that nobody holds is of no consequence."""
    words = "A hub runs on this folder." if case.running else "No hub runs on this folder now."
    yield Finding("Hub", "well", words)


@check("Data")
def core(case: Case) -> Iterator[Finding]:
    """Check that core.db opens with the key, and that no newer hub has changed it."""
    from hub.store.schema import CORE  # noqa: PLC0415  may be what is broken

    path, key = case.data / "core.db", _key(case.data)
    if not path.exists() or key is None:
        return
    try:
        with look(path, key, running=case.running) as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            people, talks = (
                db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608  named here
                for table in ("person", "conversation")
            )
            fault = _whole(db) if case.deep else ""
    except Exception as error:  # noqa: BLE001  whatever it is, it cannot be read
        yield Finding("core.db", "stop", f"It cannot be read: {error}.", _RESTORE, _COMMAND)
        return
    if version > len(CORE):
        yield Finding("core.db", "stop", f"A newer hub made it (version {version}).", "Update the hub.")
    elif fault:
        yield Finding("core.db", "stop", f"It is damaged: {fault}.", _RESTORE, _COMMAND)
    elif not people:
        yield Finding("core.db", "care", "It opens, but nobody owns this hub yet.", "Sign in.", "hub claim")
    else:
        yield Finding(
            "core.db", "well", f"It opens: {count(people, 'person', 'people')}, {count(talks, 'talk')}."
        )


@check("Data")
def talks(case: Case) -> Iterator[Finding]:
    """Check that every day of talks has its key; with ``deep``, that every page of it is whole."""
    key = _key(case.data)
    if key is None or not (case.data / "core.db").exists():
        return
    try:
        with look(case.data / "core.db", key, running=case.running) as db:
            days = dict(db.execute("SELECT day, wrapped FROM transcript_key").fetchall())
    except Exception:  # noqa: BLE001  `core` tells it
        return
    faults = [fault for day, wrapped in sorted(days.items()) if (fault := _day(case, key, day, wrapped))]
    for fault in faults[:5]:
        yield Finding("Talks", "stop", fault, "Restore a backup, or let that day go.", _COMMAND)
    if lost := list((case.data / "transcripts").glob("*.lost-*")):
        yield Finding(
            "Talks", "care", f"{count(len(lost), 'file')} without a key, such as {lost[0].name}.", _RESTORE
        )
    if not faults:
        size = sum(path.stat().st_size for path in (case.data / "transcripts").glob("*.db"))
        deep = ", every page whole" if case.deep else ""
        yield Finding("Talks", "well", f"{count(len(days), 'day')}, {megabytes(size)}{deep}.")


def _day(case: Case, master: bytes, day: str, wrapped: bytes) -> str:
    from hub.store.keys import unwrap  # noqa: PLC0415  may be what is broken

    path = case.data / "transcripts" / f"{day}.db"
    try:
        key = unwrap(master, wrapped)
        if not path.exists():
            return ""
        if path.stat().st_size < 4096:  # noqa: PLR2004  one page
            return f"The talks of {day} are cut off."
        if case.deep:
            with look(path, key, running=case.running) as db:
                if fault := _whole(db):
                    return f"The talks of {day} are damaged: {fault}."
    except Exception as error:  # noqa: BLE001  whatever it is, it cannot be read
        return f"The talks of {day} cannot be read: {error}"
    return ""


def _whole(db: Any) -> str:
    """Return what is wrong with a database: each page's signature, then tables and indexes; "" if nothing."""
    db.execute("PRAGMA cache_size = -65536")
    for pragma in ("cipher_integrity_check", "integrity_check(1)"):
        for (line,) in db.execute(f"PRAGMA {pragma}").fetchall():
            if line != "ok":
                return str(line)
    return ""


def _key(data: Path) -> bytes | None:
    """Return the master key without making or changing anything; None when there is none, or a broken one."""
    try:
        text = os.environ.get("HUB_MASTER_KEY") or (data / "keys" / "master.key").read_text("ascii")
        return bytes.fromhex(text.strip())
    except (OSError, ValueError):
        return None


@contextmanager
def look(path: Path, key: bytes, *, running: bool) -> Iterator[Any]:
    """Open a database so that nothing of it, not even its journal, is changed.

    One that a hub uses is opened read-only. Of one that was left with a journal a copy is looked at:
    to open it would replay the journal. Any other is opened as a file that cannot change.
    """
    from sqlcipher3 import dbapi2  # noqa: PLC0415  may be what is broken

    journal = path.with_name(f"{path.name}-wal")
    with tempfile.TemporaryDirectory(prefix="hub-doctor-") as folder:
        mode = "mode=ro" if running else "mode=ro&immutable=1"
        if not running and journal.exists() and journal.stat().st_size:
            if path.stat().st_size > _LARGEST_COPY:
                raise OSError("it was left with a journal and is too large to copy; start the hub once")
            for item in (path, journal):
                shutil.copyfile(item, Path(folder) / item.name)
            path, mode = Path(folder) / path.name, "mode=rw"
        connection = dbapi2.connect(
            f"file:{quote(str(path))}?{mode}", uri=True, timeout=5, isolation_level=None
        )
        with closing(connection) as db:
            db.execute("PRAGMA cipher_log_level = NONE")
            db.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            yield db
