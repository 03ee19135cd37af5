"""Speak with one kind of model: its voices are opened when they are first asked for, on its own thread."""

from __future__ import annotations

import asyncio
import math
import re
from collections import OrderedDict
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
import structlog

from hub import HubError, Slice, Sound, Unavailable
from hub_voice.engine.turnstile import Turnstile

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from hub import EngineInfo, VoiceInfo

log = structlog.get_logger(__name__)
Result = TypeVar("Result")

KEPT = 2
"""Voices of one engine in memory at once: the usual one and another."""

SLOWEST, FASTEST = 0.25, 4.0

LIVE, REQUESTED = 0, 1
"""Ranks: a talk, and a request over the network."""

_UNSAYABLE = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f\\ud800-\\udfff]")
"""Control signs and halves of signs: espeak takes no text with them."""

Pcm = np.ndarray[tuple[int], np.dtype[np.int16]]


@dataclass(frozen=True, slots=True)
class Made:
    """Some sound of a text, and about how many samples are still to come after it."""

    sound: Pcm
    remaining: int


class Voice(Protocol):
    """One opened voice; used by one thread at a time."""

    rate: int

    def speak(self, text: str, *, speed: float = 1.0) -> Iterator[Made]:
        """Yield ``text`` as sound, slice by slice; ``speed`` 1 is as it was recorded."""
        ...


class Shelf(Protocol):
    """The voices of one engine, by name. Its methods touch the disk."""

    info: EngineInfo

    def titles(self) -> tuple[VoiceInfo, ...]:
        """Return the voices that are there, the usual one first."""
        ...

    def open(self, name: str) -> Voice:
        """Open a voice that `titles` names. Raises `HubError` when it is no voice after all."""
        ...


class Mouth:
    """A `hub.TextToSpeech` over the voices of a `Shelf`. ``speed``: a factor on every speed asked for."""

    def __init__(self, shelf: Shelf, executor: Executor | None = None, speed: float = 1.0) -> None:
        self._shelf, self._speed = shelf, speed
        self._executor = executor or ThreadPoolExecutor(1, f"mouth-{shelf.info.name}")
        self._turnstile = Turnstile()
        self._open: OrderedDict[str, Voice] = OrderedDict()
        self._usual = ""

    @property
    def info(self) -> EngineInfo:
        """Say what it is."""
        return self._shelf.info

    async def voices(self) -> tuple[VoiceInfo, ...]:
        """Return the voices that are there, the usual one first."""
        return await self._run(self._shelf.titles)

    async def prepare(self, voice: str = "") -> int:
        """Open ``voice`` and say a word with it, unheard; return its rate in Hz."""
        return (await self._run(lambda: self._opened(self._named(voice)))).rate

    async def speak(
        self, text: str, *, voice: str = "", speed: float = 1.0, rank: int = REQUESTED
    ) -> AsyncIterator[Slice]:
        """Yield ``text`` as sound at the voice's own rate, slice by slice."""
        if not (math.isfinite(speed) and SLOWEST <= speed <= FASTEST):
            raise HubError(
                f"I cannot speak {speed:g} times as fast.", fix=f"Choose {SLOWEST:g} to {FASTEST:g}."
            )
        slices = self._slices(_UNSAYABLE.sub(" ", text), voice, speed * self._speed)
        while True:
            async with self._turnstile.passed(rank):
                part = await self._next(slices, voice)
            if part is None:
                return
            yield part

    def _slices(self, text: str, name: str, speed: float) -> Iterator[Slice]:
        """Make what `speak` yields, on the engine's thread, where the disk may be read too."""
        voice = self._opened(self._named(name))
        for made in voice.speak(text, speed=speed):
            yield Slice(Sound(made.sound.tobytes(), voice.rate), made.remaining)

    async def _next(self, slices: Iterator[Slice], voice: str) -> Slice | None:
        try:
            return await self._run(lambda: next(slices, None))
        except HubError:
            raise
        except Exception as error:
            log.exception("mouth.failed", voice=voice)
            raise Unavailable(
                "My voice failed at that.", fix="Try it again, or choose another voice."
            ) from error

    def _named(self, voice: str) -> str:
        """Return the name of ``voice``, or of the usual one. Raises `HubError` when it is not there."""
        there = self._shelf.titles()
        if not there:
            raise Unavailable("There is no voice to speak with.", fix="Run: hub models pull")
        self._usual = there[0].name
        if voice and voice.partition(":")[0] not in {one.name.partition(":")[0] for one in there}:
            raise unknown(voice)
        return voice or self._usual

    def _opened(self, name: str) -> Voice:
        """Return the voice, opened now if need be; what was used longest ago makes room, never the usual."""
        if name not in self._open:
            for old in [one for one in self._open if one != self._usual][
                : max(0, len(self._open) - KEPT + 1)
            ]:
                del self._open[old]
            voice = self._shelf.open(name)
            for _ in voice.speak("Okay."):
                pass
            self._open[name] = voice
        self._open.move_to_end(name)
        return self._open[name]

    async def _run(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)


def unknown(voice: str) -> HubError:
    """Return the error of a voice that is not there."""
    return HubError(f"There is no voice {voice[:60]!r}.", fix="Choose one of those that /voices lists.")
