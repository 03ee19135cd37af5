"""Write all that the hub knows into one sealed file, while the hub may be running."""

from __future__ import annotations

import errno
import io
import os
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, BinaryIO

from hub import __version__
from hub.backup import manifest, note, tape
from hub.backup.scratch import need_room, scratch
from hub.backup.seal import Sealer, new_header
from hub.backup.sources import Copy, Source, copy, core_of, days_of, others_of
from hub.errors import HubError
from hub.store import forgotten
from hub.store.durable import sync_folder
from hub.store.keys import ENVIRONMENT, master_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    Progress = Callable[[int, int], None]


def create(
    data: Path,
    file: Path,
    passphrase: bytes | None,
    progress: Progress = lambda _done, _total: None,
) -> manifest.Manifest:
    """Back ``data`` up into ``file``, which must not exist; return what is in it.

    Sealed with ``passphrase``, with the master key inside; without one, sealed with the master key,
    which is then left out. ``progress`` hears bytes done and in all; what it raises ends the work,
    and then, as after a crash, there is no ``file``. Every turn acknowledged before the call is in it.
    Blocks; run it on a thread. Raises `HubError` for a full disk, a taken name, an unreadable core.db.
    """
    file = file.resolve()
    if not (data / manifest.CORE).exists():
        raise HubError(f"There is no hub in {data}.", fix="Name its data folder: --data ...")
    master, began = master_key(data), time.time()
    journal = forgotten.read(data)  # before the databases: what it calls done is done in them
    with scratch(data) as place, _published(file) as out:
        total = _check_room(data, file)
        writer = _Writer(out, passphrase or master, passphrase is not None, progress, total)
        core = copy(core_of(data, master), master, place / "core")
        days = list(days_of(place / "core", data, master))
        inside = master if passphrase is not None and ENVIRONMENT not in os.environ else None
        writer.add(core)
        sources = [
            *days,
            *others_of(data, inside),
            Source(manifest.FORGOTTEN, "file", content=journal),
        ]
        for made in _copies(sources, master, place):
            if made:
                writer.add(made)
        whole = manifest.Manifest(
            hub=__version__,
            created=began,
            key=manifest.fingerprint(master),
            members=tuple(writer.members),
            left_out=tuple(writer.left_out),
        )
        writer.end(whole)
    note.write(data, note.Note(at=began, file=str(file), size=file.stat().st_size, verified=False))
    return whole


class _Writer:
    """Writes members one by one and remembers them for the manifest."""

    def __init__(
        self, out: BinaryIO, secret: bytes, by_passphrase: bool, progress: Progress, total: int
    ) -> None:
        self._sealer = Sealer(out, secret, new_header("passphrase" if by_passphrase else "hub key"))
        self._progress, self._done, self._total = progress, 0, total
        self.members: list[manifest.Member] = []
        self.left_out: list[manifest.LeftOut] = []

    def add(self, made: Copy | manifest.LeftOut) -> None:
        if isinstance(made, manifest.LeftOut):
            self.left_out.append(made)
            return
        with made.path.open("rb") if made.path else io.BytesIO(made.source.content) as content:
            digest = tape.put(self._sealer, made.source.name, made.size, content, self._tell)
        if made.path:
            made.path.unlink()
        self.members.append(
            manifest.Member(
                name=made.source.name, kind=made.source.kind, size=made.size, sha256=digest,
                schema_version=made.schema_version, rows=made.rows,
            )
        )  # fmt: skip

    def end(self, whole: manifest.Manifest) -> None:
        text = whole.model_dump_json().encode()
        tape.put(self._sealer, manifest.NAME, len(text), io.BytesIO(text), lambda _: None)
        tape.end(self._sealer)
        self._sealer.close()

    def _tell(self, size: int) -> None:
        self._done += size
        self._progress(self._done, max(self._total, self._done))


def _copies(
    sources: Iterable[Source], master: bytes, place: Path
) -> Iterator[Copy | manifest.LeftOut | None]:
    """Copy each source while the one before is being written; a damaged one is left out, and said so."""

    def make(number: int, source: Source) -> Copy | manifest.LeftOut | None:
        try:
            return copy(source, master, place / str(number))
        except HubError as error:
            need_room(place, 0)  # a full disk is no fault of the file
            if source.path and not source.path.exists():
                return None  # forgotten meanwhile
            return manifest.LeftOut(name=source.name, why=str(error))

    with ThreadPoolExecutor(1) as thread:
        ahead = None
        for number, source in enumerate(sources):
            ahead, ready = thread.submit(make, number, source), ahead
            if ready:
                yield ready.result()
        if ahead:
            yield ahead.result()


def _check_room(data: Path, file: Path) -> int:
    """Return the bytes that are to be written, once there is room for them and for the copies."""
    sizes = [path.stat().st_size for path in (data / "transcripts").glob("*.db")]
    sizes.append((data / manifest.CORE).stat().st_size)
    copies = 2 * max(sizes)
    same = data.stat().st_dev == file.parent.stat().st_dev
    need_room(file.parent, sum(sizes) + (copies if same else 0))
    if not same:
        need_room(data, copies)
    return sum(sizes)


@contextmanager
def _published(file: Path) -> Iterator[BinaryIO]:
    """Yield a file to write to, which gets the name ``file`` only once it is whole and on the disk."""
    if os.path.lexists(file):
        raise _taken(file)
    draft = file.with_name(f".{file.name}.draft")
    try:
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise _unwritable(file, error) from error
    try:
        with os.fdopen(handle, "wb") as out:
            try:
                yield out
                out.flush()
                os.fsync(out.fileno())
            except OSError as error:
                raise _unwritable(file, error) from error
        _rename(draft, file)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def _rename(draft: Path, file: Path) -> None:
    """Give the draft its name without taking anybody else's."""
    try:
        os.link(draft, file)
    except FileExistsError:
        raise _taken(file) from None
    except OSError:  # a stick or a share that knows no links
        if os.path.lexists(file):
            raise _taken(file) from None
        draft.rename(file)
    sync_folder(file.parent)


def _taken(file: Path) -> HubError:
    return HubError(f"{file} exists, and I do not overwrite it.", fix="Choose another name.")


def _unwritable(file: Path, error: OSError) -> HubError:
    fix = "Choose a folder that exists and that this user may write to."
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        fix = "Free some of that disk, or choose another."
    return HubError(f"{file} cannot be written: {error.strerror or error}.", fix=fix)
