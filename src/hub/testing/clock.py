"""Run a coroutine on a clock that jumps: nobody waits, and every run is the same."""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

Result = TypeVar("Result")


class _Jumping(selectors.BaseSelector):
    """Asks the real selector what is ready; where that is nothing, the time that was to pass has passed."""

    def __init__(self) -> None:
        self._inner = selectors.DefaultSelector()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = self._inner.select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None:
            raise RuntimeError("Everybody waits, and nothing is due: this would hang for ever.")
        self.now += timeout
        return []

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._inner.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._inner.unregister(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._inner.get_map()

    def close(self) -> None:
        self._inner.close()


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose ``time()`` starts at 0 and passes only while everybody waits.

    For what lives in one process: threads and sockets take real time, which does not pass here.
    """

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)
        self._clock_resolution = 1e-9  # asyncio's own, of the real clock

    def time(self) -> float:
        """Return the seconds that have passed."""
        return self._jumping.now


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """Run ``work`` to its end on a `VirtualLoop`. Raises `AssertionError` for tasks that outlive it."""
    loop = VirtualLoop()
    try:
        result = loop.run_until_complete(work)
        left = [task.get_name() for task in asyncio.all_tasks(loop)]
        assert not left, f"These tasks outlive it: {', '.join(left)}"
        return result
    finally:
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
