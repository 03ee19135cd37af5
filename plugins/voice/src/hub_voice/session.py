"""Run one talk in the speech child: sound in to turns, answers out to sound."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from typing import TYPE_CHECKING

import numpy as np
import structlog

from hub import Accepted, BargeIn, Draft, Started, Trouble, Voiced, Withdrawn
from hub_voice.pcm import Converter
from hub_voice.playback import Piece, Playback
from hub_voice.settings import RATE, WINDOW, Output, Waits
from hub_voice.turn import Accept, Action, Floor, Interrupt, Judge, Transcribe, TurnTaker
from hub_voice.vad import VoiceDetector

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from hub import AudioFormat, SpeechEvent
    from hub_voice.engines import Engines
    from hub_voice.pcm import Samples

log = structlog.get_logger(__name__)

KEPT = 40 * RATE // WINDOW
"""Windows of sound kept: a segment, the one it may be merged with, and some air."""


class Tape:
    """The latest windows of sound, by number."""

    def __init__(self) -> None:
        self._windows: deque[Samples] = deque(maxlen=KEPT)
        self._count = 0

    def add(self, window: Samples) -> None:
        """Append the next window; the oldest may go."""
        self._windows.append(window)
        self._count += 1

    def read(self, first: int, last: int) -> Samples:
        """Return windows [first, last), as far as they are still there."""
        gone = self._count - len(self._windows)
        chosen = [self._windows[at - gone] for at in range(max(first, gone), min(last, self._count))]
        return np.concatenate(chosen) if chosen else np.zeros(0, np.float32)


class Session:
    """One person's talk. Methods are called on the event loop; models run elsewhere (but the detector)."""

    def __init__(
        self,
        audio: AudioFormat,
        engines: Engines,
        emit: Callable[[SpeechEvent], Awaitable[None]],
        waits: Waits,
        *,
        epoch: int = 0,
        revision: int = 0,
    ) -> None:
        self._engines = engines
        self._emit = emit
        self._converter = Converter(audio)
        self._rest = np.zeros(0, np.float32)
        self._tape = Tape()
        self._detector = VoiceDetector(engines.detector)
        self._turns = TurnTaker(waits, revision)
        self._playback = Playback(Output(), engines.rate, epoch)
        self._wake = asyncio.Event()
        self._silent_at = 0.0
        self._accepted_at: float | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._spawn(self._speak())
        self._spawn(self._play())

    async def close(self) -> None:
        """End everything this session does."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # Ears

    async def listen(self, *, push: bool) -> None:
        """Start to listen; holding a button silences an answer, as speaking over it would."""
        if not self._turns.listening:
            self._detector.reset()
            self._rest = self._rest[:0]
        if push and self._floor() is not Floor.FREE:
            await self._barge_in()
        await self._act(self._turns.listen(push=push))

    async def finish(self) -> None:
        """Stop listening; what was said becomes the turn."""
        await self._act(self._turns.finish())

    async def ignore(self) -> None:
        """Stop listening and drop what was said."""
        await self._act(self._turns.ignore())

    async def push(self, pcm: bytes) -> None:
        """Take sound in the client's format."""
        samples = self._converter.push(pcm)
        if not self._turns.listening:
            return
        rest = np.concatenate([self._rest, samples])
        used = len(rest) // WINDOW * WINDOW
        for at in range(0, used, WINDOW):
            await self._window(rest[at : at + WINDOW])
        self._rest = rest[used:]

    async def _window(self, window: Samples) -> None:
        self._tape.add(window)
        actions = self._turns.window(self._detector.push(window), self._floor())
        if not self._turns.silent:
            self._silent_at = time.monotonic()
        await self._act(actions)

    def _floor(self) -> Floor:
        if self._playback.sounding(time.monotonic()):
            return Floor.SOUNDING
        return Floor.PENDING if self._playback.pending or self._accepted_at else Floor.FREE

    async def _act(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Transcribe():
                    self._spawn(self._transcribe(action))
                case Judge():
                    self._spawn(self._judge(action))
                case Accept():
                    await self._accept(action)
                case Interrupt():
                    await self._barge_in()
                case Draft() | Withdrawn() | Voiced():
                    await self._emit(action)

    async def _accept(self, turn: Accept) -> None:
        now = time.monotonic()
        self._accepted_at = self._silent_at or now
        await self._emit(Accepted(turn.revision, turn.text, (now - self._accepted_at) * 1000))

    async def _barge_in(self) -> None:
        if self._floor() is Floor.FREE:
            return
        self._accepted_at = None
        turn, heard = self._playback.interrupt(time.monotonic())
        self._wake_all()
        await self._emit(BargeIn(turn, heard))

    async def _transcribe(self, wanted: Transcribe) -> None:
        sound = self._tape.read(wanted.first, wanted.last)
        text = await self._engines.transcribe(sound, lambda: self._turns.wants(wanted.ticket))
        if text is None:
            await self._emit(Trouble("I could not make out what was said.", "Say it again, or write it."))
        await self._act(self._turns.transcribed(wanted.ticket, text or ""))

    async def _judge(self, wanted: Judge) -> None:
        sound = self._tape.read(wanted.first, wanted.last)
        over = await self._engines.judge(sound, lambda: self._turns.wants(wanted.ticket))
        await self._act(self._turns.judged(wanted.ticket, over))

    # Voice

    async def say(self, turn: str, text: str, *, last: bool, at: int = 0) -> None:
        """Synthesise a piece of an answer at once; it is heard after `release`."""
        self._playback.say(turn, text, time.monotonic(), last=last, at=at)
        self._wake_all()

    def release(self, turn: str) -> None:
        """Let ``turn`` be heard."""
        self._playback.release(turn)
        self._wake_all()

    def played(self, epoch: int, samples: int) -> None:
        """Take the client's word on what it played."""
        self._playback.acknowledge(epoch, samples, time.monotonic())
        self._wake_all()

    def interrupt(self) -> int:
        """Fall silent, forget what was to be said; return the new epoch."""
        self._accepted_at = None
        self._playback.interrupt(time.monotonic())
        self._wake_all()
        return self._playback.epoch

    @property
    def idle(self) -> bool:
        """Whether nothing is being said or listened to."""
        return not (self._turns.listening or self._playback.pending)

    async def _speak(self) -> None:
        """Synthesise what waits, one piece after another."""
        while True:
            wake = self._wake
            piece = self._playback.next_piece(time.monotonic())
            if piece is None:
                await self._sleep(wake)
                continue
            await self._synthesise(piece)
            self._wake_all()

    async def _synthesise(self, piece: Piece) -> None:
        wanted = True
        async for part in self._engines.speak(piece.spoken):
            wanted = self._playback.sounded(piece, part.sound, part.remaining)
            self._wake_all()
            if not wanted:
                return
        if not piece.complete:  # the synthesiser failed, or found nothing to say
            self._playback.sounded(piece, np.zeros(0, np.int16))
            await self._emit(Trouble("I could not say a part of the answer.", "Read it on the page."))

    async def _play(self) -> None:
        """Send what is due."""
        while True:
            wake, epoch = self._wake, self._playback.epoch
            for event in self._playback.due(time.monotonic(), self._accepted_at):
                if epoch != self._playback.epoch:
                    break  # interrupted while the events before were on their way
                if isinstance(event, Started):
                    self._accepted_at = None
                await self._emit(event)
            await self._sleep(wake)

    async def _sleep(self, wake: asyncio.Event) -> None:
        """Wait until ``wake``, or until the clock has something to do."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._playback.wait(time.monotonic())):
                await wake.wait()

    def _wake_all(self) -> None:
        """Wake both loops: each waiter holds the event that was current when it fell asleep."""
        self._wake.set()
        self._wake = asyncio.Event()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("session.failed", exc_info=error)
