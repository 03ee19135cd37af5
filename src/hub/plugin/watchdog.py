"""See from a thread of its own that the event loop stands still, name whose code holds it, and end that."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator
    from types import FrameType

    from hub.plugin.blackbox import BlackBox
    from hub.plugin.origin import Frame, Owners

EVERY_S = 0.25
LATE_S = 1.0
"""A loop that does not answer for so long is told of, with the plugin whose code was running."""

DEAD_S = 10.0
"""After so long nobody is served any more: the process ends itself, and the guardian starts it again."""

DEAF_S = 13.0
"""So long nobody could run Python at all, and even this thread stood still (faulthandler's own timer)."""


REARM_S = 2.0


@dataclass(frozen=True, slots=True)
class Stall:
    """The loop stood still for ``seconds``; ``plugin`` and ``file`` are "" where no plugin's code ran."""

    seconds: float
    plugin: str = ""
    file: str = ""
    line: int = 0

    @property
    def where(self) -> str:
        """File and line in words; "" where no plugin's code ran."""
        return f"{self.file}, line {self.line}" if self.file else ""


class Watchdog:
    """Asks the loop four times a second whether it is still there. Make and start it on the loop's thread.

    ``told`` is called on the loop with every stall that is over. Without a ``box`` nothing is ever ended.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        owners: Callable[[], Owners],
        told: Callable[[Stall], None],
        box: BlackBox | None = None,
    ) -> None:
        self._loop, self._told, self._box = loop, told, box
        self._owners = owners
        self._thread_of_loop = threading.get_ident()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching; does not wait."""
        self._stopped.set()

    def _run(self) -> None:
        armed = 0.0
        while not self._stopped.wait(EVERY_S):
            if self._box and time.monotonic() - armed > REARM_S:
                armed = time.monotonic()
                self._box.arm(DEAF_S)
            try:
                self._ask()
            except RuntimeError:  # the loop is closed
                return

    def _ask(self) -> None:
        """Ask the loop once and wait for its answer."""
        answered = threading.Event()
        self._loop.call_soon_threadsafe(answered.set)
        waited, found = 0.0, None
        last = time.monotonic()
        while not answered.wait(EVERY_S):
            if self._stopped.is_set():
                return
            now = time.monotonic()
            # A machine that is too busy, or was asleep, holds this thread up too: that is no stall.
            waited += min(now - last, 2 * EVERY_S)
            last = now
            if waited >= LATE_S / 2:
                found = self._where() or found
            if waited >= DEAD_S and self._box:
                self._end(self._box, waited)
        if waited >= LATE_S - EVERY_S and (waited := waited + time.monotonic() - last) >= LATE_S:
            stall = Stall(waited, *found) if found else Stall(waited)
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._told, stall)

    def _where(self) -> tuple[str, str, int] | None:
        """Return plugin, file and line of what the loop's thread runs, if that is a plugin's."""
        frame = sys._current_frames().get(self._thread_of_loop)  # noqa: SLF001  documented in sys
        return self._owners().blame(_walk(frame))

    def _end(self, box: BlackBox, waited: float) -> None:
        """End this process at once: no Python can run on the loop any more to end it in order."""
        box.stand_still(waited)
        if not sys.flags.dev_mode:  # somebody may sit in a debugger
            os.kill(os.getpid(), signal.SIGKILL)


def _walk(frame: FrameType | None) -> Iterator[Frame]:
    """Yield the frames from the innermost out."""
    while frame is not None:
        yield frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back
