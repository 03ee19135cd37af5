"""Hold what waits to be sent to one tab: in order, bounded, and only the newest of what replaces itself."""

from __future__ import annotations

import asyncio

MESSAGES = 1_024
BYTES = 4 << 20


class Slow(Exception):  # noqa: N818  a state, not a fault
    """The tab does not read; it must be closed, so that it costs nobody else anything."""


class Outbox:
    """Messages (text or bytes) for one tab. A message with a key replaces one that still waits under it."""

    def __init__(self, messages: int = MESSAGES, size: int = BYTES) -> None:
        self._limit, self._room = messages, size
        self._waiting: dict[object, str | bytes] = {}
        self._bytes = 0
        self._wake = asyncio.Event()
        self.slow = False

    def put(self, message: str | bytes, key: str | None = None) -> None:
        """Queue ``message``; never blocks. When there is no room the tab counts as slow and gets no more."""
        if self.slow:
            return
        replaced = self._waiting.pop(key, b"") if key else b""
        self._bytes += len(message) - len(replaced)
        self._waiting[key or object()] = message
        self.slow = len(self._waiting) > self._limit or self._bytes > self._room
        self._wake.set()

    def drop_sound(self) -> None:
        """Forget the sound that waits: it may not be played any more."""
        for key, message in tuple(self._waiting.items()):
            if isinstance(message, bytes):
                del self._waiting[key]
                self._bytes -= len(message)

    async def get(self) -> str | bytes:
        """Return the next message. Raises `Slow` when the tab did not keep up."""
        while not self._waiting and not self.slow:
            self._wake.clear()
            await self._wake.wait()
        if self.slow:
            raise Slow
        key = next(iter(self._waiting))
        message = self._waiting.pop(key)
        self._bytes -= len(message)
        return message
