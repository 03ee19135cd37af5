"""Measure the machine and the stores for the health page, on a thread, and only while somebody looks."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from pathlib import Path

    from hub.hub import Hub

FRESH_S = 5.0
SCARCE = 0.9
"""A disk or a memory that is fuller than this gets a word of care."""


@dataclass(frozen=True, slots=True)
class Store:
    """A file, or a folder of files, that the hub keeps its data in. ``size`` in bytes."""

    name: str
    what: str
    size: int
    files: int


@dataclass(frozen=True, slots=True)
class Measured:
    """The machine at one moment; sizes in bytes, ``load`` over one minute."""

    disk: int = 0
    disk_free: int = 0
    ram: int = 0
    ram_free: int = 0
    load: float = 0.0
    cores: int = 1
    own: int = 0
    stores: tuple[Store, ...] = ()

    @property
    def scarce(self) -> list[str]:
        """What there is hardly any left of."""
        shares = {"disk": (self.disk, self.disk_free), "RAM": (self.ram, self.ram_free)}
        return [name for name, (whole, free) in shares.items() if whole and free < whole * (1 - SCARCE)]


class Vitals:
    """The latest measurement; `refresh` takes another one when it has grown old."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self.latest = Measured()
        self._at = -FRESH_S
        self._task: asyncio.Task[None] | None = None

    async def refresh(self) -> None:
        """Measure, unless that was done a moment ago."""
        if time.monotonic() - self._at > FRESH_S:
            self._at = time.monotonic()
            self.latest = await asyncio.to_thread(measure, self._hub.data)

    def refresh_later(self) -> None:
        """Begin to measure without waiting for it."""
        if time.monotonic() - self._at > FRESH_S and (self._task is None or self._task.done()):
            self._task = self._hub.spawn(self.refresh(), name="vitals")


def measure(data: Path) -> Measured:
    """Measure now; reads disks, so it belongs on a thread."""
    disk, ram = psutil.disk_usage(str(data)), psutil.virtual_memory()
    return Measured(
        disk.total, disk.free, ram.total, ram.available, os.getloadavg()[0], os.cpu_count() or 1,
        psutil.Process().memory_info().rss, tuple(_stores(data)),
    )  # fmt: skip


def _stores(data: Path) -> list[Store]:
    found = [_store(path.name, "database", [path]) for path in sorted(data.glob("*.db"))]
    for folder, what in (("transcripts", "one file a day"), ("models", "what I hear, speak and think with")):
        files = [path for path in (data / folder).rglob("*") if path.is_file()]
        if files:
            found.append(_store(folder, what, files))
    return found


def _store(name: str, what: str, files: list[Path]) -> Store:
    size = 0
    for path in files:
        for part in (path, path.with_name(f"{path.name}-wal")) if path.suffix == ".db" else (path,):
            size += part.stat().st_size if part.exists() else 0
    return Store(name, what, size, len(files))
