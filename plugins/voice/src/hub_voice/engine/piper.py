"""Speak: the Piper voice, cut so that the first sound comes before the last is made.

A VITS voice reads the whole sentence at once, which is cheap, and draws frames from it; its flow bends
the frames and its decoder makes sound of them, which is not cheap. Both see only a few frames around
each, so they are run over slices with some context on both sides, and give the very same samples.
piper-tts is GPL-3.0-or-later; it is imported here and nowhere else, in the speech child's process.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import structlog
from piper import PiperVoice
from piper.config import PiperConfig

from hub import HubError
from hub_voice.engine import graph, slices
from hub_voice.engine.runtime import SHRINK, Model, open_kept, optimised
from hub_voice.engine.slices import Ahead, Sliced
from hub_voice.engine.synthesis import Made
from hub_voice.playback.pieces import split

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from hub_voice.pcm import Samples

log = structlog.get_logger(__name__)

HOP = 256
"""Samples that a frame decodes to."""

FIRST, STEP, GROWTH = 16, 96, 3
"""Frames in the first slice and in the longest; each is so many times as long as the one before.

The first plays for 186 ms, less some 60 of silence that is cut; the second is made in 55 ms of a processor.
"""

FLOW_SIGHT, SIGHT = 32, 12
"""Frames on each side that the flow sees (four layers of four convolutions over 5), and the decoder (10)."""

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
        self._encoder, *self._stages = _open(model, kept)
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
        for part in trim(self._blocks(text, speed), int(self.rate * LEAD_S)):
            yield Made((part.sound * 32767).astype(np.int16), part.remaining)

    def _blocks(self, text: str, speed: float) -> Iterator[Raw]:
        blocks, left = list(split(text, BLOCK)) if len(text) > BLOCK else [text], len(text)
        for block in blocks:
            left -= len(block)
            later = (
                int(left * SECONDS_A_LETTER / speed * self.rate) if text[len(text) - left :].strip() else 0
            )
            for part in self._block(block, speed):
                yield Raw(part.sound, part.remaining + later)

    def _block(self, text: str, speed: float) -> Iterator[Raw]:
        read = [self._encode(phonemes, speed) for phonemes in self._piper.phonemize(text) if phonemes]
        total = sum(self._samples(frames) for frames in read)
        for frames in read:
            for sound in self._decode(frames):
                total -= len(sound)
                yield Raw(limit(sound * GAIN), total)

    def _encode(self, phonemes: list[str], speed: float) -> slices.Tensors:
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
        names = [made.name for made in self._encoder.get_outputs()]
        return dict(zip(names, self._encoder.run(None, inputs), strict=True))

    def _samples(self, frames: slices.Tensors) -> int:
        return slices.count(frames) * (HOP if self._stages else 1)

    def _decode(self, frames: slices.Tensors) -> Iterator[Samples]:
        if not self._stages:  # the voice could not be cut: this is its sound already
            yield next(iter(frames.values())).reshape(-1)
            return
        flow, decoder = (Sliced(*stage) for stage in zip(self._stages, (FLOW_SIGHT, SIGHT), strict=True))
        count, at, step = slices.count(frames), 0, FIRST
        bent = Ahead(flow, frames)
        while at < count:
            end = count if count - at - step < 2 * SIGHT else at + step  # what is left would cost as much
            bent.upto(min(count, end + SIGHT))
            options = SHRINK if end == count and count > LONG else None
            yield decoder.run(frames, at, end, options).reshape(-1)
            at, step = end, min(STEP, GROWTH * step)


class Raw(NamedTuple):
    """Some sound, and how many samples come after it."""

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


def _open(model: Path, kept: Path) -> list[Model]:
    """Open the voice as encoder, flow and decoder; as one model when it has another layout."""

    @cache
    def parts() -> list[bytes]:
        return graph.cut(model.read_bytes(), "/flow/", "/dec/", rank=3)

    def part(index: int) -> Callable[[], bytes]:
        return lambda: parts()[index]

    try:
        names = ("text", "flow", "sound")
        return [open_kept(optimised(model, name, kept), part(at)) for at, name in enumerate(names)]
    except graph.Uncuttable as why:
        log.info("voice.whole", reason=str(why))
        return [open_kept(optimised(model, "whole", kept), lambda: model)]


def limit(sound: Samples) -> Samples:
    """Bend what is over the knee, so that nothing clips and nothing quiet changes."""
    over = np.abs(sound) - KNEE
    bent = np.sign(sound) * (KNEE + (1 - KNEE) * np.tanh(np.maximum(over, 0) / (1 - KNEE)))
    return np.where(over > 0, bent, sound).astype(np.float32)


def trim(parts: Iterable[Raw], lead: int) -> Iterator[Raw]:
    """Cut the silence in front, all but ``lead`` samples: the listener waits for it."""
    rest, so_far = iter(parts), np.zeros(0, np.float32)
    for sound, remaining in rest:
        so_far = np.concatenate([so_far, sound])
        loud = np.flatnonzero(np.abs(so_far) > QUIET)
        if len(loud) or not remaining:
            yield Raw(so_far[max(0, loud[0] - lead) if len(loud) else 0 :], remaining)
            break
        so_far = so_far[-lead:]
    yield from rest
