"""Speak: the Piper voice, a piece of text at a time.

piper-tts is GPL-3.0-or-later; it is imported here and nowhere else, in the speech child's process.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from piper import PiperVoice
from piper.config import PiperConfig

from hub_voice.runtime import SHRINK, open_model

if TYPE_CHECKING:
    from hub_voice.pcm import Samples

GAIN = 1.6
"""Piper's own level control works piece by piece and makes clauses jump; this brings joe to about -18 dBFS."""

KNEE = 0.7
"""Level above which the limiter begins to bend."""

QUIET = 0.004
"""Below this (-48 dBFS) the start of a piece is taken for silence."""

LEAD_S = 0.01
"""Silence left in front of a piece."""

LONG = 200
"""Phonemes beyond which the memory of a run is given back."""


class Voice:
    """The synthesiser. Not thread-safe."""

    def __init__(self, model: Path, config: Path, cache: Path | None = None) -> None:
        self._session = open_model(model, cache)
        settings = PiperConfig.from_dict(json.loads(config.read_text(encoding="utf-8")))
        self._piper = PiperVoice(session=self._session, config=settings, download_dir=config.parent)
        self._scales = np.array(
            [settings.noise_scale, settings.length_scale, settings.noise_w_scale], np.float32
        )
        self.rate: int = settings.sample_rate

    def speak(self, text: str) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
        """Return ``text`` as 16-bit samples at ``rate`` Hz; empty when nothing in it can be said."""
        pieces = [self._sound(phonemes) for phonemes in self._piper.phonemize(text) if phonemes]
        if not pieces:
            return np.zeros(0, np.int16)
        sound = limit(np.concatenate(pieces) * GAIN)
        return (trim(sound, int(self.rate * LEAD_S)) * 32767).astype(np.int16)

    def _sound(self, phonemes: list[str]) -> Samples:
        ids = np.array([self._piper.phonemes_to_ids(phonemes)], np.int64)
        inputs = {"input": ids, "input_lengths": np.array([ids.shape[1]], np.int64), "scales": self._scales}
        options = SHRINK if len(phonemes) > LONG else None
        sound = self._session.run(None, inputs, options)[0]
        return np.asarray(sound, np.float32).reshape(-1)


def limit(sound: Samples) -> Samples:
    """Bend what is over the knee, so that nothing clips and nothing quiet changes."""
    over = np.abs(sound) - KNEE
    bent = np.sign(sound) * (KNEE + (1 - KNEE) * np.tanh(np.maximum(over, 0) / (1 - KNEE)))
    return np.where(over > 0, bent, sound).astype(np.float32)


def trim(sound: Samples, lead: int) -> Samples:
    """Cut the silence in front, all but ``lead`` samples: the listener waits for it."""
    loud = np.flatnonzero(np.abs(sound) > QUIET)
    return sound[max(0, loud[0] - lead) :] if len(loud) else sound
