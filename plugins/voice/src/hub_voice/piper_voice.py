"""Speak: the Piper voice, cut at its decoder so that the first sound comes before the last is made.

A VITS voice makes the whole sentence as latent frames first, which is cheap, and then decodes them
to sound, which is not; the decoder sees only a few frames around each, so it can be run over slices
with some context on both sides, and gives the very same samples.
piper-tts is GPL-3.0-or-later; it is imported here and nowhere else, in the speech child's process.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import structlog
from piper import PiperVoice
from piper.config import PiperConfig

from hub_voice import graph
from hub_voice.runtime import SHRINK, Model, open_kept, optimised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from hub_voice.pcm import Samples

log = structlog.get_logger(__name__)

HOP = 256
"""Samples that a latent frame decodes to."""

FIRST, STEP, CONTEXT = 24, 96, 12
"""Frames in the first slice, in later ones, and of context on each side (10 are enough)."""

GAIN = 1.6
"""Piper's own level control works piece by piece and makes clauses jump; this brings joe near -21 dBFS."""

KNEE = 0.7
"""Level above which the limiter begins to bend."""

QUIET = 0.004
"""Below this (-48 dBFS) the start of a piece is taken for silence."""

LEAD_S = 0.01
"""Silence left in front of a piece."""

LONG = 600
"""Frames, 7 s, beyond which the memory of a run is given back."""

Pcm = np.ndarray[tuple[int], np.dtype[np.int16]]


@dataclass(frozen=True, slots=True)
class Slice:
    """Some sound of a text, and how many samples are still to come after it."""

    sound: Pcm
    remaining: int


class Voice:
    """The synthesiser. Not thread-safe."""

    def __init__(self, model: Path, config: Path, kept: Path, speed: float = 1.0) -> None:
        settings = PiperConfig.from_dict(json.loads(config.read_text(encoding="utf-8")))
        self._encoder, self._decoder = _open(model, kept)
        self._piper = PiperVoice(session=self._encoder, config=settings, download_dir=config.parent)
        self._scales = np.array(
            [settings.noise_scale, settings.length_scale / speed, settings.noise_w_scale], np.float32
        )
        self.rate: int = settings.sample_rate

    def speak(self, text: str) -> Iterator[Slice]:
        """Yield ``text`` as 16-bit samples at ``rate`` Hz, slice by slice; nothing when it cannot be said."""
        latents = [self._encode(phonemes) for phonemes in self._piper.phonemize(text) if phonemes]
        total = sum(self._samples(latent) for latent in latents)
        leading = True
        for latent in latents:
            for sound in self._decode(latent):
                total -= len(sound)
                bent = limit(sound * GAIN)
                if leading:
                    bent = trim(bent, int(self.rate * LEAD_S))
                    leading = False
                yield Slice((bent * 32767).astype(np.int16), total)

    def _encode(self, phonemes: list[str]) -> Any:
        ids = np.array([self._piper.phonemes_to_ids(phonemes)], np.int64)
        inputs = {"input": ids, "input_lengths": np.array([ids.shape[1]], np.int64), "scales": self._scales}
        return self._encoder.run(None, inputs)[0]

    def _samples(self, latent: Any) -> int:
        return int(latent.shape[2]) * HOP if self._decoder is not None else latent.size

    def _decode(self, latent: Any) -> Iterator[Samples]:
        if self._decoder is None:  # the voice could not be cut: this is its sound already
            yield latent.reshape(-1)
            return
        frames, at = latent.shape[2], 0
        name = self._decoder.get_inputs()[0].name
        while at < frames:
            end = min(frames, at + (STEP if at else FIRST))
            if frames - end < CONTEXT:
                end = frames
            first, last = max(0, at - CONTEXT), min(frames, end + CONTEXT)
            options = SHRINK if end == frames and frames > LONG else None
            sound = self._decoder.run(None, {name: latent[:, :, first:last]}, options)[0].reshape(-1)
            yield sound[(at - first) * HOP : (end - first) * HOP]
            at = end


def _open(model: Path, kept: Path) -> tuple[Model, Model | None]:
    """Open the voice as encoder and decoder; as one model, and None, when it has another layout."""

    @cache
    def halves() -> tuple[bytes, bytes, str]:
        return graph.cut(model.read_bytes(), "/dec/", rank=3)

    def half(index: int) -> Callable[[], bytes]:
        return lambda: halves()[index]  # type: ignore[return-value]  # both are bytes

    try:
        first, second = (optimised(model, part, kept) for part in ("encoder", "decoder"))
        return open_kept(first, half(0)), open_kept(second, half(1))
    except graph.Uncuttable as why:
        log.info("voice.whole", reason=str(why))
        return open_kept(optimised(model, "whole", kept), lambda: model), None


def limit(sound: Samples) -> Samples:
    """Bend what is over the knee, so that nothing clips and nothing quiet changes."""
    over = np.abs(sound) - KNEE
    bent = np.sign(sound) * (KNEE + (1 - KNEE) * np.tanh(np.maximum(over, 0) / (1 - KNEE)))
    return np.where(over > 0, bent, sound).astype(np.float32)


def trim(sound: Samples, lead: int) -> Samples:
    """Cut the silence in front, all but ``lead`` samples: the listener waits for it."""
    loud = np.flatnonzero(np.abs(sound) > QUIET)
    return sound[max(0, loud[0] - lead) :] if len(loud) else sound
