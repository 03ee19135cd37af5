"""Put the engines that speak together, and bring what they make to the one rate of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import structlog

from hub import HubError
from hub_voice.engine.kokoro import KokoroShelf
from hub_voice.engine.mouths import Mouths
from hub_voice.engine.piper_voices import PiperShelf
from hub_voice.engine.synthesis import Made, Mouth
from hub_voice.pcm import Resampler, to_float

if TYPE_CHECKING:
    from pathlib import Path

    from hub import Slice, TextToSpeech


log = structlog.get_logger(__name__)


def open_mouths(
    paths: dict[str, Path],
    cache: Path,
    speed: float = 1.0,
    chosen: str = "",
    folder: Path | None = None,
    *,
    wyoming: str = "",
) -> Mouths:
    """Return every engine that can speak; models are opened when they are first needed.

    ``paths``: of the usual voice, by model name. ``folder``: the voices that a person put there, with
    Kokoro's files in ``kokoro`` inside it. ``wyoming``: ``host:port`` of a server that speaks first; the
    usual voice helps out when it does not.
    """
    usual = PiperShelf(paths["piper-voice"], paths["piper-voice-config"], cache, folder)
    mouths: list[TextToSpeech] = [_first(Mouth(usual, speed=speed), wyoming, speed)]
    if folder is not None:
        mouths.append(Mouth(KokoroShelf(folder / "kokoro"), speed=speed))
    return Mouths(mouths, chosen)


def _first(own: Mouth, wyoming: str, speed: float) -> TextToSpeech:
    if not wyoming:
        return own
    from hub_voice.wyoming import address, backed, mouth  # noqa: PLC0415  only where it is chosen

    try:
        return backed.BackedMouth(mouth.WyomingMouth(address.parse(wyoming), speed=speed), own)
    except HubError as error:
        log.warning("wyoming.no_address", reason=str(error), fix=error.fix)
        return own


class Fitted:
    """Slices of one text at ``rate`` Hz, whatever rate the voice has."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._resampler: Resampler | None = None

    def fit(self, part: Slice) -> Made:
        """Bring the next slice to the rate."""
        if part.sound.rate == self._rate:
            return Made(np.frombuffer(part.sound.pcm, np.int16), part.remaining)
        self._resampler = self._resampler or Resampler(part.sound.rate, self._rate)
        samples = to_float(part.sound.pcm, "s16le")
        if part.remaining == 0:  # push out what the filter still holds
            samples = np.concatenate([samples, to_float(bytes(part.sound.rate // 250), "s16le")])
        bent = np.clip(self._resampler.push(samples), -1, 1)
        remaining = int(part.remaining * self._rate / part.sound.rate)
        return Made((bent * 32767).astype(np.int16), remaining)
