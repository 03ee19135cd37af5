"""Tell two times: the wall clock, which people set, and the time that has passed, which nobody can.

An alarm is due by the wall clock. A countdown is due when its time has passed: it is kept on the
boot clock (CLOCK_BOOTTIME, which counts sleep, see clock_gettime(2)) of the boot it was set in, and
falls back to the wall clock after a reboot.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Due:
    """A moment: ``wall`` in Unix seconds; a countdown also has ``elapsed`` seconds of ``boot``."""

    wall: float
    elapsed: float | None = None
    boot: str = ""


class Clock:
    """The clocks of this machine, in seconds."""

    def __init__(self) -> None:
        try:
            self.boot = _BOOT_ID.read_text(encoding="ascii").strip()
        except OSError:
            self.boot = ""  # not Linux: then countdowns follow the wall clock after a restart

    def wall(self) -> float:
        """Return Unix seconds, as people have set them."""
        return time.time()

    def elapsed(self) -> float:
        """Return the seconds that have passed since the machine was started, sleep included."""
        if hasattr(time, "CLOCK_BOOTTIME"):
            return time.clock_gettime(time.CLOCK_BOOTTIME)
        return time.monotonic()

    def at(self, wall: float) -> Due:
        """Return the moment when the wall clock shows ``wall``."""
        return Due(wall)

    def after(self, seconds: float) -> Due:
        """Return the moment when ``seconds`` have passed, whatever the wall clock shows by then."""
        return Due(self.wall() + seconds, self.elapsed() + seconds, self.boot)

    def left(self, due: Due) -> float:
        """Return the seconds to ``due``; negative when it has passed."""
        if self.counts(due) and due.elapsed is not None:
            return due.elapsed - self.elapsed()
        return due.wall - self.wall()

    def counts(self, due: Due) -> bool:
        """Say whether ``due`` is a countdown of this boot, which a set wall clock must not move."""
        return due.elapsed is not None and due.boot == self.boot != ""

    def told(self, due: Due) -> Due:
        """Return ``due`` with what the wall clock will show then, as it is set now."""
        return Due(self.wall() + self.left(due), due.elapsed, due.boot) if self.counts(due) else due
