"""Hear with every recogniser that is there: the best one for final words, the quickest for a glance.

`Ear` is one engine behind the `SpeechToText` port, on a thread of its own; `Ears` are those of this child
together, with the guards that small recognisers need (research/cascade.md, 2.4).
"""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import structlog

from hub import EngineInfo, HubError, Sound, Transcript, Unavailable
from hub_voice.engine.hearing import Words, always
from hub_voice.engine.ranks import Rank, Traffic
from hub_voice.engine.repeats import once
from hub_voice.engine.segments import segments, utterances
from hub_voice.engine.turnstile import Turnstile
from hub_voice.pcm import Resampler, to_float
from hub_voice.settings import RATE, Waits

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub import SpeechToText
    from hub_voice.engine.hearing import Recogniser
    from hub_voice.engine.runtime import Model
    from hub_voice.pcm import Samples

log = structlog.get_logger(__name__)
Result = TypeVar("Result")

LOWEST, HIGHEST = 8_000, 96_000
"""Rates that are taken, in Hz."""

LONGEST_S = 600
"""Seconds of one sound."""

YIELDS = 2
"""How often a segment of a request is given up for a talk, before it is heard to its end."""


class Ear:
    """A `hub.SpeechToText` over one recogniser. ``detector``: tells speech from other sound, where given."""

    def __init__(
        self,
        recogniser: Recogniser,
        info: EngineInfo,
        detector: Model | None = None,
        traffic: Traffic | None = None,
    ) -> None:
        self._recogniser, self._info, self._detector = recogniser, info, detector
        self._traffic = traffic or Traffic()
        self._thread = ThreadPoolExecutor(1, f"ears-{info.name}")
        self._turnstile = Turnstile()
        self._closed = False
        self._pressing = 0  # live work that waits or is done

    @property
    def info(self) -> EngineInfo:
        """Say what it is."""
        return self._info

    async def transcribe(
        self, sound: Sound, *, language: str = "", wanted: Callable[[], bool] = always
    ) -> Transcript:
        """Return the words in ``sound``, segment by segment; talks go first at each of them."""
        began, spoken = time.monotonic(), known(language, self._info)
        samples = await self.run(lambda: to_samples(sound), Rank.REQUEST)
        texts, chances, found = [], [], spoken
        for segment in segments(samples):
            if not wanted():
                break
            await self._traffic.quiet()
            parts = await self.run(lambda s=segment: self._speech(s), Rank.REQUEST)  # type: ignore[misc]
            for part in parts:
                words = await self._patiently(part, wanted, spoken)
                texts.append(words.text)
                found = found or words.language
                chances += [words.confidence] if words.confidence is not None else []
        text, ms = " ".join(filter(None, texts)), (time.monotonic() - began) * 1000
        sure = sum(chances) / len(chances) if chances else None
        return Transcript(text, found or self._usual, self._info.name, ms, sure)

    async def hear(
        self, samples: Samples, wanted: Callable[[], bool], rank: Rank, language: str = ""
    ) -> Words:
        """Return the words in ``samples`` (16 kHz); whoever has the lower ``rank`` goes first."""
        live = rank < Rank.REQUEST
        self._pressing += live
        try:
            words = await self.run(lambda: self._recogniser.write(samples, wanted, language), rank)
        finally:
            self._pressing -= live
        return Words(once(words.text), words.language, words.confidence)

    async def _patiently(self, samples: Samples, wanted: Callable[[], bool], language: str) -> Words:
        """Hear a segment of a request: give way in the middle of it to a talk, twice, and begin it anew."""
        left, gave_way = YIELDS, False

        def going() -> bool:
            nonlocal gave_way
            gave_way = left > 0 and self._pressing > 0
            return not gave_way and wanted()

        while True:
            gave_way = False
            words = await self.hear(samples, going, Rank.REQUEST, language)
            if not gave_way:
                return words
            left -= 1
            await self._traffic.quiet()

    async def run(self, work: Callable[[], Result], rank: Rank) -> Result:
        """Do ``work`` on this engine's thread. Raises `Unavailable` when the engine fails or is closed."""
        async with self._turnstile.passed(rank):
            if self._closed:
                raise Unavailable("My ears are closed.", fix="Restart the voice plugin.")
            try:
                return await asyncio.get_running_loop().run_in_executor(self._thread, work)
            except HubError:
                raise
            except Exception as error:
                log.exception("engine.failed", engine=self._info.name)
                raise Unavailable("My ears failed at that.", fix="Say it again, or write it.") from error

    async def close(self) -> None:
        """Take no further work."""
        self._closed = True
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _speech(self, samples: Samples) -> list[Samples]:
        """Return what of it holds enough speech to hear: small recognisers make words of noise."""
        least = Waits().least_push_ms
        return [samples] if self._detector is None else utterances(samples, self._detector, least)

    @property
    def _usual(self) -> str:
        return self._info.languages[0] if self._info.languages else ""


class Ears:
    """What this child hears with. ``best``: for final words; ``quick``: at a glance, and when in doubt.

    ``language``: of talks, "" for the best engine's own. ``stands_in``: hears while the best one cannot, the
    quick one when it is not given.
    """

    def __init__(
        self,
        best: SpeechToText,
        quick: Ear,
        traffic: Traffic,
        language: str = "",
        stands_in: Ear | None = None,
    ) -> None:
        self.best, self.quick, self._traffic, self._language = best, quick, traffic, language
        self._stands_in = stands_in or quick
        self.trouble: HubError | None = None
        """Why the chosen engine is not the one that hears, None when it is."""

    @property
    def info(self) -> EngineInfo:
        """Say what hears final words."""
        return self.best.info

    async def transcribe(
        self, sound: Sound, *, language: str = "", wanted: Callable[[], bool] = always
    ) -> Transcript:
        """Return the words in ``sound`` (the port); another engine helps out where the best one cannot."""
        language = language or self._language
        try:
            said = await self.best.transcribe(sound, language=language, wanted=wanted)
            self.trouble = None
        except Unavailable as error:
            if self.best is self._stands_in or not _hears(language, self._stands_in.info):
                raise
            self._fell_back(error)
            return await self._stands_in.transcribe(sound, language=language, wanted=wanted)
        if said.text or not self._second_try(language, wanted):
            return said
        return await self.quick.transcribe(sound, language=language, wanted=wanted)

    async def final(self, samples: Samples, wanted: Callable[[], bool]) -> str:
        """Return the words of a turn (voiced, says whoever asks). Raises `Unavailable`."""
        async with self._traffic.live():
            texts = [await self._final(part, wanted) for part in segments(samples)]
        return once(" ".join(filter(None, texts)))

    async def _final(self, samples: Samples, wanted: Callable[[], bool]) -> str:
        try:
            text = await self._by_the_best(samples, wanted)
            self.trouble = None
        except Unavailable as error:
            if self.best is self._stands_in:
                raise
            self._fell_back(error)
            text = (await self._stands_in.hear(samples, wanted, Rank.FINAL)).text
        if text or not self._second_try(self._language, wanted):
            return text
        # base-en hears nothing where a clip begins in mid-word; the small one does
        return (await self.quick.hear(samples, wanted, Rank.FINAL)).text

    async def _by_the_best(self, samples: Samples, wanted: Callable[[], bool]) -> str:
        if isinstance(self.best, Ear):
            return (await self.best.hear(samples, wanted, Rank.FINAL, self._language)).text
        return (await self.best.transcribe(to_sound(samples), language=self._language, wanted=wanted)).text

    def _second_try(self, language: str, wanted: Callable[[], bool]) -> bool:
        return self.best is not self.quick and wanted() and _hears(language, self.quick.info)

    async def glance(self, samples: Samples, wanted: Callable[[], bool], rank: Rank) -> str:
        """Return the words in at most 20 s, quickly: for captions and interruptions."""
        async with self._traffic.live():
            return (await self.quick.hear(samples, wanted, rank)).text

    async def close(self) -> None:
        """Take no further work."""
        for ear in {id(one): one for one in (self.best, self._stands_in, self.quick)}.values():
            if isinstance(ear, Ear):
                await ear.close()

    def _fell_back(self, error: HubError) -> None:
        if self.trouble is None:
            log.warning("ears.fell_back", engine=self.info.name, reason=str(error))
        self.trouble = error


def to_samples(sound: Sound) -> Samples:
    """Bring ``sound`` to 16 kHz floats. Raises `HubError` for a rate or a length that is not taken."""
    if not LOWEST <= sound.rate <= HIGHEST:
        raise HubError(
            f"I cannot hear sound at {sound.rate} Hz.", fix=f"Send {LOWEST} to {HIGHEST} Hz, mono s16le."
        )
    if sound.seconds > LONGEST_S:
        raise HubError(
            f"That is {sound.seconds / 60:.0f} minutes of sound.",
            fix=f"Send at most {LONGEST_S // 60} minutes.",
        )
    resampler, step = Resampler(sound.rate), 2 * sound.rate
    pcm = sound.pcm + bytes(2 * (sound.rate // 50)) if sound.rate != RATE else sound.pcm  # the filter's tail
    parts = [resampler.push(to_float(pcm[at : at + step], "s16le")) for at in range(0, len(pcm), step)]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def to_sound(samples: Samples) -> Sound:
    """Return 16 kHz floats as the port's sound."""
    return Sound((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes(), RATE)


def known(language: str, info: EngineInfo) -> str:
    """Return the plain code of ``language`` if the engine hears it, "" for its own. Raises `HubError`."""
    code = language.strip().lower().replace("_", "-")
    if not code:
        return ""
    plain = code.partition("-")[0]
    if not info.languages or plain in {one.lower().partition("-")[0] for one in info.languages}:
        return plain
    heard = ", ".join(info.languages[:8])
    raise HubError(
        f"{info.title} does not hear {language[:20]!r}, only {heard}.",
        fix="Choose ears for that language in the voice settings; see: hub voice engines",
    )


def _hears(language: str, info: EngineInfo) -> bool:
    try:
        known(language, info)
    except HubError:
        return False
    return True
