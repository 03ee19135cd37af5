"""Put files in place so that a crash leaves either the old state or the new one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def sync_folder(folder: Path) -> None:
    """Make what was created, renamed or removed in ``folder`` survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def publish(draft: Path, final: Path) -> bool:
    """Give the finished file ``draft`` its final name; False, and no change, if that name is taken."""
    with draft.open("rb") as content:
        os.fsync(content.fileno())
    try:
        os.link(draft, final)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    sync_folder(final.parent)
    return True
