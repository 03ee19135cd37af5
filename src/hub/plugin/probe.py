"""Import a plugin in a process of its own before the hub does so for the first time.

A module that hangs, exits, faults or eats all memory at import costs that process and not the hub. It is
no sandbox: what has passed runs in the hub's own process. What passed is remembered until it changes.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import importlib
import json
import os
import resource
import signal
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from hub.plugin import dispatch, origin

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint
    from pathlib import Path

SECONDS = 10.0
START_S = 20.0
"""So long the process may take on top of that until it begins: the machine may be busy."""

REMEMBERED = "probed.toml"
MEMORY = 4 << 30
FILE = 256 << 20
MOST_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of a probe; ``seconds``: how long the import took."""

    ok: bool
    reason: str = ""
    fix: str = ""
    seconds: float = 0.0


class Probed:
    """What has passed, in ``probed.toml`` of ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / REMEMBERED
        self._few = asyncio.Semaphore(2)

    async def check(self, entry: EntryPoint) -> Finding:
        """Probe the plugin unless this very version passed before, or it was never installed."""
        what = await asyncio.to_thread(self._unknown, entry)
        if not what:
            return Finding(ok=True)
        async with self._few:
            finding = await ask(entry.module, entry.name)
        if finding.ok:
            await asyncio.to_thread(self.remember, entry)
        return finding

    def remember(self, entry: EntryPoint) -> None:
        """Note that the plugin, as it is now, has passed; what cannot be noted is probed again. Blocks."""
        from hub.errors import HubError  # noqa: PLC0415  the probing process needs none of it
        from hub.store import toml  # noqa: PLC0415  likewise

        now: dict[tuple[str, ...], str] = {(entry.name,): origin.identity(entry)}
        with contextlib.suppress(OSError, HubError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                toml.change(self._path, now)
            except HubError:  # nobody's words are lost: all of it can be found out again
                self._path.unlink(missing_ok=True)
                toml.change(self._path, now)

    def _unknown(self, entry: EntryPoint) -> str:
        """Return what the plugin is now; "" when it needs no probe."""
        from hub.errors import HubError  # noqa: PLC0415  likewise
        from hub.store import toml  # noqa: PLC0415  likewise

        what = origin.identity(entry)
        with contextlib.suppress(HubError):
            if toml.read(self._path).get(entry.name) == what:
                return ""
        return what


async def ask(module: str, name: str = "", seconds: float = SECONDS) -> Finding:
    """Import ``module`` in a process of its own, with ``seconds`` for that, and say what came of it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub.plugin.probe", module, name or module, str(seconds),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None  # noqa: S101  it was asked for
    told = b""
    try:
        async with asyncio.timeout(seconds + START_S):
            told = await process.stdout.read(MOST_BYTES)
            while told.count(b"\n") == 0 and (more := await process.stdout.read(MOST_BYTES)):
                told += more
    except TimeoutError:
        return _late(seconds)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # whatever it started, too
        status = await process.wait()
    return _read(told, status, seconds)


def _read(told: bytes, status: int, seconds: float) -> Finding:
    lines = [line for line in told.split(b"\n") if line.startswith(b"{")]
    with contextlib.suppress(ValueError, TypeError, IndexError):
        about: dict[str, Any] = json.loads(lines[0])
        if about.get("late"):
            return _late(seconds)
        return Finding(**about)
    how = f"died of {signal.Signals(-status).name}" if status < 0 else f"exit code {status}"
    return Finding(ok=False, reason=f"Its import ends the process: {how}.", fix="Tell its author.")


def _late(seconds: float) -> Finding:
    return Finding(
        ok=False, reason=f"Its import took longer than {seconds:g} s.", fix="See the log, or tell its author."
    )


def main(module: str, name: str, seconds: float) -> None:
    """Import ``module`` and write what came of it to stdout as one line of JSON. Does not return."""
    from hub.supervise.leash import die_with_parent  # noqa: PLC0415  only here

    die_with_parent()
    out = os.dup(1)
    os.dup2(2, 1)  # what it prints is not our answer
    _limit(seconds)
    _report_late(out, seconds)
    finding = _examine(module, name)
    os.write(out, json.dumps(asdict(finding)).encode() + b"\n")
    os._exit(0)  # threads that it left behind are nobody's


def _limit(seconds: float) -> None:
    for what, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, int(6 * seconds)),  # of all its threads
        (resource.RLIMIT_DATA, min(MEMORY, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2)),
        (resource.RLIMIT_FSIZE, FILE),
    ):
        _, hard = resource.getrlimit(what)
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (soft, hard))


def _report_late(out: int, seconds: float) -> None:
    """Have it said in time, even by a process in which no Python can run: then the exit code tells."""
    import threading  # noqa: PLC0415  only here

    def late() -> None:
        os.write(out, b'{"late": true}\n')
        os._exit(0)

    timer = threading.Timer(seconds, late)
    timer.daemon = True
    timer.start()
    faulthandler.dump_traceback_later(seconds + 1, exit=True)


def _examine(module: str, name: str) -> Finding:
    began = time.perf_counter()
    try:
        found = importlib.import_module(module)
        took = time.perf_counter() - began
        dispatch.implementations(dispatch.validator(), name, found)
    except dispatch.HookError as error:
        return Finding(ok=False, reason=str(error), fix=error.fix)
    except BaseException as error:  # noqa: BLE001  sys.exit at import is a finding
        return Finding(ok=False, reason=dispatch.describe(error), fix="See the log, or tell its author.")
    return Finding(ok=True, seconds=round(took, 4))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
