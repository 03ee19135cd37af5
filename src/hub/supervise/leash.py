"""Keep a child process on a leash: when the hub goes, however it goes, the child's whole tree goes.

Run by path, ``python leash.py MODULE``, it forks; the fork becomes ``python -m MODULE`` and the
first process stays as its keeper. The keeper's stdin is the leash: only the hub holds the other
end, so its end of file means that the hub is gone, even after SIGKILL. The keeper is a subreaper
(prctl(2)): grandchildren that daemonise come back to it, so none of them slips away. It writes the
child's process id as one line to its stdout, and ends with the child's exit code, or with
128 + the number of the signal that killed the child. Standard library only: it must start fast
and stay small.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import runpy
import select
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def die_with_parent(parent: int | None = None) -> None:
    """Have the kernel SIGKILL this process when its parent's thread ends (Linux only; else no effect).

    ``parent``: the parent's process id, where it is known from before a fork.
    """
    parent = parent or os.getppid()
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died in between: the signal will never come
        os._exit(1)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def main(module: str) -> None:
    """Fork; run ``module`` in the child and keep it from the parent. Does not return in the parent."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)
    wake = _wake_on_child_exit()
    keeper = os.getpid()
    child = os.fork()
    if child == 0:
        _become(module, keeper)
        return
    os.write(1, f"{child}\n".encode())
    code = _keep(child, wake)
    _kill_all()
    os._exit(code)


def _wake_on_child_exit() -> int:
    """Return a file descriptor that becomes readable whenever a child may have ended."""
    readable, writable = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC) if sys.platform == "linux" else os.pipe()
    os.set_blocking(writable, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    for ignored in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):  # they are meant for the child
        signal.signal(ignored, signal.SIG_IGN)
    return readable


def _become(module: str, keeper: int) -> None:
    """Turn this fork into ``python -m module``, with stdin empty and prints sent where the log looks."""
    die_with_parent(keeper)
    signal.set_wakeup_fd(-1)
    for handled in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(handled, signal.SIG_DFL)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(2, 1)
    os.close(null)
    sys.argv = [module]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _keep(child: int, wake: int) -> int:
    """Wait until the child ends or the leash is let go; return the exit code to end with."""
    with contextlib.suppress(OSError):
        os.close(int(os.environ.get("HUB_LINK_FD", "-1")))  # the link must end when the child does
    while True:
        readable, _, _ = select.select([0, wake], [], [])
        code = _reap(child)
        if code is not None:
            return code
        if 0 in readable and not os.read(0, 1024):
            return 128 + signal.SIGKILL
        if wake in readable:
            with contextlib.suppress(BlockingIOError):
                os.read(wake, 1024)


def _reap(child: int) -> int | None:
    """Collect whoever has ended; return the child's exit code once it is among them."""
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return None
            if pid == child:
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code
    return None


def _kill_all() -> None:
    """Kill children until none is left; orphans of the killed become children and are killed in turn."""
    with contextlib.suppress(ChildProcessError):
        while True:
            for pid in _children():
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            os.waitpid(-1, 0)


def _children() -> list[int]:
    """Return the ids of this process's children, from proc(5)."""
    me = str(os.getpid())
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
            if fields[1] == me:
                found.append(int(stat.parent.name))
    return found


if __name__ == "__main__":
    main(sys.argv[1])
