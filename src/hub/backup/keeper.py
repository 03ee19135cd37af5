"""Make backups as jobs: one asked for on the page, and regular ones into a folder that the owner names."""

from __future__ import annotations

import asyncio
import re
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from hub.backup.seal import secret_of
from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hub.config import Settings
    from hub.jobs import Job, Jobs, Running
    from hub.store.secrets import Secrets

ONCE, REGULAR = "backup", "backup.regular"
SECRET = "backup"  # noqa: S105  the name of the secret
SHORTEST = 10
KEPT = 7
"""Regular backups kept in their folder; older ones of ours are deleted once a new one is proven."""

HOUR = 3
_TELL_S = 0.25
_NAME = re.compile(r"hub-\d{4}-\d\d-\d\d-\d{6}\.backup")


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that lies in a folder: ``size`` in bytes, ``at`` in Unix seconds."""

    path: Path
    size: int
    at: float


class _Way:
    """How far the thread is; set ``stop`` to end it at its next step."""

    def __init__(self) -> None:
        self.done, self.total, self.note = 0, 0, "Backing up"
        self.stop = threading.Event()

    def __call__(self, done: int, total: int) -> None:
        if self.stop.is_set():
            raise _StoppedError
        self.done, self.total = done, total


class _StoppedError(Exception):
    """The job was cancelled."""


class Backups:
    """The backups of a hub. Those asked for on the page lie in ``backups`` of the data folder."""

    def __init__(self, jobs: Jobs, secrets: Secrets, data: Path) -> None:
        self._jobs, self._secrets, self._data = jobs, secrets, data
        self._passphrases: dict[str, bytes] = {}
        self._regular = Path()
        self.folder = data / "backups"
        jobs.register(ONCE, self._once)
        jobs.register(REGULAR, self._again)

    async def begin(self, passphrase: str) -> Job:
        """Begin a backup for the page. Raises `HubError` for a short passphrase, or when one is at work."""
        secret = check(passphrase)
        if self.current():
            raise HubError("A backup is being made already.", fix="Wait until it is done.")
        job = await self._jobs.add(
            ONCE, "Backup", id=f"backup-{time.time_ns()}", due=self._jobs.clock.wall() + 0.1
        )
        self._passphrases[job.id] = secret
        return job

    def current(self) -> Job | None:
        """Return the job that makes a backup now, if one does."""
        jobs = [job for job in self._jobs.list(ONCE, REGULAR) if job.kind == ONCE or job.state == "running"]
        return jobs[0] if jobs else None

    async def plan(self, settings: Settings) -> Job | None:
        """Make regular backups as ``settings`` say: to ``backup_folder`` every so many days, at night."""
        self._regular = Path(settings.backup_folder)
        days = settings.backup_every_days if settings.backup_folder else 0
        wanted = f"backup-every-{days}-days"
        for job in self._jobs.list(REGULAR):
            if job.id != wanted:
                await self._jobs.cancel(job.id)
        if not days:
            return None
        start = datetime.now(self._jobs.zone()).replace(hour=HOUR, minute=0, second=0, microsecond=0)
        rule = f"FREQ=DAILY;INTERVAL={days}"
        job = await self._jobs.add(REGULAR, "Regular backup", every=rule, start=start, id=wanted)
        return await self._jobs.restore(job.id) if job.state == "cancelled" else job

    async def made(self) -> list[Made]:
        """Return the backups made for the page, the newest first."""
        return await asyncio.to_thread(_in, self.folder)

    async def find(self, name: str) -> Made:
        """Return the one of that name. Raises `HubError` when there is none."""
        for made in await self.made():
            if made.path.name == name:
                return made
        raise HubError("There is no such backup.", fix="Make a new one.")

    async def delete(self, name: str) -> None:
        """Delete one of them."""
        await asyncio.to_thread((await self.find(name)).path.unlink)

    async def _once(self, running: Running) -> None:
        secret = self._passphrases.pop(running.id, None)
        if secret is None:
            raise HubError("I was restarted before the backup was done.", fix="Begin it again.")
        self.folder.mkdir(mode=0o700, exist_ok=True)
        await self._make(running, self.folder, secret, keep=1)

    async def _again(self, running: Running) -> None:
        kept = await self._secrets.get(SECRET)
        if kept is None:
            raise HubError("I have no passphrase for regular backups.", fix="Set it: Settings, Backup.")
        if not (self._regular.is_absolute() and self._regular.is_dir()):
            raise HubError(f"{self._regular} is not there.", fix="Plug that disk in, or name another folder.")
        await self._make(running, self._regular, bytes.fromhex(kept.get_secret_value()), keep=KEPT)

    async def _make(self, running: Running, folder: Path, secret: bytes, *, keep: int) -> None:
        """Make one on a thread and tell how far it is; a cancelled one is ended, and leaves nothing."""
        way = _Way()
        work = asyncio.create_task(asyncio.to_thread(_work, self._data, folder, secret, keep, way))
        try:
            while not work.done():
                await asyncio.wait({work}, timeout=_TELL_S)
                await running.progress(way.done, way.total, way.note)
            await work
        except asyncio.CancelledError:
            way.stop.set()
            await asyncio.wait({work})
            raise


def check(passphrase: str) -> bytes:
    """Return the bytes of a passphrase. Raises `HubError` when it is too short."""
    if len(passphrase) < SHORTEST:
        raise HubError(
            f"A passphrase needs at least {SHORTEST} characters.",
            fix="Take four words that nobody would guess.",
        )
    return secret_of(passphrase)


def _work(data: Path, folder: Path, secret: bytes, keep: int, way: _Way) -> None:
    from hub.backup.create import create  # noqa: PLC0415  only a backup needs it
    from hub.backup.restore import verify  # noqa: PLC0415  as above

    file = folder / f"hub-{time.strftime('%Y-%m-%d-%H%M%S')}.backup"
    made = create(data, file, secret, way)
    way.note = "Reading it back"
    try:
        verify(file, lambda _: secret, way, data)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    for old in _in(folder)[keep:]:
        old.path.unlink(missing_ok=True)
    if made.left_out:
        _tell(made.left_out)


def _tell(left_out: Sequence[object]) -> NoReturn:
    names = ", ".join(str(getattr(left, "name", "")) for left in left_out[:3])
    raise HubError(f"The backup is made, but without {names}: damaged.", fix="See the check-up in Settings.")


def _in(folder: Path) -> list[Made]:
    found = [path for path in folder.glob("hub-*.backup") if _NAME.fullmatch(path.name)]
    made = [Made(path, path.stat().st_size, path.stat().st_mtime) for path in found]
    return sorted(made, key=lambda one: one.path.name, reverse=True)
