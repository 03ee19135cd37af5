"""Own the models: load them once, in parallel, warm them, and run each on a thread of its own."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import structlog

from hub import HubError
from hub_voice.engine.hearers import Hearing, open_ears
from hub_voice.engine.ranks import Rank, Traffic
from hub_voice.engine.runtime import Model, open_model
from hub_voice.engine.smart_turn import SmartTurn
from hub_voice.engine.synthesis import LIVE, Made
from hub_voice.engine.voices import Fitted, open_mouths
from hub_voice.settings import RATE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from hub import VoiceInfo
    from hub_voice.engine.ears import Ears
    from hub_voice.engine.mouths import Mouths
    from hub_voice.engine.tiers import Choice
    from hub_voice.pcm import Samples

    Wanted = Callable[[], bool]

log = structlog.get_logger(__name__)
Result = TypeVar("Result")

HUNG_S = 30.0
"""An engine that has not come back after so long, and four times the sound it was given, never will."""

UNDECIDED = 0.5
"""What the turn model says when it cannot."""


@dataclass(frozen=True, slots=True)
class Engines:
    """The models of this child; safe to share between sessions."""

    detector: Model
    ears: Ears
    turn_model: SmartTurn
    mouths: Mouths
    rate: int
    """Hz of what `speak` returns, whatever the voice."""
    threads: dict[str, Executor]
    choice: Choice
    """The ears in use, and why these."""
    traffic: Traffic = field(default_factory=Traffic)
    hung: list[str] = field(default_factory=list)
    """Engines whose thread did not come back: only a fresh process helps."""

    async def transcribe(self, samples: Samples, wanted: Wanted) -> str | None:
        """Return the final words in ``samples``, None when that failed; gives up when not ``wanted``."""
        try:
            async with self._watched("ears", len(samples)):
                return await self.ears.final(samples, wanted)
        except (HubError, TimeoutError) as error:
            log.warning("engine.failed", engine="ears", reason=str(error))
        return None

    async def glance(self, samples: Samples, wanted: Wanted, rank: Rank = Rank.BARGE_IN) -> str | None:
        """Return the words in ``samples`` by the quickest recogniser, None when it failed.

        ``rank``: `Rank.PARTIAL` for captions, which anything else overtakes.
        """
        try:
            async with self._watched("glance", len(samples)):
                return await self.ears.glance(samples, wanted, rank)
        except (HubError, TimeoutError) as error:
            log.warning("engine.failed", engine="glance", reason=str(error))
        return None

    async def judge(self, samples: Samples, wanted: Wanted) -> float:
        """Return the probability that the speaker is done; undecided when the model failed."""
        async with self.traffic.live():
            over = await self._run("turns", lambda: self.turn_model.over(samples) if wanted() else 0.0)
        return UNDECIDED if over is None else over

    async def speak(self, text: str, voice: str = "", speed: float = 1.0) -> AsyncIterator[Made]:
        """Yield ``text`` as sound, slice by slice; ends early when the synthesiser fails."""
        fitted = Fitted(self.rate)
        try:
            parts = aiter(self.mouths.speak(text, voice=voice, speed=speed, rank=LIVE))
            while True:
                async with self._watched("voice"):
                    part = await anext(parts, None)
                if part is None:
                    return
                yield fitted.fit(part)
        except (HubError, TimeoutError) as error:
            log.warning("engine.failed", engine="voice", reason=str(error))

    async def voices(self) -> tuple[VoiceInfo, ...]:
        """Return the voices that `speak` takes, the one in use first."""
        return await self.mouths.voices()

    @property
    def trouble(self) -> HubError | None:
        """Why what the settings ask for is not what hears and speaks, None when it is."""
        if self.choice.refused:
            return HubError(self.choice.reason, fix=self.choice.fix)
        return self.ears.trouble or self.mouths.trouble

    @asynccontextmanager
    async def _watched(self, engine: str, samples: int = 0) -> AsyncIterator[None]:
        """Give up on what hangs, and note it. Raises TimeoutError."""
        limit = asyncio.timeout(HUNG_S + 4 * samples / RATE)
        try:
            async with limit:
                yield
        finally:
            if limit.expired():
                self.hung.append(engine)

    async def _run(self, thread: str, work: Callable[[], Result]) -> Result | None:
        loop = asyncio.get_running_loop()
        try:
            async with self._watched(thread):
                return await loop.run_in_executor(self.threads[thread], work)
        except Exception:
            log.exception("engine.failed", engine=thread)
            return None


async def load(
    models: dict[str, str],
    cache: Path,
    *,
    speed: float = 1.0,
    voice: str = "",
    voices: Path | None = None,
    hearing: Hearing | None = None,
    wyoming: str = "",
) -> Engines:
    """Load and warm every model; ``models``: path by name. Raises what the first broken one raises.

    ``speed``: of the voice, 1 is as it was recorded. ``voice``: the chosen one's name, "" the usual.
    ``voices``: the folder with those that a person put there. ``hearing``: which ears; the usual ones
    when it is not given. ``wyoming``: ``host:port`` of a server that speaks in the usual voice's place.
    """
    threads: dict[str, Executor] = {name: ThreadPoolExecutor(1, name) for name in ("turns", "open")}
    paths = {name: Path(path) for name, path in models.items()}
    loop = asyncio.get_running_loop()
    mouths = open_mouths(paths, cache, speed, voice, voices, wyoming=wyoming)
    detector, traffic = open_model(paths["silero"]), Traffic()
    ears, turn_model, rate = await asyncio.gather(
        loop.run_in_executor(threads["open"], open_ears, hearing or Hearing(paths, cache), detector, traffic),
        loop.run_in_executor(threads["turns"], _turns, paths),
        mouths.prepare(),
    )
    threads.pop("open").shutdown(wait=False)
    return Engines(detector, ears[0], turn_model, mouths, rate, threads, ears[1], traffic)


def _turns(paths: dict[str, Path]) -> SmartTurn:
    model = SmartTurn(paths["smart-turn"])
    model.over(np.zeros(RATE, np.float32))
    return model
