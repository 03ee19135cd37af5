"""Own a child process over all its lives: start it, restart it with back-off, stop it.

A child is a Python module run on a leash (`hub.supervise.leash`) and spoken to over a link (`hub.link`).
Its first frame is ``hub.config``; it answers ``hub.ready`` and from then on ``hub.ping``, which
`hub.link.run_child`'s link does by itself. ``hub.drain`` asks it to end when it is idle. Every other
frame is the business of the child and of whoever started it.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any, Literal

import structlog

from hub.errors import Unavailable
from hub.supervise.life import ChildSpec, Life, Pace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from wyoming.event import Event

__all__ = ["Child", "ChildSpec", "Pace", "State"]

State = Literal["stopped", "starting", "ready", "restarting", "failed"]

BRIEF = 2
"""How far along its back-off a child gets that did come up, each time, before it died."""

log = structlog.get_logger(__name__)


class Child:
    """A child process that is kept alive.

    ``state`` is its present state and ``reason`` why it is not well; ``info`` is what the child said
    in ``hub.ready``. ``on_event`` gets every frame that is not the supervisor's own, one at a time
    and in order; ``on_state`` is called at each change of state. A failed child is retried for ever.
    """

    def __init__(
        self,
        spec: ChildSpec,
        *,
        on_event: Callable[[Event], Awaitable[None]],
        on_state: Callable[[Child], None],
        pace: Pace | None = None,
    ) -> None:
        self.spec = spec
        self.state: State = "stopped"
        self.reason = ""
        self.info: dict[str, Any] = {}
        self.since = time.time()
        """When it entered its state, in Unix seconds."""
        self.restarts = 0
        """How often it was brought back since it was first started."""
        self._on_event, self._on_state = on_event, on_state
        self._pace = pace or Pace()
        self._life: Life | None = None
        self._task: asyncio.Task[None] | None = None
        self._ready = asyncio.Event()
        self._deaths = 0
        self._hurry = asyncio.Event()

    @property
    def pid(self) -> int | None:
        """The process id of the child itself, None while there is none."""
        return self._life.pid if self._life else None

    async def start(self) -> None:
        """Start the child; returns once it is spawned, or could not be and will be retried."""
        if self._task is None:
            self._deaths = 0
            self._enter("starting")
            spawned = asyncio.Event()
            self._task = asyncio.create_task(self._supervise(spawned), name=f"child {self.spec.name}")
            await spawned.wait()

    async def ready(self, timeout: float) -> bool:  # noqa: ASYNC109  answers False where a scope would raise
        """Wait up to ``timeout`` seconds for the child to be ready; say whether it is."""
        try:
            async with asyncio.timeout(timeout):
                await self._ready.wait()
        except TimeoutError:
            return False
        return True

    async def send(
        self,
        type: str,  # noqa: A002  the protocol's word
        data: dict[str, Any] | None = None,
        payload: bytes | None = None,
    ) -> None:
        """Send a frame; waits while the child is slow to read. Raises `Unavailable` when it is not ready."""
        life = self._life
        if self.state != "ready" or life is None:
            raise self._unavailable(self.state)
        try:
            await life.send(type, data, payload)
        except ConnectionError:
            raise self._unavailable("restarting") from None

    def restart(self) -> None:
        """End the present life and begin the next at once, as if none had ever failed; returns at once.

        Raises `Unavailable` when it was never started, or was stopped.
        """
        if self._task is None:
            raise Unavailable(f"The {self.spec.name} process was not started.", fix="Restart the hub.")
        self._hurry.set()
        if self._life:
            self._life.end("it was restarted by hand")

    async def stop(self) -> None:
        """End the child and its whole tree: SIGTERM, a grace of two seconds, SIGKILL. Safe to call twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait({task})
            self._enter("stopped")

    @property
    def memory(self) -> int:
        """What its whole process tree held when it was last weighed, at most a second ago, in bytes."""
        return self._life.memory if self._life else 0

    def rss(self) -> int:
        """Return the resident memory of the child's whole process tree, in bytes."""
        return self._life.rss() if self._life else 0

    def _unavailable(self, state: State) -> Unavailable:
        why = f": {self.reason}" if self.reason else ""
        return Unavailable(
            f"The {self.spec.name} process is {state}{why}",
            fix="Wait a moment: it is restarted by itself.",
        )

    def _enter(self, state: State, reason: str = "") -> None:
        if state != self.state:
            self.since = time.time()
        self.state, self.reason = state, reason
        if state == "ready":
            self._ready.set()
        else:
            self._ready.clear()
        log.info("child.changed", child=self.spec.name, state=state, reason=reason)
        try:
            self._on_state(self)
        except Exception:
            log.exception("child.on_state_failed", child=self.spec.name)

    def _became_ready(self, info: dict[str, Any]) -> None:
        self.info = info
        self._enter("ready")

    async def _supervise(self, spawned: asyncio.Event) -> None:
        try:
            while True:
                self._life = Life(self.spec, self._pace, self._on_event, self._became_ready)
                try:
                    reason, healthy_s = await self._life.run(spawned)
                finally:
                    self._life = None
                await self._rest(reason, healthy_s)
                self.restarts += 1
        finally:
            spawned.set()

    async def _rest(self, reason: str, healthy_s: float) -> None:
        """Wait before the next life: longer after each death, unless the last life was a healthy one.

        One that came up before it died is no hopeless case: it waits, but not for long.
        """
        if healthy_s >= self._pace.healthy or self._hurry.is_set():
            self._deaths = 0
        elif healthy_s > 0:
            self._deaths = min(self._deaths, BRIEF)
        failed = self._deaths >= len(self._pace.backoff)
        delay = self._pace.retry if failed else self._pace.backoff[self._deaths]
        self._deaths += 1
        self._enter("failed" if failed else "restarting", reason)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(delay):
                await self._hurry.wait()
        self._hurry.clear()
