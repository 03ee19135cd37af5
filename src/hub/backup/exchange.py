"""Put one folder in the place of another, so that a crash leaves the old one or the new one whole."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from hub.errors import HubError
from hub.store.durable import sync_folder

if TYPE_CHECKING:
    from pathlib import Path

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2


def exchange(fresh: Path, place: Path, *, full: bool) -> Path | None:
    """Give ``fresh`` the name ``place``; return where the folder that was there lies now, if any did.

    ``full``: something is there and may be moved aside; otherwise ``place`` must be empty or absent.
    Both lie in one folder; when this raises, nothing was changed and ``fresh`` is gone. Uses
    renameat2(2) where the file system can exchange names; elsewhere two renames, between which a crash
    leaves both folders whole but ``place`` without its name.
    """
    try:
        if not full:
            fresh.rename(place)  # onto an empty folder too, but onto no other (rename(2))
            sync_folder(place.parent)
            return None
        aside = _aside(place)
        if _swap(fresh, place):
            with suppress(OSError):
                fresh.rename(aside)
        else:
            _swap_in_two_steps(fresh, place, aside)
        sync_folder(place.parent)
    except OSError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        fix = "Restore into a folder that does not exist yet, and start the hub with --data on it."
        if error.errno in {errno.EBUSY, errno.EXDEV}:
            fix = f"{place} is a disk of its own. Restore into a folder on it: --data {place / 'hub'}"
        raise HubError(f"{place} cannot be put in place: {error.strerror}.", fix=fix) from error
    return aside


def _swap_in_two_steps(fresh: Path, place: Path, aside: Path) -> None:
    place.rename(aside)
    try:
        fresh.rename(place)
    except OSError:
        aside.rename(place)
        raise


def _aside(place: Path) -> Path:
    """Return a name for the old folder that nobody has."""
    name = f"{place.name}.before-{time.strftime('%Y%m%d-%H%M%S')}"
    aside, number = place.with_name(name), 2
    while os.path.lexists(aside):
        aside, number = place.with_name(f"{name}-{number}"), number + 1
    return aside


def _swap(one: Path, other: Path) -> bool:
    """Exchange two names at once; False, and no change, where the system cannot."""
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    if call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}:
        return False
    raise OSError(code, os.strerror(code))
