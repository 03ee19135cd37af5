"""Hand each plugin the events it asked for, in order, from a queue and a task of its own.

A plugin that is slow loses the oldest events and holds up nobody: not who published, not the others.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from typing import TYPE_CHECKING

from hub.plugin.acting import acting

if TYPE_CHECKING:
    from hub.events import Bus
    from hub.events.bus import Subscription
    from hub.plugin.hooks import Hooks
    from hub.plugin.lifecycle import Plugin

SIZE = 256
PATIENCE_S = 5.0


class Pump:
    """The queues of all plugins that have `hub_event` and name ``events`` in their manifest."""

    def __init__(self, bus: Bus, hooks: Hooks) -> None:
        self._bus, self._hooks = bus, hooks
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._queues: dict[str, Subscription] = {}

    def follow(self, plugin: Plugin) -> None:
        """Begin to hand ``plugin`` its events; of one that is followed already nothing is lost."""
        if plugin.name in self._tasks or not plugin.manifest.events or "hub_event" not in plugin.hooks:
            return
        stack = ExitStack()
        queue = stack.enter_context(self._bus.subscribe(*plugin.manifest.events, size=SIZE))
        with acting(""):
            task = asyncio.create_task(self._run(plugin.name, queue), name=f"events:{plugin.name}")
        task.add_done_callback(lambda _: stack.close())
        self._queues[plugin.name], self._tasks[plugin.name] = queue, task

    def leave(self, name: str) -> None:
        """Hand that plugin nothing more; what waits is dropped."""
        self._queues.pop(name, None)
        if task := self._tasks.pop(name, None):
            task.cancel()

    def lost(self, name: str) -> int:
        """Return how many events that plugin has lost because it was too slow."""
        queue = self._queues.get(name)
        return queue.dropped if queue else 0

    async def _run(self, name: str, queue: Subscription) -> None:
        only = frozenset({name})
        async for event in queue:
            await self._hooks.each("hub_event", PATIENCE_S, only=only, event=event)
            # A plain function never gives way: a flood of events must not hold up the loop.
            await asyncio.sleep(0)
