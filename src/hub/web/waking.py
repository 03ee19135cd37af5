"""Listen for the wake word in a tab that was asked to, while nobody talks there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub import ports

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.hub import Hub


class Waking:
    """The wake word of one tab. ``woken`` is called when it was said."""

    def __init__(self, hub: Hub, woken: Callable[[], None]) -> None:
        self._hub, self._woken = hub, woken
        self._watch: ports.WakeWatch | None = None

    @property
    def on(self) -> bool:
        """Whether the tab's sound is listened to for the word."""
        return self._watch is not None

    async def turn(self, on: bool, session: str, audio: ports.AudioFormat) -> str:
        """Begin or end; return the word. Raises `Unavailable`."""
        wake = self._hub.port(ports.WakeWord)  # type: ignore[type-abstract]  # a Protocol is the key
        await self.close()
        if on:
            self._watch = await wake.watch(session, audio, self._woken)
        return wake.word

    async def push(self, pcm: bytes) -> None:
        """Take sound of the tab."""
        if self._watch:
            await self._watch.push(pcm)

    async def close(self) -> None:
        """End. Safe to call twice."""
        watch, self._watch = self._watch, None
        if watch:
            await watch.close()
