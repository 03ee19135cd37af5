"""Live one life of a child process: spawn it, listen to it, watch its health and memory, bury its tree.

A child is pinged, and one that then neither sends nor takes a frame for a while hangs. Its memory
is that of its whole process tree, so that nothing hides in a grandchild.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil
import structlog

from hub.link import LINK_FD, Link, open_link
from hub.supervise import leash
from hub.supervise.complaints import Complaints

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from wyoming.event import Event

INHERITED = frozenset(
    {"PATH", "HOME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH"}
)
"""The environment variables that a child gets, besides ``LC_*`` and ``CUDA_*``: never a secret."""

MIB = 1024 * 1024
KILL_AT = 1.5
"""A child is asked to drain at its memory ceiling and killed at this many times it."""

BURIAL_S = 5.0
"""Seconds allowed to the keeper to clear away what it has killed."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """What to run and how much it may take.

    ``module`` is run as ``python -m module``; ``config`` is its first frame's data; ``memory_mb``
    bounds the resident memory of its whole process tree, in MiB; it must be ready within ``ready_s``.
    """

    name: str
    module: str
    config: dict[str, Any]
    memory_mb: int
    ready_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How a child is watched and restarted; all in seconds."""

    ping: float = 5.0  # between pings
    silence: float = 15.0  # without a pong or any other frame: it hangs
    measure: float = 1.0  # between looks at its memory
    grace: float = 2.0  # from SIGTERM to SIGKILL
    healthy: float = 60.0  # ready for so long, its past deaths are forgotten
    backoff: tuple[float, ...] = (0.1, 0.3, 1.0, 3.0, 10.0)
    retry: float = 30.0  # between attempts once it has failed


class Life:
    """One life of a child, from its spawn to the end of the last of its descendants."""

    def __init__(
        self,
        spec: ChildSpec,
        pace: Pace,
        on_event: Callable[[Event], Awaitable[None]],
        on_ready: Callable[[dict[str, Any]], None],
    ) -> None:
        self.pid: int | None = None
        self._spec, self._pace, self._on_event, self._on_ready = spec, pace, on_event, on_ready
        self._now = asyncio.get_running_loop().time
        self._link: Link | None = None
        self._keeper: asyncio.subprocess.Process | None = None
        self._complaints = Complaints(spec.name)
        self._is_ready = asyncio.Event()
        self._ready_at = self._heard_at = 0.0
        self._busy = False  # we, not the child: an event of its is being handled
        self._draining = False
        self._asked_to_end: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.memory = 0
        """Bytes that the whole tree held when it was last weighed."""
        self._tree: set[psutil.Process] = set()  # all that were seen and still run

    async def run(self, spawned: asyncio.Event) -> tuple[str, float]:
        """Live; sets ``spawned`` on the way. Return why it died and for how many seconds it was ready.

        Cancelled, it ends the child with SIGTERM first. Either way nothing of the child is left.
        """
        politely = False
        try:
            try:
                keeper, link = await self._spawn()
            except (OSError, EOFError) as error:
                return f"it could not be started: {error}", 0.0
            finally:
                spawned.set()
            watches = self._listen(link, keeper), self._check(link), self._weigh(link), self._mourn(keeper)
            reason = await _first(*watches, self._wait_for_end())
            politely = self._asked_to_end.done()
            return reason, (self._now() - self._ready_at) if self._is_ready.is_set() else 0.0
        except asyncio.CancelledError:
            politely = True
            raise
        finally:
            await _to_the_end(self._bury(politely=politely))

    def end(self, reason: str) -> None:
        """End this life with SIGTERM and a grace; ``reason`` is why it will have died."""
        if not self._asked_to_end.done():
            self._asked_to_end.set_result(reason)

    async def _wait_for_end(self) -> str:
        return await self._asked_to_end

    async def send(self, type: str, data: dict[str, Any] | None, payload: bytes | None) -> None:  # noqa: A002  the protocol's word
        """Send a frame. Raises `ConnectionError` when the child is gone."""
        if self._link is None:
            raise ConnectionResetError("the link is not open yet")
        await self._link.send(type, data, payload)

    def rss(self) -> int:
        """Return the resident memory of the whole tree, keeper included, in bytes."""
        if self._keeper is None:
            return 0
        self._tree = {process for process in self._tree if process.is_running()} | tree(self._keeper.pid)
        total = 0
        for process in self._tree:
            with contextlib.suppress(psutil.Error):
                total += process.memory_info().rss
        return total

    async def _spawn(self) -> tuple[asyncio.subprocess.Process, Link]:
        """Start the keeper and, by it, the child; EOFError when it ends before it has begun."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                keeper = self._keeper = await asyncio.create_subprocess_exec(
                    *(sys.executable, "-P", leash.__file__, self._spec.module),
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.PIPE,
                    pass_fds=(theirs.fileno(),),
                    env=environment() | {LINK_FD: str(theirs.fileno())},
                    start_new_session=True,
                )
            link = self._link = await open_link(ours)
        except BaseException:
            ours.close()
            raise
        assert keeper.stdout is not None  # noqa: S101  a pipe, as asked for above
        assert keeper.stderr is not None  # noqa: S101  a pipe, as asked for above
        self._complaints.read(keeper.stderr)
        line = await keeper.stdout.readline()
        if not line:
            raise EOFError(await self._how_it_ended(keeper))
        self.pid = int(line)
        return keeper, link

    async def _listen(self, link: Link, keeper: asyncio.subprocess.Process) -> str:
        """Take frames until the link ends."""
        with contextlib.suppress(ConnectionError):
            await link.send("hub.config", self._spec.config)
        async for event in link:
            await self._take(event)
            await asyncio.sleep(0)  # a flood must not keep the loop to itself
        return await self._how_it_ended(keeper)

    async def _take(self, event: Event) -> None:
        self._heard_at = self._now()  # whoever speaks does not hang, pong or not
        if event.type == "hub.ready":
            self._ready_at = self._now()
            self._is_ready.set()
            self._on_ready(event.data)
        elif event.type != "hub.pong":
            await self._hand_on(event)

    async def _hand_on(self, event: Event) -> None:
        self._busy = True
        try:
            await self._on_event(event)
        except Exception:
            log.exception("child.on_event_failed", child=self._spec.name, event_type=event.type)
        finally:
            self._busy = False
            self._heard_at = self._now()  # meanwhile it was we who did not listen

    async def _check(self, link: Link) -> str:
        """Wait until the child hangs, or was not ready in time."""
        try:
            async with asyncio.timeout(self._spec.ready_s):
                await self._is_ready.wait()
        except TimeoutError:
            return f"it was not ready within {self._spec.ready_s:g} s"
        while True:
            await asyncio.sleep(self._pace.ping)
            if not await self._reaches(link, "hub.ping"):
                return f"it took no frame for {self._pace.silence:g} s"
            if not self._busy and self._now() - self._heard_at > self._pace.silence:
                return f"it did not answer for {self._pace.silence:g} s"

    async def _reaches(self, link: Link, frame: str) -> bool:
        """Send ``frame``; False if the child does not take it in time."""
        try:
            async with asyncio.timeout(self._pace.silence):
                await link.send(frame)
        except TimeoutError:
            return False
        except ConnectionError:
            pass  # it is gone: others say how
        return True

    async def _weigh(self, link: Link) -> str:
        """Wait until the child's tree uses far too much memory, asking it to drain before."""
        while True:
            await asyncio.sleep(self._pace.measure)
            self.memory = await asyncio.to_thread(self.rss)
            used = self.memory // MIB
            if used > self._spec.memory_mb * KILL_AT:
                return f"it used {used} MiB of memory, far above its {self._spec.memory_mb} MiB"
            if used > self._spec.memory_mb and not self._draining:
                self._draining = True
                log.warning(
                    "child.drain", child=self._spec.name, used_mib=used, ceiling_mib=self._spec.memory_mb
                )
                await self._reaches(link, "hub.drain")

    async def _mourn(self, keeper: asyncio.subprocess.Process) -> str:
        """Wait for the end of the process."""
        await keeper.wait()
        return await self._how_it_ended(keeper)

    async def _how_it_ended(self, keeper: asyncio.subprocess.Process) -> str:
        try:
            async with asyncio.timeout(self._pace.grace):
                code = await keeper.wait()
        except TimeoutError:
            return "it closed its link"
        if code == 0 and self._draining:
            return f"it used more than its {self._spec.memory_mb} MiB of memory and starts afresh"
        last = await self._complaints.last()
        return _ending(code) + (f", {last}" if last else "")

    async def _bury(self, *, politely: bool) -> None:
        """End whatever is left of the child, and return when nothing is."""
        keeper = self._keeper
        if keeper is not None:
            if politely:
                _signal_group(keeper.pid, signal.SIGTERM)
                await _ends_within(keeper, self._pace.grace)
            assert keeper.stdin is not None  # noqa: S101  a pipe, as asked for in _spawn
            keeper.stdin.close()  # lets go of the leash: the keeper kills them all
            if not await _ends_within(keeper, BURIAL_S) or keeper.returncode != 0:
                _signal_group(keeper.pid, signal.SIGKILL)  # the keeper may have been killed before it could
                await keeper.wait()
            for process in self._tree:  # and some may have left the group
                with contextlib.suppress(psutil.Error):
                    process.kill()  # psutil checks that the id was not given to another
        if self._link is not None:
            await self._link.close()
        await self._complaints.close()


def environment() -> dict[str, str]:
    """Return what a child inherits of our environment, and a limit of one thread for its libraries."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in INHERITED or name.startswith(("LC_", "CUDA_"))
    }
    return kept | {"OMP_NUM_THREADS": "1"}


def tree(pid: int) -> set[psutil.Process]:
    """Return the process ``pid`` and all its descendants; empty when it is gone."""
    try:
        root = psutil.Process(pid)
        return {root, *root.children(recursive=True)}
    except psutil.Error:
        return set()


def _ending(code: int) -> str:
    """Say in words how a process ended: its keeper adds 128 to the number of a signal."""
    number = -code if code < 0 else code - 128
    try:
        return f"killed by {signal.Signals(number).name}"
    except ValueError:
        return f"exit code {code}"


def _signal_group(leader: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


async def _ends_within(process: asyncio.subprocess.Process, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await process.wait()
    except TimeoutError:
        return False
    return True


async def _first(*watches: Coroutine[Any, Any, str]) -> str:
    """Run ``watches`` together; return what the first to end says, when none is left running."""
    tasks = [asyncio.create_task(watch) for watch in watches]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(task for task in tasks if task.done()).result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _to_the_end(work: Coroutine[Any, Any, None]) -> None:
    """Await ``work`` to its end, even if we are cancelled meanwhile."""
    task = asyncio.create_task(work)
    cancelled = False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError
