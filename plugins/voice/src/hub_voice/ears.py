"""Listen in one session: sound to turns, and what is heard over an answer to a verdict on it."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from hub import Accepted, Advice, Counted, Draft, Duck, Partial, Trouble, Voiced, Withdrawn
from hub_voice.engine.ranks import Rank
from hub_voice.engine.vad import VoiceDetector
from hub_voice.mouth import Took
from hub_voice.pcm import Converter
from hub_voice.settings import RATE, WINDOW, Listening, windows
from hub_voice.turn.actions import Accept, Action, Floor, Glance, Interrupt, Judge, Transcribe
from hub_voice.turn.captions import Captions
from hub_voice.turn.mirror import Mirror
from hub_voice.turn.taker import TurnTaker

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from hub import AudioFormat, SpeechEvent
    from hub_voice.engine.engines import Engines
    from hub_voice.mouth import Mouth
    from hub_voice.pcm import Samples
    from hub_voice.settings import Waits

KEPT = 40 * RATE // WINDOW
"""Windows of sound kept: a segment, the one it may be merged with, and some air."""

SILENT_DB = -96.0
"""Level of digital silence, dB below full scale."""


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


class Ears:
    """The listening half of a session. Models run elsewhere, but for the detector."""

    def __init__(
        self,
        audio: AudioFormat,
        engines: Engines,
        emit: Callable[[SpeechEvent], Awaitable[None]],
        waits: Waits,
        *,
        mouth: Mouth,
        spawn: Callable[[Coroutine[None, None, None]], None],
        revision: int = 0,
        half_duplex: bool = False,
    ) -> None:
        self._engines, self._emit, self._mouth, self._spawn = engines, emit, mouth, spawn
        self._converter = Converter(audio)
        self._rest = np.zeros(0, np.float32)
        self._tape = Tape()
        self._detector = VoiceDetector(engines.detector)
        self._turns = TurnTaker(waits, revision)
        self._captions, self._mirror = Captions(), Mirror()
        self._limits = Listening()
        self.half_duplex = half_duplex
        self._deaf_until = -1
        self._echoes = 0
        self._silent_at = 0.0
        self._tail_at: float | None = None
        self._text_at: float | None = None

    @property
    def listening(self) -> bool:
        """Whether sound is wanted."""
        return self._turns.listening

    async def listen(self, *, push: bool) -> None:
        """Start to listen; holding a button silences an answer, as speaking over it would."""
        if not self._turns.listening:
            self._detector.reset()
            self._rest = self._rest[:0]
        if push and self._mouth.floor() is not Floor.FREE:
            await self._mouth.barge_in()
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
        probability, floor = self._detector.push(window), self._mouth.floor()
        if self._deaf(floor):
            probability = 0.0
        actions = self._turns.window(probability, floor, level(window))
        number = self._turns.now - 1
        if floor is Floor.SOUNDING:
            self._mirror.sounds(number, *self._mouth.sent(), self._mouth.saying())
        self._mirror.hear(number, window)
        if not self._turns.silent:
            self._silent_at, self._tail_at, self._text_at = self._now(), None, None
        await self._act(actions)
        self._caption()

    def _deaf(self, floor: Floor) -> bool:
        """Tell whether an answer sounds, or still rings, to somebody who wants no ears meanwhile."""
        now = self._turns.now
        if floor is Floor.SOUNDING:
            self._deaf_until = now + windows(self._limits.ring_ms)
        return self.half_duplex and now <= self._deaf_until

    async def _act(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Transcribe():
                    self._tail_at = self._tail_at or self._now()
                    self._spawn(self._transcribe(action))
                case Judge():
                    self._spawn(self._judge(action))
                case Glance():
                    self._spawn(self._glance(action))
                case Accept():
                    await self._accept(action)
                case Interrupt():
                    await self._mouth.barge_in()
                case Counted():
                    await self._count(action)
                case Draft() | Withdrawn() | Voiced() | Duck():
                    await self._emit(action)
        self._mouth.hold(self._turns.holding)

    async def _accept(self, turn: Accept) -> None:
        now = self._now()
        since = self._silent_at or now

        def ms(at: float) -> float:
            return max(0.0, (at - since) * 1000)

        text = None if self._text_at is None else ms(self._text_at)
        self._mouth.awaited(Took(since, ms(self._tail_at or now), text, ms(now), turn.sure))
        await self._emit(Accepted(turn.revision, turn.text, ms(now)))

    async def _count(self, counted: Counted) -> None:
        await self._emit(counted)
        if counted.what == "echo":
            self._echoes += 1
            if self._echoes == self._limits.echoes and not self.half_duplex:
                await self._emit(Advice("I hear myself. Shall I listen only between answers?", "half_duplex"))

    async def _transcribe(self, wanted: Transcribe) -> None:
        sound = self._tape.read(wanted.first, wanted.last)
        text = None
        try:
            async with asyncio.timeout(self._limits.words_s):
                text = await self._engines.transcribe(sound, lambda: self._turns.wants(wanted.ticket))
        except TimeoutError:
            pass
        if text is None:
            await self._emit(Trouble("I could not make out what was said.", "Say it again, or write it."))
        self._text_at = self._now()
        heard = self._mirror.overlap(wanted.first, wanted.last)
        await self._act(self._turns.transcribed(wanted.ticket, text or "", heard))

    async def _judge(self, wanted: Judge) -> None:
        sound = self._tape.read(wanted.first, wanted.last)
        over = await self._engines.judge(sound, lambda: self._turns.wants(wanted.ticket))
        await self._act(self._turns.judged(wanted.ticket, over))

    async def _glance(self, wanted: Glance) -> None:
        sound = self._tape.read(wanted.first, wanted.last)
        heard = self._mirror.overlap(wanted.first, wanted.last)
        text = None
        try:
            async with asyncio.timeout(self._limits.words_s):
                text = await self._engines.glance(sound, lambda: self._turns.wants(wanted.ticket))
        except TimeoutError:
            pass
        await self._act(self._turns.glimpsed(wanted.ticket, text or "", heard))

    def _caption(self) -> None:
        """Begin a look at the words so far, for the eyes, when one is due."""
        speech = self._turns.speech
        if speech is not None and self._captions.due(self._now(), speech[1] - speech[0]):
            self._spawn(self._show(*speech))

    async def _show(self, first: int, last: int) -> None:
        with self._captions.passing(self._now):
            sound = self._tape.read(first, last)
            text = await self._engines.glance(sound, lambda: self._turns.speech is not None, Rank.PARTIAL)
        if text and (speech := self._turns.speech) is not None and speech[0] == first:
            await self._emit(Partial(text))

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def level(window: Samples) -> float:
    """Return how loud ``window`` is, dB below full scale."""
    power = float(np.dot(window, window)) / len(window)
    return 10 * float(np.log10(power)) if power > 10 ** (SILENT_DB / 10) else SILENT_DB
