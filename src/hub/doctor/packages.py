"""Check what is installed: each package there, of the right version, and loadable on this machine."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from typing import TYPE_CHECKING, Any

from hub.doctor.finding import Case, Finding, check

if TYPE_CHECKING:
    from collections.abc import Iterator

OURS = "timmy-hub"
COMPILED = (
    "sqlcipher3.dbapi2", "cryptography.hazmat.bindings._rust", "orjson", "pydantic_core", "psutil", "uvloop",
    "httptools", "websockets.speedups", "xllamacpp",
)  # fmt: skip
OLDEST_SQLITE = (3, 51, 3)
"""The first without the WAL-reset bug (sqlite.org/wal.html, section 11)."""

_TRY = """
import importlib, sys
for name in sys.argv[1:]:
    print("?", name, flush=True)
    try:
        importlib.import_module(name)
    except BaseException as error:
        print("!", name, type(error).__name__, str(error).partition("\\n")[0][:200], flush=True)
"""
_REINSTALL = "Install it again for this machine."


@check("Programs")
def packages(_: Case) -> Iterator[Finding]:
    """Look for every package that the hub and its plugins ask for, in a version that they can use."""
    from pip._vendor.packaging.requirements import Requirement  # noqa: PLC0415  may be what is broken

    faults, count = [], 0
    for owner in _owners():
        for text in metadata.requires(owner) or ():
            wanted = Requirement(text)
            if wanted.marker is None or wanted.marker.evaluate({"extra": ""}):
                count += 1
                faults += _fault(owner, wanted)
    yield from faults
    if not faults:
        yield Finding("Packages", "well", f"All {count} are there, in versions I can use.")


def _owners() -> list[str]:
    found = {entry.dist.name for entry in metadata.entry_points(group="hub.plugins") if entry.dist}
    return [OURS, *sorted(found)]


def _fault(owner: str, wanted: Any) -> list[Finding]:
    command = f"{sys.executable} -m pip install '{wanted.name}{wanted.specifier}'"
    try:
        have = metadata.version(wanted.name)
    except metadata.PackageNotFoundError:
        return [
            Finding(
                "Packages", "stop", f"{wanted.name} is missing; {owner} needs it.", "Install it.", command
            )
        ]
    if wanted.specifier.contains(have, prereleases=True):
        return []
    what = f"{wanted.name} is {have}; {owner} needs {wanted.specifier}."
    return [Finding("Packages", "stop", what, "Install that version.", command)]


@check("Programs")
def loading(_: Case) -> Iterator[Finding]:
    """Load what is compiled: a wheel for another machine, or without its library, cannot be.

    In a process of its own: an illegal instruction ends the process that meets it.
    """
    names = [name for name in COMPILED if sys.platform != "win32" or name != "uvloop"]
    faults = list(_load_all(names))
    yield from faults
    if not faults:
        yield Finding("Loading", "well", f"All {len(names)} compiled parts load on this machine.")


def _load_all(names: list[str]) -> Iterator[Finding]:
    try:
        done = subprocess.run(
            (sys.executable, "-c", _TRY, *names), capture_output=True, text=True, timeout=15, check=False
        )
        said, status = done.stdout, done.returncode
    except subprocess.TimeoutExpired as late:
        said, status = (late.stdout or b"").decode() if isinstance(late.stdout, bytes) else "", -1
    lines = [line.split(" ", 3) for line in said.splitlines()]
    for line in lines:
        if line[0] == "!":
            yield _unloadable(line[1], " ".join(line[2:]))
    if status and lines:
        yield _unloadable(lines[-1][1], "it ended the process that loaded it")


def _unloadable(module: str, why: str) -> Finding:
    package = module.partition(".")[0]
    command = f"{sys.executable} -m pip install --force-reinstall --no-deps {package}"
    return Finding("Loading", "stop", f"{package} cannot be loaded: {why}.", _REINSTALL, command)


@check("Programs")
def sqlcipher(_: Case) -> Iterator[Finding]:
    """Check that the database can encrypt, and has no known bug that loses data."""
    from sqlcipher3 import dbapi2  # noqa: PLC0415  may be what is broken

    connection = dbapi2.connect(":memory:")
    try:
        row = connection.execute("PRAGMA cipher_version").fetchone()
    finally:
        connection.close()
    version = tuple(int(part) for part in dbapi2.sqlite_version.split("."))
    if not row:
        yield Finding(
            "SQLCipher", "stop", "The database cannot encrypt.", _REINSTALL,
            f"{sys.executable} -m pip install --force-reinstall sqlcipher3",
        )  # fmt: skip
    elif version < OLDEST_SQLITE:
        yield Finding(
            "SQLCipher", "care", f"{row[0]} on SQLite {dbapi2.sqlite_version}, which can damage a journal.",
            "Install a newer one.", f"{sys.executable} -m pip install -U sqlcipher3",
        )  # fmt: skip
    else:
        yield Finding("SQLCipher", "well", f"{row[0]}, on SQLite {dbapi2.sqlite_version}.")
