"""Speak in one session: answers to sound, paced to the listener, with the time that each step took."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from hub import Audio, BargeIn, Started, Timed, Trouble
from hub_voice.playback.playback import Piece, Playback
from hub_voice.settings import Output
from hub_voice.turn.actions import Floor
from hub_voice.turn.mirror import Sent

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub import SpeechEvent
    from hub_voice.engine.engines import Engines


@dataclass(frozen=True, slots=True)
class Took:
    """What the ears know of a turn's time: ``since`` on the loop's clock, the rest ms after it."""

    since: float
    tail: float
    text: float | None
    endpoint: float
    sure: bool


@dataclass(slots=True)
class _Made:
    """When the first words of a turn came, and its first sound was there; on the loop's clock."""

    token: float
    sound: float | None = None


class Mouth:
    """The speaking half of a session. `speak` and `play` run for as long as it lives."""

    def __init__(
        self, engines: Engines, emit: Callable[[SpeechEvent], Awaitable[None]], *, epoch: int = 0
    ) -> None:
        self._engines, self._emit = engines, emit
        self._playback = Playback(Output(), engines.rate, epoch)
        self._playback.english = engines.mouths.english()
        self._wake = asyncio.Event()
        self._sent = Sent(engines.rate)
        self._took: Took | None = None
        self._voice = ""
        self._unheard: tuple[float, Timed] | None = None
        """The latest answer's times, and since when, until the client says that it played some."""
        self._made: dict[str, _Made] = {}

    # What the hub asks

    def say(self, turn: str, text: str, *, last: bool, at: int = 0) -> None:
        """Synthesise a piece of an answer at once; it is heard after `release`."""
        self._made.setdefault(turn, _Made(self._now()))
        self._playback.say(turn, text, self._now(), last=last, at=at)
        self._wake_all()

    def release(self, turn: str) -> None:
        """Let ``turn`` be heard."""
        self._playback.release(turn)
        self._wake_all()

    def played(self, epoch: int, samples: int) -> None:
        """Take the client's word on what it played."""
        self._playback.acknowledge(epoch, samples, self._now())
        self._wake_all()

    async def use(self, voice: str) -> tuple[str, str]:
        """Speak with ``voice`` from the next piece on; return why not and the fix, both "" when it can."""
        there = {one.name for one in await self._engines.voices()}
        if not there & {voice, voice.partition(":")[0]}:
            return f"There is no voice {voice!r}.", f"Choose one of: {', '.join(sorted(there)) or 'none'}."
        self._voice = voice
        self._playback.english = self._engines.mouths.english(voice)
        return "", ""

    def interrupt(self) -> int:
        """Fall silent, forget what was to be said; return the new epoch."""
        self._fall_silent()
        return self._playback.epoch

    # What the ears ask

    def floor(self) -> Floor:
        """Tell who has the floor now."""
        if self._playback.sounding:
            return Floor.SOUNDING
        return Floor.PENDING if self._playback.pending or self._took else Floor.FREE

    def saying(self) -> str:
        """Return the words, as they are spoken, around the place where the listener is."""
        return self._playback.saying(self._now())

    def sent(self) -> tuple[Sent, int]:
        """Return how what went out sounds, and the place in it where the listener last was, in samples."""
        return self._sent, self._playback.place(self._now())

    def hold(self, held: bool) -> None:
        """Keep an answer from beginning while somebody speaks; one that sounds goes on."""
        if held is not self._playback.held:
            self._playback.held = held
            self._wake_all()

    def awaited(self, took: Took) -> None:
        """Note that a turn was accepted: its answer is waited for."""
        self._took = took

    async def barge_in(self) -> None:
        """Fall silent because the person speaks, and tell how much they heard."""
        if self.floor() is not Floor.FREE:
            turn, heard = self._fall_silent()
            await self._emit(BargeIn(turn, heard))

    @property
    def pending(self) -> bool:
        """Whether anything is still to be said or heard."""
        return self._playback.pending

    # Inner workings

    def _fall_silent(self) -> tuple[str, int]:
        self._took = self._unheard = None
        self._made.clear()
        heard = self._playback.interrupt(self._now())
        self._sent = Sent(self._engines.rate)
        self._wake_all()
        return heard

    async def speak(self) -> None:
        """Synthesise what waits, one piece after another."""
        while True:
            wake = self._wake
            piece = self._playback.next_piece(self._now())
            if piece is None:
                await self._sleep(wake)
                continue
            await self._synthesise(piece)
            self._wake_all()

    async def _synthesise(self, piece: Piece) -> None:
        wanted = True
        async for part in self._engines.speak(piece.spoken, self._voice):
            made = self._made.get(piece.turn)
            if made is not None and made.sound is None:
                made.sound = self._now()
            wanted = self._playback.sounded(piece, part.sound, part.remaining)
            self._wake_all()
            if not wanted:
                return
        if not piece.complete:  # the synthesiser failed, or found nothing to say
            self._playback.sounded(piece, np.zeros(0, np.int16))
            await self._emit(Trouble("I could not say a part of the answer.", "Read it on the page."))

    async def play(self) -> None:
        """Send what is due."""
        while True:
            wake, epoch = self._wake, self._playback.epoch
            since = self._took.since if self._took else None
            for event in self._playback.due(self._now(), since):
                if epoch != self._playback.epoch:
                    break  # interrupted while the events before were on their way
                if isinstance(event, Audio):
                    self._sent.add(event.pcm)
                await self._emit(event)
                if isinstance(event, Started):
                    await self._tell_times(event.turn)
            await self._tell_played()
            await self._sleep(wake)

    async def _tell_times(self, turn: str) -> None:
        took, self._took = self._took, None
        made = self._made.pop(turn, None)
        self._made.clear()
        if took is None:
            return

        def ms(at: float | None) -> float | None:
            return None if at is None else max(0.0, (at - took.since) * 1000)

        token, sound = (ms(made.token), ms(made.sound)) if made else (None, None)
        times = (took.tail, took.text, took.endpoint, token, sound, ms(self._now()))
        timed = Timed(turn, *times, sure=took.sure)
        self._unheard = (took.since, timed)
        await self._emit(timed)

    async def _tell_played(self) -> None:
        """Tell once when the client began to play: by how much of the answer it has played by now."""
        played = self._playback.played_s
        if self._unheard is None or not played:
            return
        (since, timed), self._unheard = self._unheard, None
        at = self._playback.told_at - played
        await self._emit(replace(timed, played=max(timed.sent or 0.0, (at - since) * 1000)))

    async def _sleep(self, wake: asyncio.Event) -> None:
        """Wait until ``wake``, or until the clock has something to do."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._playback.wait(self._now())):
                await wake.wait()

    def _wake_all(self) -> None:
        """Wake both loops: each waiter holds the event that was current when it fell asleep."""
        self._wake.set()
        self._wake = asyncio.Event()

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
