"""Bring a backup back, or check that it could be: unpacked aside, proven, then put in place at once."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO

from pydantic import ValidationError

from hub.approvals.forgetting import erase
from hub.approvals.grants import withdraw
from hub.backup import manifest as contents
from hub.backup import note, tape
from hub.backup.check import check, refuse_newer
from hub.backup.exchange import exchange
from hub.backup.scratch import need_room, scratch
from hub.backup.seal import DAMAGED, Header, Opener
from hub.errors import HubError
from hub.plugin.hookspecs import Selector
from hub.store import forgotten, owed, spending
from hub.store.connection import connect, plainly
from hub.store.database import Database
from hub.store.durable import sync_folder
from hub.store.keys import ENVIRONMENT, SIZE
from hub.store.schema import CORE
from hub.store.transcripts import Transcripts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from hub.backup.manifest import Manifest

    Progress = Callable[[int, int], None]
    SecretOf = Callable[[Header], bytes]

_LARGEST_SMALL = 32 << 20
_UNFINISHED = ".restoring"
"""In a folder that is not whole yet; one without it holds somebody's data."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back. ``aside``: where the folder before lies now; ``forgotten``: deeds done again."""

    manifest: Manifest
    aside: Path | None = None
    forgotten: int = 0


@dataclass(frozen=True, slots=True)
class _Unpacked:
    manifest: Manifest
    master: bytes
    key_inside: bool


def verify(
    file: Path, secret_of: SecretOf, progress: Progress = lambda _done, _total: None, data: Path | None = None
) -> Manifest:
    """Unpack ``file`` beside it, check every byte, database and row, and delete that again.

    ``secret_of`` is asked for the passphrase or the master key. The key is not written to disk.
    ``data``: a data folder whose key may be needed, and whose note of this backup is set to verified.
    Raises `HubError` with all that is wrong.
    """
    file = file.resolve()
    room = data if data and not os.access(file.parent, os.W_OK) else file.parent
    with _opened(file) as source, scratch(room) as place:
        tell = _Teller(progress, _size(source))
        unpacked = _unpack(source, secret_of, place, tell, data)
        _prove(place, unpacked, tell)
    if data and (known := note.read(data)) and known.file == str(file):
        note.write(data, known.model_copy(update={"verified": True}))
    return unpacked.manifest


def restore(
    file: Path,
    secret_of: SecretOf,
    data: Path,
    *,
    replace: bool = False,
    progress: Progress = lambda _done, _total: None,
) -> Restored:
    """Bring ``file`` back as the data folder ``data``: all of it, proven, or nothing.

    A folder that holds something is refused unless ``replace``; then it is moved aside, never deleted,
    and what was forgotten in it after the backup is forgotten again. A running hub is refused.
    A crash at any moment leaves the old folder or the new one.
    """
    data = data.resolve()
    with _opened(file) as source, _alone(data, replace=replace) as full:
        staging = _staging(data)
        try:
            tell = _Teller(progress, _size(source))
            unpacked = _unpack(source, secret_of, staging, tell, data)
            _prove(staging, unpacked, tell)
            deeds = _forget_again(staging, data, unpacked.master)
            _finish(staging, data, unpacked)
        except BaseException:
            if (staging / _UNFINISHED).exists():
                shutil.rmtree(staging, ignore_errors=True)
            raise
        aside = exchange(staging, data, full=full)
    return Restored(unpacked.manifest, aside, deeds)


def key_from(text: str) -> bytes:
    """Return the master key written as hex in ``text``. Raises `HubError` when it is none."""
    with suppress(ValueError):
        if len(key := bytes.fromhex(text.strip())) == SIZE:
            return key
    raise HubError("That is no master key.", fix="It is 64 hexadecimal digits: keys/master.key.")


def known_key(data: Path | None) -> bytes | None:
    """Return the master key of the environment or of ``data``; None when there is neither."""
    if given := os.environ.get(ENVIRONMENT):
        return key_from(given)
    if data is not None and (data / contents.KEY).is_file():
        with plainly(data / contents.KEY):
            return key_from((data / contents.KEY).read_text("ascii", "replace"))
    return None


class _Teller:
    """Adds up bytes: those unpacked, then those checked."""

    def __init__(self, progress: Progress, size: int) -> None:
        self._progress, self._done, self._total = progress, 0, 2 * size

    def __call__(self, size: int) -> None:
        self._done += size
        self._progress(min(self._done, self._total), self._total)


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    try:
        source = file.open("rb")
    except OSError as error:
        raise HubError(f"{file} cannot be read: {error.strerror}.", fix="Choose another file.") from error
    with source:
        yield source


def _size(source: BinaryIO) -> int:
    return os.fstat(source.fileno()).st_size


def _unpack(
    source: BinaryIO, secret_of: SecretOf, folder: Path, tell: _Teller, data: Path | None
) -> _Unpacked:
    """Write every member below ``folder`` and compare all with the manifest; the key stays in memory."""
    size = _size(source)
    need_room(folder, size)
    secret = b""

    def ask(header: Header) -> bytes:
        nonlocal secret
        secret = secret_of(header)
        return secret

    opener = Opener(source, ask)
    found, small = {}, {}
    while member := tape.next_member(opener):
        name, length = member
        if name in found or length > size:
            raise HubError("The backup holds what no backup of a hub does.", fix=DAMAGED)
        if name in {contents.KEY, contents.NAME}:
            small[name] = _Memory(length)
            found[name] = (length, tape.take(opener, length, small[name], tell))
        else:
            found[name] = (length, _write(opener, folder / name, length, tell))
    manifest = _compare(found, small)
    master = _master(small, opener.header, secret, data)
    if contents.fingerprint(master) != manifest.key:
        raise HubError("The master key is not the one of this backup.", fix="Give the right --key-file.")
    return _Unpacked(manifest, master, contents.KEY in small or opener.header.lock == "hub key")


class _Memory:
    """Takes the bytes of a small member."""

    def __init__(self, size: int) -> None:
        if size > _LARGEST_SMALL:
            raise HubError("The backup holds what no backup of a hub does.", fix=DAMAGED)
        self.content = b""

    def write(self, data: bytes, /) -> int:
        """Take ``data``."""
        self.content += data
        return len(data)


def _write(opener: Opener, path: Path, size: int, tell: _Teller) -> str:
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            digest = tape.take(opener, size, target, tell)
            target.flush()
            os.fsync(target.fileno())
    except OSError as error:
        raise HubError(
            f"{path.name} cannot be written: {error.strerror}.", fix="Make room on that disk, and try again."
        ) from error
    return digest


def _compare(found: dict[str, tuple[int, str]], small: dict[str, _Memory]) -> Manifest:
    """Return the manifest, when what was found is what it names."""
    if contents.NAME not in small or contents.CORE not in found:
        raise HubError("The backup is not whole.", fix=DAMAGED)
    try:
        manifest = contents.Manifest.model_validate_json(small[contents.NAME].content)
    except ValidationError as error:
        raise HubError("The list of what is in the backup is damaged.", fix=DAMAGED) from error
    if manifest.format > contents.FORMAT:
        raise HubError("The backup was made by a newer hub.", fix="Update the hub, then restore it.")
    refuse_newer(manifest)
    named = {member.name: (member.size, member.sha256) for member in manifest.members}
    found.pop(contents.NAME)
    if wrong := sorted(name for name in named.keys() | found.keys() if named.get(name) != found.get(name)):
        raise HubError(f"The backup is damaged: {', '.join(wrong[:3])}.", fix=DAMAGED)
    return manifest


def _master(small: dict[str, _Memory], header: Header, secret: bytes, data: Path | None) -> bytes:
    if header.lock == "hub key":
        return secret
    if contents.KEY in small:
        return key_from(small[contents.KEY].content.decode("ascii", "replace"))
    if key := known_key(data):
        return key
    raise HubError(
        f"The master key is not in this backup: it came from {ENVIRONMENT}.", fix=f"Set {ENVIRONMENT} to it."
    )


def _prove(folder: Path, unpacked: _Unpacked, tell: _Teller) -> None:
    if faults := check(folder, unpacked.manifest, unpacked.master, tell):
        raise HubError(" ".join(faults[:3]), fix=DAMAGED)


@contextmanager
def _alone(data: Path, *, replace: bool) -> Iterator[bool]:
    """Keep hubs off ``data`` meanwhile; yield whether it holds something.

    Raises `HubError` when a hub runs there, or when it may not be replaced.
    """
    try:
        if not data.exists() or not any(data.iterdir()):
            yield False
            return
        if not replace:
            raise HubError(
                f"{data} is not empty.", fix="Add --replace: I move it aside and delete nothing. Or --data."
            )
        with (data / "hub.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise HubError(f"A hub runs on {data}.", fix="Stop it, then restore.") from None
            yield True
    except OSError as error:
        raise HubError(f"{data} cannot be used: {error.strerror}.", fix="Choose another --data.") from error


def _staging(data: Path) -> Path:
    """Make the folder beside ``data`` that will take its place; what an earlier one left goes first."""
    staging = data.with_name(f"{data.name}.restoring")
    try:
        if staging.exists() and not (staging / _UNFINISHED).exists():
            # Exchanged, and killed before it was renamed: the data of before. Never ours to delete.
            exchange_name = f"{data.name}.before-{int(staging.stat().st_mtime)}"
            staging.rename(staging.with_name(exchange_name))
        shutil.rmtree(staging, ignore_errors=True)
        data.parent.mkdir(parents=True, exist_ok=True)
        staging.mkdir(mode=0o700)
        (staging / _UNFINISHED).touch()
    except OSError as error:
        raise HubError(
            f"I cannot write beside {data}: {error.strerror}.", fix="Choose another --data."
        ) from error
    return staging


def _forget_again(staging: Path, data: Path, master: bytes) -> int:
    """Forget in ``staging`` what was forgotten in ``data`` after the backup; return how many deeds."""
    now, then = forgotten.read(data), forgotten.read(staging)
    deeds = forgotten.later(now, then)
    if deeds or _waits(staging / contents.CORE, master):
        asyncio.run(_forget(staging, master, deeds))
    if now:
        (staging / forgotten.NAME).write_bytes(forgotten.joined(now, then))
        (staging / forgotten.NAME).chmod(0o600)
    return len(deeds)


def _waits(core: Path, master: bytes) -> bool:
    """Say whether grants wait in a database that comes back."""
    with plainly(core), closing(connect(core, master)) as connection:
        has_any = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'approval'").fetchone()
        return bool(
            has_any and connection.execute("SELECT 1 FROM approval WHERE state = 'waiting'").fetchone()
        )


async def _forget(folder: Path, master: bytes, deeds: list[forgotten.Deed]) -> None:
    """Do what the stores did then, in the folder that is coming back."""
    core = Database(folder / contents.CORE, master, CORE)
    transcripts = Transcripts(core, folder / "transcripts", master)
    await core.open()
    try:
        # A grant that waited then may have been used since: nobody may use it twice.
        await core.write(withdraw)
        for deed in deeds:
            # What came back with the files of plugins is asked of them when they start.
            for selector in _of_plugins(deed):
                await core.write(partial(owed.owe, selector=selector))
            if deed.selector:
                await _take_names(core, owed.read(deed.selector))
            if deed.before:
                await transcripts.forget_days_before(date.fromisoformat(deed.before))
            for talk in deed.talks:
                await transcripts.erase(talk)
                await core.forget(partial(_drop, talk))
    finally:
        await transcripts.close()
        await core.close()


def _of_plugins(deed: forgotten.Deed) -> Iterator[Selector]:
    if deed.before:
        start = datetime.combine(date.fromisoformat(deed.before), datetime.min.time(), UTC)
        yield Selector(before=start.timestamp())
    yield from (Selector(talk=talk) for talk in deed.talks)
    if deed.selector:
        yield owed.read(deed.selector)


async def _take_names(core: Database, selector: Selector) -> None:
    """Forget whose figures those of the selected people are; what was spent stays spent."""
    chosen = await core.read(spending.people) if selector.everything else [selector.person]
    for person in filter(None, chosen):
        await core.forget(partial(spending.erase, person=person))


def _drop(talk: str, db: Any) -> None:
    erase(db, talk=talk)
    db.execute("DELETE FROM conversation_day WHERE conversation = ?", (talk,))
    db.execute("DELETE FROM conversation WHERE id = ?", (talk,))


def _finish(staging: Path, data: Path, unpacked: _Unpacked) -> None:
    """Write the key, take the models along, and make all of it durable."""
    if unpacked.key_inside and ENVIRONMENT not in os.environ:
        (staging / "keys").mkdir(mode=0o700, exist_ok=True)
        path = staging / contents.KEY
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(unpacked.master.hex())
            file.flush()
            os.fsync(file.fileno())
    if (data / "models").is_dir() and not (data / "models").is_symlink():
        with suppress(OSError, shutil.Error):  # they can be pulled again
            shutil.copytree(data / "models", staging / "models", copy_function=os.link, symlinks=True)
    for folder in [staging, *(path for path in staging.iterdir() if path.is_dir())]:
        sync_folder(folder)
    (staging / _UNFINISHED).unlink()
    sync_folder(staging)
