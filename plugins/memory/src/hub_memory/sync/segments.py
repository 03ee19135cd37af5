"""Keep sealed files in a folder that devices share: each writes its own, whole or not at all, and reads all.

A file is ``<device>-<segment>-<revision>.memory``: a segment is written once, and rewritten under the next
revision only to say less. Names of another form, which services of such folders make, are nobody's.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub import HubError
from hub_memory.sync import seal
from hub_memory.sync.seal import Unreadable
from hub_memory.sync.wire import Batch, decode, encode

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from hub_memory.sync.phrase import Keys

HOME = "timmy-memory"
"""The folder's own folder: while it is not there, the folder is not there."""

MOST = 20_000
"""Files that are looked at."""

_NAME = re.compile(r"([\w]{1,64})-([0-9a-f]{16})-([0-9]{1,9})\.memory", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Segment:
    """One file. ``name``: what it is called whatever its revision; later ones are greater."""

    node: str
    name: str
    revision: int
    size: int = 0
    changed: float = 0.0

    @property
    def file(self) -> str:
        """Return the name of its file."""
        return f"{self.node}-{self.name}-{self.revision}.memory"


class Segments:
    """The files of one folder. Its methods block, and raise `HubError` or OSError."""

    def __init__(self, folder: Path, keys: Keys) -> None:
        self._folder, self._keys = folder / HOME, keys

    def begin(self) -> None:
        """Make the folder's own folder; raise `HubError` where there is no folder to make it in."""
        if not self._folder.parent.is_dir():
            raise HubError(f"There is no folder {self._folder.parent}.", fix="Make or mount it.")
        self._folder.mkdir(mode=0o700, exist_ok=True)

    def there(self) -> bool:
        """Say whether the folder is there: a mount that went leaves an empty one, which is another."""
        return self._folder.is_dir()

    def all(self) -> list[Segment]:
        """Return the newest revision of each segment, the oldest segment first."""
        found: dict[tuple[str, str], Segment] = {}
        for one in sorted(self._named()):
            found[one.node, one.name] = one
        return list(found.values())

    def clean(self, node: str) -> None:
        """Remove what a crash left of ``node``'s: drafts, and revisions that have a newer one."""
        kept = {one.file for one in self.all()}
        for one in self._named():
            if one.node == node and one.file not in kept:
                self._remove(one)
        for draft in self._folder.glob(f".{node}-*.draft"):
            draft.unlink(missing_ok=True)

    def read(self, one: Segment) -> Batch:
        """Return what a file says. Raises `HubError` for what cannot be read, now or ever."""
        if one.size > seal.MOST:
            raise Unreadable(f"It has {one.size:,} bytes; I read {seal.MOST:,}.", fix="Remove it.")
        try:
            sealed = self._sealed(one)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise Unreadable(f"It cannot be read: {why}.", fix="See whether I may read it.") from error
        batch = decode(seal.unseal(self._keys, sealed, one.file.encode()))
        if batch.node != one.node:
            raise Unreadable("It is not from the device that it names.", fix="Remove it.")
        return batch

    def _sealed(self, one: Segment) -> bytes:
        handle = os.open(self._folder / one.file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise Unreadable("It is no file.", fix="Remove it.")
            return file.read(seal.MOST + 1)

    def write(self, batch: Batch, name: str = "", revision: int = 1) -> Segment:
        """Write a segment: durable when this returns, and never half there under its name."""
        name = name or f"{int(time.time()):08x}{secrets.token_hex(4)}"
        one = Segment(batch.node, name, revision)
        sealed = seal.seal(self._keys, encode(batch), one.file.encode())
        draft = self._folder / f".{one.node}-{one.name}.draft"
        try:
            with draft.open("wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(self._folder / one.file)
        except OSError:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            raise
        self._settle()
        return Segment(one.node, one.name, one.revision, len(sealed))

    def remove(self, *several: Segment) -> None:
        """Remove files, for good."""
        for one in several:
            self._remove(one)
        self._settle()

    def _remove(self, one: Segment) -> None:
        (self._folder / one.file).unlink(missing_ok=True)

    def _settle(self) -> None:
        """Make what was renamed or removed survive a loss of power, where the folder can."""
        with contextlib.suppress(OSError):  # some shares cannot sync a folder
            handle = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def _named(self) -> Iterator[Segment]:
        with os.scandir(self._folder) as entries:
            for count, entry in enumerate(entries):
                if count >= MOST:
                    raise HubError(
                        f"There are over {MOST:,} files in {self._folder}.", fix="Remove old ones."
                    )
                if match := _NAME.fullmatch(entry.name):
                    with contextlib.suppress(FileNotFoundError):
                        about = entry.stat(follow_symlinks=False)
                        node, name, revision = match.groups()
                        yield Segment(node, name, int(revision), about.st_size, about.st_mtime)
