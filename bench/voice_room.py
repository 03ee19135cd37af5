"""A talk in virtual time: a real Session with the real engines, a client that plays, a room that rings.

The clock jumps from event to event, so that a minute of talk takes as long as its models work. What runs
on an engine's thread takes, on this clock, the processor time that it took, one at a time on each thread:
a machine with a core for each. Only the voice detector (0.1 ms a window) and the loop itself are free.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import virtual
from voice_corpus import MODELS, RATE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from hub import SpeechEvent

Sound = np.ndarray[Any, np.dtype[np.float32]]

STEP = RATE // 50
"""Samples of a client's frame: 20 ms."""

LEAD_S = 0.06
"""What a client gathers before it begins to play."""

ACK_S = 0.1
"""How often it says what it played."""

DUCKED = 10 ** (-12 / 20)
"""Gain of a lowered answer; the client gets there within a frame."""


class Loop(virtual.Loop):
    """A virtual loop that charges work on other threads with the processor time it takes."""

    def __init__(self) -> None:
        super().__init__()
        self._free: dict[Any, float] = {}

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        """Do ``func`` now, and be done with it as much later as it took."""
        future, began = self.create_future(), time.thread_time()
        try:
            outcome: tuple[Any, BaseException | None] = (func(*args), None)
        except Exception as error:  # noqa: BLE001  the caller's
            outcome = (None, error)
        self.call_at(self.done(executor, time.thread_time() - began), _settle, future, *outcome)
        return future

    def done(self, executor: Any, took: float) -> float:
        """Return when work that began now is done: each thread does one thing at a time."""
        self._free[executor] = max(self.time(), self._free.get(executor, 0.0)) + took
        return self._free[executor]


def _settle(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is not None:
        future.set_exception(error)
    else:
        future.set_result(result)


def run(work: Any) -> Any:
    """Run ``work`` to its end in such a loop."""
    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(work)


async def load() -> Any:
    """Open the engines as the child does."""
    from voice_corpus import CACHE, ROOT

    from hub.models import read_manifest
    from hub_voice.engine import engines
    from hub_voice.engine.hearers import Hearing

    listed = read_manifest(ROOT / "plugins/voice/src/hub_voice/models.toml")
    paths = {one.name: str(MODELS / one.file) for one in listed if (MODELS / one.file).exists()}
    found = {name: Path(path) for name, path in paths.items()}
    ears = Hearing(found, CACHE / "cache", tier=CACHE / "tier.json")
    return Engines(await engines.load(paths, CACHE / "cache", hearing=ears))


class Engines:
    """The child's engines, but that an answer said before is said again from memory, and as fast.

    ``looks``: the words of every quick look, for whoever wants to know why.
    """

    def __init__(self, engines: Any) -> None:
        self._engines = engines
        self._made: dict[tuple[Any, ...], list[tuple[float, Any]]] = {}
        self.looks: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engines, name)

    async def glance(self, *args: Any) -> str | None:
        """Look, and note what was found."""
        text: str | None = await self._engines.glance(*args)
        self.looks.append(text or "")
        return text

    async def speak(self, *args: Any) -> AsyncIterator[Any]:
        """Yield the sound of a text."""
        clock = asyncio.get_running_loop()
        if args in self._made:
            for took, part in self._made[args]:
                await asyncio.sleep(took)
                yield part
            return
        made, since = [], clock.time()
        async for part in self._engines.speak(*args):
            made.append((clock.time() - since, part))
            yield part
            since = clock.time()
        self._made[args] = made


@dataclass(frozen=True, slots=True, eq=False)
class Room:
    """How a loudspeaker is heard by the microphone: ``gain`` dB, ``delay`` s, and an answer of the room."""

    gain: float = -96.0
    delay: float = 0.06
    response: Sound = field(default_factory=lambda: np.ones(1, np.float32))


def response(seconds: float, seed: int) -> Sound:
    """Return a sparse room response that rings for ``seconds`` (to -60 dB), with a direct sound of 1."""
    dice = np.random.default_rng(seed)
    ring = np.zeros(max(1, int(seconds * RATE)), np.float32)
    ring[0] = 1
    for at in dice.integers(RATE // 500, len(ring), int(seconds * 300)) if len(ring) > RATE // 500 else ():
        ring[at] += dice.choice((-1, 1)) * 0.5 * 10 ** (-3 * at / len(ring))
    return ring


class Talk:
    """One session, its client and its room. ``mic``: what is to be heard besides, by `hear`."""

    def __init__(self, engines: Any, room: Room | None = None, waits: Any = None) -> None:
        from hub import AudioFormat
        from hub_voice.pcm import Resampler
        from hub_voice.session import Session
        from hub_voice.settings import Waits

        self.events: list[tuple[float, SpeechEvent]] = []
        self.room = room or Room()
        self.session = Session(AudioFormat(), engines, self._happened, waits or Waits())
        self._resampler = Resampler(engines.rate)
        self._rate = engines.rate
        self._queue: list[np.ndarray[Any, Any]] = []
        self._epoch = self._played = 0
        self._starts_at: float | None = None
        self._acked_at = 0.0
        self._gain = 1.0
        self._line = np.zeros(int(self.room.delay * RATE) + len(self.room.response) + 2 * STEP, np.float32)
        self._dice = np.random.default_rng(6)

    async def _happened(self, event: SpeechEvent) -> None:
        from hub import Audio, BargeIn, Duck

        self.events.append((self.now, event))
        match event:
            case Audio():
                if event.epoch != self._epoch:
                    self._epoch, self._played, self._queue, self._starts_at = event.epoch, 0, [], None
                self._queue.append(np.frombuffer(event.pcm, "<i2").astype(np.float32) / 32768)
                if self._starts_at is None:
                    self._starts_at = self.now + LEAD_S
            case BargeIn():
                self._queue, self._starts_at, self._gain = [], None, 1.0
            case Duck():
                self._gain = DUCKED if event.on else 1.0

    @property
    def now(self) -> float:
        """Seconds on the virtual clock."""
        return asyncio.get_running_loop().time()

    def all(self, kind: type) -> list[tuple[float, Any]]:
        """Return when what of ``kind`` happened."""
        return [(at, event) for at, event in self.events if isinstance(event, kind)]

    async def hear(self, sound: Sound, until: Callable[[], bool] = lambda: False) -> None:
        """Let the microphone hear ``sound`` and the room, frame by frame in time, at most till ``until``."""
        for frame in _frames(sound):
            heard = frame + self._echo(self._play()) + self._dice.normal(0, 3e-4, STEP).astype(np.float32)
            await asyncio.sleep(STEP / RATE)
            await self.session.push((np.clip(heard, -1, 1) * 32767).astype("<i2").tobytes())
            if self._played and self.now - self._acked_at >= ACK_S:
                self._acked_at = self.now
                self.session.played(self._epoch, self._played)
            if until():
                return

    def _play(self) -> Sound:
        """Return what the loudspeaker gives in this frame, 16 kHz."""
        wanted = self._rate // 50
        out = np.zeros(wanted, np.float32)
        if self._starts_at is not None and self.now >= self._starts_at and self._queue:
            ready = np.concatenate(self._queue)
            out[: len(ready)] = ready[:wanted]
            self._queue = [ready[wanted:]] if len(ready) > wanted else []
            self._played += min(wanted, len(ready))
        made = self._resampler.push(out * self._gain)
        return np.pad(made, (0, max(0, STEP - len(made))))[:STEP]

    def _echo(self, out: Sound) -> Sound:
        """Return what of the loudspeaker reaches the microphone in this frame."""
        line, room = self._line, self.room
        line[:-STEP] = line[STEP:]
        line[-STEP:] = out
        if room.gain < -90:
            return np.zeros(STEP, np.float32)
        late = int(room.delay * RATE)
        past = line[len(line) - late - STEP - len(room.response) + 1 : len(line) - late or None]
        return 10 ** (room.gain / 20) * np.convolve(past, room.response, "valid")[-STEP:].astype(np.float32)


def _frames(sound: Sound) -> Iterator[Sound]:
    for at in range(0, len(sound), STEP):
        yield np.pad(sound[at : at + STEP], (0, max(0, at + STEP - len(sound))))
