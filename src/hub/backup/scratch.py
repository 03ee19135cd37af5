"""Lend a private folder for the time of one piece of work; what a killed one left goes first."""

from __future__ import annotations

import fcntl
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = ".hub-scratch"
SPARE = 64 << 20
"""Bytes of a disk that are left free for everybody else."""


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """Yield an empty folder in ``folder``, for its owner only, gone afterwards; one at a time.

    Raises `HubError` when another holds it, or when it cannot be made.
    """
    place = folder / NAME
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        raise HubError(
            f"I cannot work in {folder}: {error.strerror}.", fix="Let this user write to that folder."
        ) from error
    try:
        _take(handle, folder)
        _empty(place)
        try:
            yield place
        finally:
            _empty(place)
            place.rmdir()
    finally:
        os.close(handle)


def need_room(folder: Path, size: int) -> None:
    """Raise `HubError` when ``size`` bytes more do not fit on the disk of ``folder``."""
    free = shutil.disk_usage(folder).free
    if free < size + SPARE:
        raise HubError(
            f"The disk of {folder} is too full: I need {(size + SPARE) / 1e6:,.0f} MB, "
            f"{free / 1e6:,.0f} MB are free.",
            fix=f"Free {(size + SPARE - free) / 1e6:,.0f} MB on it, or choose another disk.",
        )


def _take(handle: int, folder: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise HubError(f"Another backup is at work in {folder}.", fix="Wait until it is done.") from None
    except OSError:
        return  # a share that knows no locks


def _empty(place: Path) -> None:
    for path in place.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
