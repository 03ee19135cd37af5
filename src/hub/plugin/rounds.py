"""Run one hook's coroutines of several plugins together, under one timer, at little cost.

A task for each would cost more than most hooks do. So one task runs them one after the other, until
one has to wait: then that task is its own from there on, and each of the others gets one too. Every
coroutine sees the same task from beginning to end, as it would in a task of its own.
"""

from __future__ import annotations

import asyncio
import types
from typing import TYPE_CHECKING, Any

from hub.plugin.acting import current
from hub.plugin.dispatch import HookError, LateError, failure

if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator, Sequence

    from hub.plugin.hooks import Complain

    Work = Coroutine[Any, Any, Any]
    Ended = tuple[Any, HookError | None]


class Round:
    """One call of hook ``name``: ``works`` are (plugin, coroutine); each has ``seconds`` in all."""

    __slots__ = (
        "_begun", "_complain", "_ended", "_left", "_loop", "_name", "_next", "_over", "_seconds", "_tasks",
        "_timer", "_works",
    )  # fmt: skip

    def __init__(
        self, name: str, seconds: float, works: Sequence[tuple[str, Work]], complain: Complain
    ) -> None:
        self._name, self._seconds, self._works, self._complain = name, seconds, works, complain
        self._ended: list[Ended | None] = [None] * len(works)
        self._begun = [False] * len(works)
        self._left, self._next = len(works), 0
        self._tasks: list[asyncio.Task[None]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[None] = self._loop.create_future()

    async def run(self) -> list[Ended]:
        """Return value and error of each, in order. Who is late is cancelled and left behind."""
        self._spawn()
        try:
            await self._over
        except asyncio.CancelledError:
            self._ended = [ended or (None, None) for ended in self._ended]  # none of them is to blame
            self._drop()
            raise
        finally:
            if self._timer is not None:
                self._timer.cancel()
        return [ended for ended in self._ended if ended is not None]

    def _spawn(self, alone: int = -1) -> None:
        """Begin the next ones in a task, or the one at index ``alone`` in a task of its own."""
        work = self._together() if alone < 0 else self._alone(alone)
        self._tasks.append(self._loop.create_task(work, name=self._name))

    def _spread(self) -> None:
        """Begin all that are left, each in a task of its own; the clock runs from the first that waits."""
        if self._timer is None:
            self._timer = self._loop.call_later(self._seconds, self._late)
        left = range(self._next, len(self._works))
        self._next = len(self._works)
        for index in left:
            self._spawn(index)

    async def _alone(self, index: int) -> None:
        await self._drive(index)

    async def _together(self) -> None:
        me, works = asyncio.current_task(), self._works
        while self._next < len(works):
            index = self._next
            self._next += 1
            await self._drive(index)
            if me is None or me.cancelling():  # it cancelled its task, which is not the next one's fault
                return self._spread()
        return None

    @types.coroutine
    def _drive(self, index: int) -> Generator[Any, Any, None]:
        self._begun[index] = True
        plugin, work = self._works[index]
        current.set(plugin)
        try:
            waits_for = work.send(None)
        except StopIteration as done:
            self._settle(index, done.value)
        except BaseException as error:  # noqa: BLE001  sys.exit in a hook must not end the hub
            self._settle(index, None, error)
        else:
            self._spread()
            yield from self._rest(index, work, waits_for)

    def _rest(self, index: int, work: Work, waits_for: Any) -> Generator[Any, Any, None]:
        """Hand on what ``work`` waits for, and to it what comes of that, until it ends."""
        while True:
            try:
                try:
                    sent = yield waits_for
                except GeneratorExit:
                    work.close()
                    raise
                except BaseException as error:  # noqa: BLE001  cancellation and failures are its own
                    waits_for = work.throw(error)
                else:
                    waits_for = work.send(sent)
            except StopIteration as done:
                return self._settle(index, done.value)
            except GeneratorExit:
                raise
            except BaseException as error:  # noqa: BLE001  as above
                return self._settle(index, None, error)

    def _settle(self, index: int, value: Any, error: BaseException | None = None) -> None:
        if self._ended[index] is not None:
            return  # it was late, and nobody waits for it any more
        if error is None:
            self._ended[index] = (value, None)
        else:
            if isinstance(error, asyncio.CancelledError):
                error = asyncio.CancelledError("cancelled itself")
            self._fail(index, failure(error))
        self._left -= 1
        if not self._left and not self._over.done():
            self._over.set_result(None)

    def _fail(self, index: int, error: HookError) -> None:
        self._ended[index] = (None, error)
        self._complain(self._works[index][0], self._name, error)

    def _late(self) -> None:
        late = LateError(
            f"{self._name} took longer than {self._seconds:g} s.", fix="See the log, or tell its author."
        )
        for index, ended in enumerate(self._ended):
            if ended is None and self._begun[index]:
                self._fail(index, late)
            elif ended is None:  # it never began: the others took all the time
                self._ended[index] = (None, late)
        self._drop()
        if not self._over.done():
            self._over.set_result(None)

    def _drop(self) -> None:
        """Cancel what runs, and close what has not begun."""
        self._next = len(self._works)
        for (_, work), begun in zip(self._works, self._begun, strict=True):
            if not begun:
                work.close()
        for task in self._tasks:
            task.cancel()
