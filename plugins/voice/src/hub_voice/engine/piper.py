"""Speak: the Piper voice, cut at its decoder so that the first sound comes before the last is made.

A VITS voice makes the whole sentence as latent frames first, which is cheap, and then decodes them
to sound, which is not; the decoder sees only a few frames around each, so it can be run over slices
with some context on both sides, and gives the very same samples.
piper-tts is GPL-3.0-or-later; it is imported here and nowhere else, in the speech child's process.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import structlog
from piper import PiperVoice
from piper.config import PiperConfig

from hub import HubError
from hub_voice.engine import graph
from hub_voice.engine.runtime import SHRINK, Model, open_kept, optimised
from hub_voice.engine.synthesis import Made
from hub_voice.playback.pieces import split

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

BLOCK = 600
"""Letters whose frames are made at once: a longer text is taken in parts, so that its memory is bounded."""

SECONDS_A_LETTER = 0.06
"""How much sound a letter makes, about: for parts whose frames are not made yet."""

INPUTS = {"input", "input_lengths", "scales"}
"""What every Piper model takes; one of several speakers takes `sid` too."""


class Voice:
    """One opened voice. Not thread-safe. ``speaker``: one of several, by name or number.

    Raises `HubError`, or what the reading of a broken file raises, when it is no Piper voice.
    """

    def __init__(
        self, model: Path, config: Path, kept: Path, speed: float = 1.0, *, speaker: str = ""
    ) -> None:
        settings = PiperConfig.from_dict(json.loads(config.read_text(encoding="utf-8")))
        self._encoder, self._decoder = _open(model, kept)
        if (taken := {given.name for given in self._encoder.get_inputs()} - {"sid"}) != INPUTS:
            raise HubError(
                f"{model.name} is not a Piper voice: it takes {', '.join(sorted(taken))}.",
                fix="Put the .onnx and .onnx.json of one Piper voice there.",
            )
        self._piper = PiperVoice(session=self._encoder, config=settings, download_dir=config.parent)
        self._speaker = _speaker(settings, speaker)
        self._settings, self._speed = settings, speed
        self.rate: int = settings.sample_rate

    def speak(self, text: str, *, speed: float = 1.0) -> Iterator[Made]:
        """Yield ``text`` as 16-bit samples at ``rate`` Hz, slice by slice; nothing when it cannot be said."""
        blocks, left = list(split(text, BLOCK)) if len(text) > BLOCK else [text], len(text)
        leading = True
        for block in blocks:
            left -= len(block)
            later = (
                int(left * SECONDS_A_LETTER / speed * self.rate) if text[len(text) - left :].strip() else 0
            )
            for part in self._block(block, speed):
                sound = trim(part.sound, int(self.rate * LEAD_S)) if leading else part.sound
                leading = False
                yield Made((sound * 32767).astype(np.int16), part.remaining + later)

    def _block(self, text: str, speed: float) -> Iterator[_Raw]:
        latents = [self._encode(phonemes, speed) for phonemes in self._piper.phonemize(text) if phonemes]
        total = sum(self._samples(latent) for latent in latents)
        for latent in latents:
            for sound in self._decode(latent):
                total -= len(sound)
                yield _Raw(limit(sound * GAIN), total)

    def _encode(self, phonemes: list[str], speed: float) -> Any:
        ids = np.array([self._piper.phonemes_to_ids(phonemes)], np.int64)
        told = self._settings
        scales = [told.noise_scale, told.length_scale / (speed * self._speed), told.noise_w_scale]
        inputs = {
            "input": ids,
            "input_lengths": np.array([ids.shape[1]], np.int64),
            "scales": np.array(scales, np.float32),
        }
        if self._speaker is not None:
            inputs["sid"] = np.array([self._speaker], np.int64)
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


class _Raw(NamedTuple):
    sound: Samples
    remaining: int


def _speaker(settings: PiperConfig, named: str) -> int | None:
    """Return the number of the speaker ``named``, the first when none is; None for a voice of one."""
    if settings.num_speakers <= 1:
        return None
    known = settings.speaker_id_map
    if named in known or not named:
        return known.get(named, 0)
    if named.isdecimal() and int(named) < settings.num_speakers:
        return int(named)
    raise HubError(
        f"This voice has no speaker {named[:40]!r}.", fix="Choose one that /voices lists, or a number."
    )


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
