"""A word that wakes the hub: the port of what listens for it, and for nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

from hub.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.ports.speech import AudioFormat


class WakeWatch(Protocol):
    """One microphone that is listened to for the word."""

    async def push(self, pcm: bytes) -> None:
        """Take sound, frames of any length; never waits for long, and keeps none of it."""
        ...

    async def close(self) -> None:
        """Listen no more. Safe to call twice."""
        ...


@runtime_checkable
class WakeWord(Protocol):
    """Listens for one word."""

    @property
    def word(self) -> str:
        """Return the word as a person says it."""
        ...

    async def watch(self, session: str, audio: AudioFormat, woken: Callable[[], None]) -> WakeWatch:
        """Listen to a microphone; ``woken`` is called at each time that the word was said.

        Raises `Unavailable` with the reason and the fix.
        """
        ...


class NullWakeWord:
    """No word: says so to whoever asks."""

    word = ""

    async def watch(self, session: str, audio: AudioFormat, woken: Callable[[], None]) -> WakeWatch:  # noqa: ARG002  the port's
        """Refuse with the reason and the fix."""
        raise Unavailable("No wake word is chosen.", fix="Choose one under Plugins, Voice.")
