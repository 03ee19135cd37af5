"""An event loop whose time is not waited for: when all sleep, the clock jumps to who wakes first."""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Coroutine


class _Selector(selectors.SelectSelector):
    """Waits no longer than a moment, and moves the clock of ``loop`` instead."""

    loop: Loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Return what is ready now; else let the time pass that was to be waited."""
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("everybody waits, and nothing will ever happen")
        if not ready and timeout:
            self.loop.now += timeout
        return ready


class Loop(asyncio.SelectorEventLoop):
    """A loop of which only ``now`` is different."""

    def __init__(self) -> None:
        self.now = 1_000.0
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        """Return the seconds that have passed in here."""
        return self.now


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run ``work`` to its end in such a loop."""
    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(work)
