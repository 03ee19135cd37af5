"""Run one talk in the speech child: sound in to turns, answers out to sound."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from hub_voice.ears import Ears
from hub_voice.mouth import Mouth

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from hub import AudioFormat, SpeechEvent
    from hub_voice.engine.engines import Engines
    from hub_voice.settings import Waits

log = structlog.get_logger(__name__)


class Session:
    """One person's talk: ears and a mouth that know of each other. Called on the event loop."""

    def __init__(
        self,
        audio: AudioFormat,
        engines: Engines,
        emit: Callable[[SpeechEvent], Awaitable[None]],
        waits: Waits,
        *,
        epoch: int = 0,
        revision: int = 0,
        half_duplex: bool = False,
    ) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._mouth = Mouth(engines, emit, epoch=epoch)
        self._ears = Ears(
            audio,
            engines,
            emit,
            waits,
            mouth=self._mouth,
            spawn=self._spawn,
            revision=revision,
            half_duplex=half_duplex,
        )
        self._spawn(self._mouth.speak())
        self._spawn(self._mouth.play())

    async def close(self) -> None:
        """End everything this session does."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def listen(self, *, push: bool) -> None:
        """Start to listen; holding a button silences an answer, as speaking over it would."""
        await self._ears.listen(push=push)

    async def finish(self) -> None:
        """Stop listening; what was said becomes the turn."""
        await self._ears.finish()

    async def ignore(self) -> None:
        """Stop listening and drop what was said."""
        await self._ears.ignore()

    async def push(self, pcm: bytes) -> None:
        """Take sound in the client's format."""
        await self._ears.push(pcm)

    async def say(self, turn: str, text: str, *, last: bool, at: int = 0) -> None:
        """Synthesise a piece of an answer at once; it is heard after `release`."""
        self._mouth.say(turn, text, last=last, at=at)

    def release(self, turn: str) -> None:
        """Let ``turn`` be heard."""
        self._mouth.release(turn)

    def played(self, epoch: int, samples: int) -> None:
        """Take the client's word on what it played."""
        self._mouth.played(epoch, samples)

    def interrupt(self) -> int:
        """Fall silent, forget what was to be said; return the new epoch."""
        return self._mouth.interrupt()

    async def use(self, *, voice: str = "", half_duplex: bool | None = None) -> tuple[str, str]:
        """Go on as told; what is not given stays. Returns why it cannot speak so and the fix, or ""."""
        if half_duplex is not None:
            self._ears.half_duplex = half_duplex
        return await self._mouth.use(voice) if voice else ("", "")

    @property
    def idle(self) -> bool:
        """Whether nothing is being said or listened to."""
        return not (self._ears.listening or self._mouth.pending)

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("session.failed", exc_info=error)
