"""Fall back to the hub's own voice when the Wyoming server fails, and say so once each time it does."""

from __future__ import annotations

import time
from contextlib import aclosing
from typing import TYPE_CHECKING, cast

import structlog

from hub import HubError, Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Callable

    from hub import (
        EngineInfo,
        Slice,
        TextToSpeech,
        VoiceInfo,
    )

    Say = Callable[[Unavailable | None], None]
    """Told of a failure, and of None once it is over."""

log = structlog.get_logger(__name__)

AGAIN_S = 15.0
"""How long a server that failed is left alone, so that nobody waits for it in every turn."""


class _Watch:
    """When the server failed last; tells who listens of each change."""

    def __init__(self, say: Say | None) -> None:
        self._say, self._until, self._down = say, 0.0, False

    @property
    def resting(self) -> bool:
        return time.monotonic() < self._until

    def failed(self, error: Unavailable) -> None:
        self._until = time.monotonic() + AGAIN_S
        if not self._down:
            self._down = True
            log.warning("wyoming.fell_back", reason=str(error), fix=error.fix)
            if self._say:
                self._say(error)

    def well(self) -> None:
        if self._down:
            self._down = False
            log.info("wyoming.back")
            if self._say:
                self._say(None)


class BackedMouth:
    """The server's voice, and ``own`` when it fails: a text is spoken by one of them, never by both."""

    def __init__(self, server: TextToSpeech, own: TextToSpeech, say: Say | None = None) -> None:
        self._server, self._own, self._watch = server, own, _Watch(say)

    @property
    def info(self) -> EngineInfo:
        """Say what speaks now."""
        return self._own.info if self._watch.resting else self._server.info

    async def voices(self) -> tuple[VoiceInfo, ...]:
        """Return the voices of both, the server's first."""
        return (*await self._servers(), *await self._own.voices())

    async def speak(self, text: str, *, voice: str = "", speed: float = 1.0) -> AsyncIterator[Slice]:
        """Yield ``text`` as sound. Raises `Unavailable` when the server breaks off in mid-word."""
        served = {one.name for one in await self._servers()}
        if not self._watch.resting and (not voice or voice in served):
            begun = False
            try:
                async for part in self._run(self._server, text, voice, speed):
                    begun = True
                    yield part
            except Unavailable as error:
                self._watch.failed(error)
                if begun:
                    raise
            else:
                self._watch.well()
                return
        known = {one.name for one in await self._own.voices()}
        if voice and voice not in known and not self._watch.resting:
            raise HubError(f"There is no voice {voice[:60]!r}.", fix="Choose one of those that there are.")
        # While the server rests its voices are not there: the usual one speaks for them.
        async for part in self._run(self._own, text, voice if voice in known else "", speed):
            yield part

    async def _servers(self) -> tuple[VoiceInfo, ...]:
        if self._watch.resting:
            return ()
        try:
            return await self._server.voices()
        except Unavailable as error:
            self._watch.failed(error)
            return ()

    async def _run(self, mouth: TextToSpeech, text: str, voice: str, speed: float) -> AsyncIterator[Slice]:
        said = cast("AsyncGenerator[Slice, None]", mouth.speak(text, voice=voice, speed=speed))
        async with aclosing(said) as parts:
            async for part in parts:
                yield part
