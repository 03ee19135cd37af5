"""Ask a second provider in silence when the first is slow, and let the first whole sentence win.

Among equals it is a race. A smaller model is an insurance only: what it has ready is told when the better
one fails or is late, so that a fast bad answer never wins over a good one that is in time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

from hub.llm.routing.resume import Sentences

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub.llm.routing.attempt import Attempt

SHARE = 0.1
"""The share of all questions that may be asked twice."""

_MOST, _AT_FIRST = 3.0, 1.0
_KEPT, _ENOUGH, _SLOW = 50, 5, 0.9
_END_S = 1.0


class Pump:
    """Reads an `Attempt` in a task of its own, ahead of whoever listens; `changed` is set at each step."""

    def __init__(self, attempt: Attempt, changed: asyncio.Event) -> None:
        self.attempt, self._changed = attempt, changed
        self._texts: deque[str] = deque()
        self._sentences = Sentences()
        self.begun = self.whole = self.over = False
        self._task = asyncio.get_running_loop().create_task(self._run(), name=f"ask:{attempt.provider.name}")

    @property
    def failed(self) -> bool:
        """Whether it ended without a whole answer."""
        return self.over and self.attempt.error is not None

    async def _run(self) -> None:
        with suppress(Exception):  # it stands in the attempt, for whoever listens
            while (text := await self.attempt.next()) is not None:
                self.begun = True
                if text:
                    self._texts.append(text)
                self.whole = self.whole or bool(self._sentences.feed(text))
                self._changed.set()
        self.over = True
        self.whole = self.whole or not self.failed
        self._changed.set()

    async def next(self) -> str | None:
        """Return more of the answer, as `Attempt.next` does."""
        while not self._texts:
            if self.over:
                if self.attempt.error is not None:
                    raise self.attempt.error
                return None
            self._changed.clear()
            await self._changed.wait()
        return self._texts.popleft()

    async def close(self) -> None:
        """End the work, as `Attempt.close` does."""
        try:
            if not self._task.done():
                self._task.cancel()
                await asyncio.wait({self._task}, timeout=_END_S)
        finally:
            await self.attempt.close()

    async def see_off(self) -> None:
        """Wait for its first piece, or until it is late, so that the breaker learns which; then close."""
        try:
            while not (self.begun or self.over):
                self._changed.clear()
                await self._changed.wait()
        finally:
            await self.close()


async def race(
    first: Pump,
    second: Callable[[asyncio.Event], Awaitable[Pump | None]],
    changed: asyncio.Event,
    *,
    after_s: float,
    late_s: float,
) -> tuple[Pump, Pump | None]:
    """Return the one to be told, and the other if there is one, which the caller closes.

    ``second`` is begun when ``first`` has not begun to answer after ``after_s`` seconds. After ``late_s``
    whoever begins first is told, also a smaller one.
    """
    now = asyncio.get_running_loop().time
    began = now()
    await _wait(lambda: first.begun or first.over, changed, began + after_s)
    if first.begun or first.over or (other := await second(changed)) is None:
        return first, None
    try:
        await _wait(lambda: _winner(first, other) is not None, changed, began + late_s)
        await _wait(lambda: _winner(first, other, late=True) is not None, changed, None)
    except BaseException:
        await other.close()
        raise
    winner = _winner(first, other, late=True)
    return (other, first) if winner is other else (first, other)


async def _wait(true: Callable[[], bool], changed: asyncio.Event, until: float | None) -> None:
    """Wait until it is ``true``, or the time has come."""
    with suppress(TimeoutError):
        async with asyncio.timeout_at(until):
            while not true():
                changed.clear()
                await changed.wait()


def _winner(first: Pump, second: Pump, *, late: bool = False) -> Pump | None:
    if first.failed:
        return second
    if first.whole or second.failed:
        return first
    if first.attempt.provider.caps.quality == second.attempt.provider.caps.quality:
        return second if second.whole else None
    if first.begun:
        return first
    return second if late and second.begun else None


class Hedges:
    """Says when a second may be asked: for a tenth of all questions, and later for who is always slow."""

    def __init__(self) -> None:
        self._free = _AT_FIRST
        self._paces: dict[str, deque[float]] = {}

    def note(self, name: str, first_s: float | None) -> None:
        """Take note of how long a provider took to its first piece."""
        if first_s is not None:
            self._paces.setdefault(name, deque(maxlen=_KEPT)).append(first_s)

    def after(self, name: str, hedge_s: float, first_s: float, *, near: bool) -> float | None:
        """Return the seconds after which a second may be asked; None: not for this question.

        Beside one that is ``near`` it always may: that costs nobody anything.
        """
        if near:
            return hedge_s
        self._free = min(_MOST, self._free + SHARE)
        paces = self._paces.get(name, ())
        usual = sorted(paces)[int(len(paces) * _SLOW)] if len(paces) >= _ENOUGH else 0.0
        after_s = max(hedge_s, usual)
        return after_s if self._free >= 1.0 and after_s < first_s else None

    def spend(self) -> None:
        """Count one question that is asked twice."""
        self._free -= 1.0
