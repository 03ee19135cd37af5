"""Wait for the next piece of a stream until a time, with one timer for all of its pieces.

`asyncio.timeout` says the same of one await and costs a timer for each; here it is moved only when it fires.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

Piece = TypeVar("Piece")


class Watch:
    """For one stream that one task at a time reads; `close` must follow."""

    __slots__ = ("_late", "_loop", "_task", "_timer", "_until")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._timer: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[object] | None = None
        self._until = 0.0
        self._late = False

    async def next(self, stream: AsyncIterator[Piece], until: float) -> Piece | None:
        """Return the next piece, None at the end; raises `TimeoutError` at ``until``, of the loop's clock."""
        if until <= self._loop.time():
            raise TimeoutError
        task = asyncio.current_task()
        before = task.cancelling() if task else 0
        self._task, self._until, self._late = task, until, False
        if self._timer is None or self._timer.when() > until:
            self._arm()
        try:
            return await anext(stream, None)
        except asyncio.CancelledError:
            if self._late and task is not None:
                self._late = False
                if task.uncancel() <= before:  # nobody else wanted it to end
                    raise TimeoutError from None
            elif task is not None and not task.cancelling():  # nobody wanted that: it is the stream's own
                raise ConnectionError("It broke off by itself.") from None
            raise
        finally:
            self._task = None
            if self._late and task is not None:  # the stream made something else of being cancelled
                task.uncancel()

    def hurry(self, until: float) -> None:
        """Let the piece that is waited for be late at ``until`` already."""
        if self._task is not None and until < self._until:
            self._until = until
            self._arm()

    def close(self) -> None:
        """Stop watching."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _arm(self) -> None:
        self.close()
        self._timer = self._loop.call_at(self._until, self._fire)

    def _fire(self) -> None:
        self._timer = None
        if self._task is None:
            return  # nobody waits: the next who does sets it anew
        if self._loop.time() < self._until:
            self._arm()
        else:
            self._late = True
            self._task.cancel()
