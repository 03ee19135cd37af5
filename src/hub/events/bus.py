"""Carry events from those who publish to those who subscribed.

The bus keeps a ring of the latest for late joiners, and never lets a slow reader hold up a fast writer.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from hub.events.event import Event


class Subscription:
    """A bounded queue of events for one reader; when it is full the oldest are dropped and counted."""

    def __init__(self, patterns: tuple[str, ...], size: int) -> None:
        self._patterns = patterns
        self._wanted: dict[str, bool] = {}
        self._queue: deque[Event] = deque(maxlen=size)
        self._wake = asyncio.Event()
        self.dropped = 0

    def wants(self, name: str) -> bool:
        """Match ``name`` against patterns such as ``turn.*``, ``*`` or an exact name."""
        wanted = self._wanted.get(name)
        if wanted is None:
            wanted = self._wanted[name] = any(
                p in ("*", name) or (p.endswith(".*") and name.startswith(p[:-1])) for p in self._patterns
            )
        return wanted

    def put(self, event: Event) -> None:
        """Queue ``event``; never blocks."""
        if len(self._queue) == self._queue.maxlen:
            self.dropped += 1
        self._queue.append(event)
        self._wake.set()

    def take(self) -> list[Event]:
        """Return what waits, oldest first, without waiting for more."""
        taken = list(self._queue)
        self._queue.clear()
        return taken

    def __aiter__(self) -> Subscription:
        return self

    async def __anext__(self) -> Event:
        while not self._queue:
            self._wake.clear()
            await self._wake.wait()
        return self._queue.popleft()


class Bus:
    """Carries events from those who publish to those who subscribed, in order, on one event loop."""

    def __init__(self, ring: int = 500) -> None:
        self._subscriptions: set[Subscription] = set()
        self._ring: deque[Event] = deque(maxlen=ring)
        self._lasting: deque[Event] = deque(maxlen=2 * ring)
        self.gate: Callable[[Event], bool] | None = None
        """Says which events pass; without one all do."""

    def publish(self, event: Event) -> None:
        """Hand ``event`` to every subscriber that wants it; never blocks and never raises."""
        if self.gate is not None and not self.gate(event):
            return
        self._ring.append(event)
        if not event.fleeting:
            self._lasting.append(event)
        for subscription in tuple(self._subscriptions):
            if subscription.wants(event.name):
                subscription.put(event)

    @contextmanager
    def subscribe(self, *patterns: str, size: int = 256) -> Iterator[Subscription]:
        """Yield a subscription to the events matching ``patterns`` (default: all)."""
        subscription = Subscription(patterns or ("*",), size)
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def forget(self, conversations: Collection[str] | None = None) -> None:
        """Drop what was said in those talks (default: in all) from all that is remembered here."""
        for ring in (self._ring, self._lasting):
            kept = [event for event in ring if not _is_of(event, conversations)]
            ring.clear()
            ring.extend(kept)

    def recent(self, count: int = 50) -> list[Event]:
        """Return the latest events, newest last."""
        return list(self._ring)[-count:]

    def history(self, count: int = 1_000) -> list[Event]:
        """Return the latest events that are not fleeting, newest last: they reach further back."""
        return list(self._lasting)[-count:]


def _is_of(event: Event, conversations: Collection[str] | None) -> bool:
    talk = getattr(event, "conversation", "")
    return bool(talk) if conversations is None else talk in conversations
