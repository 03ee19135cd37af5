"""Keep what the process was doing when it died: ``crash.log``, written by faulthandler, read by the next.

A fault (SIGSEGV and its like), a call of ``os._exit`` and a loop that stood still each leave the stacks
of all threads there. The first line says which thread is the event loop's.
"""

from __future__ import annotations

import faulthandler
import os
import re
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.plugin.origin import Frame

LOG = "crash.log"
BEFORE = "crash.before.log"
MOST_BYTES = 1 << 20
_OURS = f"{Path(__file__).parents[1]}/".encode("ascii", "backslashreplace").decode()
_HEAD = "The event loop is thread 0x{:016x}\n"
# As text: they are needed after a death only, and to compile them would cost every start.
_LOOP = r"(?m)^The event loop is thread 0x([0-9a-f]+)$"
_FAULT = r"(?m)^Fatal Python error: (.+)$"
_LEFT = r"(?m)^Left by os\._exit\((-?\d+)\)$"
_STILL = r"(?m)^(?:The loop stood still for ([\d.]+) s|Timeout \((.+)\)!)$"
_THREAD = r"(?:Current thread|Thread) 0x([0-9a-f]+).*$"
_FRAME = r'  File "(.*)", line (\d+) in '


@dataclass(frozen=True, slots=True)
class Dump:
    """How the process ended, in words, and the frames of the thread that ended it, innermost first."""

    how: str
    frames: tuple[Frame, ...]

    @property
    def cores_own(self) -> bool:
        """Whether it happened in code of the hub's own; that never calls ``os._exit`` while it runs."""
        ours = any(file.startswith(_OURS) for file, _ in self.frames)
        return ours and not self.how.startswith("os._exit")


class BlackBox:
    """``crash.log`` in ``folder``, open for as long as this process lives."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOG
        self._before = folder / BEFORE
        self._file: IO[str] | None = None
        self._exit: Callable[[int], None] | None = None

    def read(self) -> Dump | None:
        """Return what the process before left, and put it aside; None when it left nothing."""
        try:
            with self._path.open(encoding="utf-8", errors="replace") as file:
                text = file.read(MOST_BYTES)
        except OSError:
            return None
        dump = parse(text)
        if dump:
            self._path.replace(self._before)
        return dump

    def open(self, loop_thread: int) -> None:
        """Begin to listen for faults and exits of this process; ``loop_thread``: ident of the loop's."""
        self._file = self._path.open("w", encoding="utf-8")  # for good: faulthandler keeps its number
        self._file.write(_HEAD.format(loop_thread))
        self._file.flush()
        faulthandler.enable(self._file)
        self._wrap_exit()

    def close(self) -> None:
        """Stop listening."""
        if self._file is None:
            return
        faulthandler.cancel_dump_traceback_later()
        faulthandler.disable()
        if self._exit:
            os._exit = self._exit  # type: ignore[assignment]  # mypy knows it as one that never returns
        self._file.close()
        self._file = None

    def arm(self, seconds: float) -> None:
        """End this process in ``seconds`` unless armed again by then, even if nobody can run Python."""
        if self._file:
            faulthandler.dump_traceback_later(seconds, exit=True, file=self._file)

    def stand_still(self, seconds: float) -> None:
        """Write down all stacks of a process whose loop has stood still for ``seconds``."""
        self._dump(f"The loop stood still for {seconds:.1f} s")

    def _wrap_exit(self) -> None:
        """Note who calls ``os._exit``: no signal, no exception and no audit event tells of it."""
        leave, me = os._exit, os.getpid()

        def noted(status: int) -> None:
            if os.getpid() == me:  # a fork of ours may leave as it likes
                self._dump(f"Left by os._exit({status})")
            leave(status)

        self._exit = leave
        os._exit = noted  # type: ignore[assignment]  # likewise

    def _dump(self, title: str) -> None:
        if self._file:
            self._file.write(f"{title}\n")
            self._file.flush()
            faulthandler.dump_traceback(self._file)


def parse(text: str) -> Dump | None:
    """Return what ``text``, a crash.log, says of the end; None when it says nothing."""
    if fault := re.search(_FAULT, text):
        return Dump(fault[1].strip(), _frames(text[fault.end() :], None))
    if left := re.search(_LEFT, text):
        return Dump(f"os._exit({left[1]})", _frames(text[left.end() :], None))
    if still := re.search(_STILL, text):
        loop = re.search(_LOOP, text)
        frames = _frames(text[still.end() :], int(loop[1], 16) if loop else None)
        return Dump("the loop stood still", frames)
    return None


def _frames(text: str, thread: int | None) -> tuple[Frame, ...]:
    """Return the frames of ``thread``, of the current one when that is None; innermost first."""
    found: list[Frame] = []
    wanted = False
    for line in text.splitlines():
        if told := re.match(_THREAD, line):
            if found:
                break
            wanted = int(told[1], 16) == thread if thread else line.startswith("Current")
        elif wanted and (frame := re.match(_FRAME, line)):
            found.append((frame[1], int(frame[2])))
    return tuple(found)


def this_thread() -> int:
    """Return the ident of the calling thread, as faulthandler writes it."""
    return threading.get_ident()
