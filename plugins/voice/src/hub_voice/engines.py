"""Own the models: load them once, in parallel, warm them, and run each on a thread of its own."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import structlog

from hub_voice.moonshine import Moonshine
from hub_voice.runtime import Model, open_model
from hub_voice.settings import RATE
from hub_voice.smart_turn import SmartTurn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from hub_voice.pcm import Samples
    from hub_voice.piper_voice import Slice, Voice

    Wanted = Callable[[], bool]

log = structlog.get_logger(__name__)
Result = TypeVar("Result")

UNDECIDED = 0.5
"""What the turn model says when it cannot."""


@dataclass(frozen=True, slots=True)
class Engines:
    """The models of this child; safe to share between sessions."""

    detector: Model
    recogniser: Moonshine
    turn_model: SmartTurn
    voice: Voice
    threads: dict[str, Executor]

    @property
    def rate(self) -> int:
        """Hz of what `speak` returns."""
        return self.voice.rate

    async def transcribe(self, samples: Samples, wanted: Wanted) -> str | None:
        """Return the words in ``samples``, None when the recogniser failed; gives up when not ``wanted``."""
        return await self._run("ears", lambda: self.recogniser.transcribe(samples, wanted))

    async def judge(self, samples: Samples, wanted: Wanted) -> float:
        """Return the probability that the speaker is done; undecided when the model failed."""
        over = await self._run("turns", lambda: self.turn_model.over(samples) if wanted() else 0.0)
        return UNDECIDED if over is None else over

    async def speak(self, text: str) -> AsyncIterator[Slice]:
        """Yield ``text`` as sound, slice by slice; ends early when the synthesiser fails."""
        slices = self.voice.speak(text)
        while (part := await self._run("voice", lambda: next(slices, None))) is not None:
            yield part

    async def _run(self, thread: str, work: Callable[[], Result]) -> Result | None:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self.threads[thread], work)
        except Exception:
            log.exception("engine.failed", engine=thread)
            return None


async def load(models: dict[str, str], cache: Path, speed: float = 1.0) -> Engines:
    """Load and warm every model; ``models``: path by name. Raises what the first broken one raises.

    ``speed``: of the voice, 1 is as it was recorded.
    """
    threads: dict[str, Executor] = {name: ThreadPoolExecutor(1, name) for name in ("ears", "turns", "voice")}
    paths = {name: Path(path) for name, path in models.items()}
    loop = asyncio.get_running_loop()
    ears, turns, voice = await asyncio.gather(
        loop.run_in_executor(threads["ears"], _ears, paths),
        loop.run_in_executor(threads["turns"], _turns, paths),
        loop.run_in_executor(threads["voice"], _voice, paths, cache, speed),
    )
    return Engines(turns[0], ears, turns[1], voice, threads)


def _ears(paths: dict[str, Path]) -> Moonshine:
    names = ("moonshine-encoder", "moonshine-decoder", "moonshine-tokens")
    ears = Moonshine(*(paths[name] for name in names))
    ears.transcribe(np.zeros(RATE, np.float32))
    return ears


def _turns(paths: dict[str, Path]) -> tuple[Model, SmartTurn]:
    detector, model = open_model(paths["silero"]), SmartTurn(paths["smart-turn"])
    model.over(np.zeros(RATE, np.float32))
    return detector, model


def _voice(paths: dict[str, Path], cache: Path, speed: float) -> Voice:
    from hub_voice.piper_voice import Voice  # noqa: PLC0415  loads while the ears do

    voice = Voice(paths["piper-voice"], paths["piper-voice-config"], cache, speed)
    for _ in voice.speak("Okay."):
        pass
    return voice
