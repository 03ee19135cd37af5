"""Read single keys from the terminal while everything else goes on; it is put back as it was."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import termios
import tty
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@contextlib.asynccontextmanager
async def keys() -> AsyncIterator[asyncio.Queue[str]]:
    """Give a queue of keys as they are pressed. Ctrl-C still interrupts."""
    loop, fd = asyncio.get_running_loop(), sys.stdin.fileno()
    queue: asyncio.Queue[str] = asyncio.Queue()
    before = termios.tcgetattr(fd)

    def read() -> None:
        for key in os.read(fd, 64).decode(errors="replace"):
            queue.put_nowait(key)

    tty.setcbreak(fd)
    loop.add_reader(fd, read)
    try:
        yield queue
    finally:
        loop.remove_reader(fd)
        termios.tcsetattr(fd, termios.TCSADRAIN, before)
