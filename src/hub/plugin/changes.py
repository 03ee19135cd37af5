"""Notice what a terminal did: plugins that were installed, removed or switched take effect within seconds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from hub import config
from hub.errors import HubError
from hub.plugin import record

if TYPE_CHECKING:
    from pathlib import Path

    from hub.hub import Hub

log = structlog.get_logger(__name__)
EVERY_S = 2.0


async def follow(hub: Hub, every_s: float = EVERY_S) -> None:
    """Look at hub.toml and at the record of what was installed, for as long as the hub runs.

    A file that cannot be read is told of once and changes nothing; people save what is half written.
    """
    settings, installed = hub.data / config.FILE, hub.data / record.FOLDER / record.FILE
    seen = await asyncio.to_thread(_stamps, settings, installed)
    while True:
        await asyncio.sleep(every_s)
        now = await asyncio.to_thread(_stamps, settings, installed)
        before, seen = seen, now
        try:
            if now[0] != before[0]:
                await hub.configuration.read()
            if now[1] != before[1]:
                await hub.plugins.notice()
        except HubError as error:
            log.warning("changes not taken", reason=str(error), fix=error.fix)


def _stamps(*paths: Path) -> tuple[tuple[int, int, int], ...]:
    return tuple(_stamp(path) for path in paths)


def _stamp(path: Path) -> tuple[int, int, int]:
    """Return what tells one state of a file from another; zeros when it is not there."""
    try:
        about = path.stat()
    except OSError:
        return 0, 0, 0
    return about.st_ino, about.st_size, about.st_mtime_ns
