"""Compute Whisper's log-mel features of eight seconds of sound, in numpy.

The recipe is the Whisper paper's (arXiv 2212.04356, section 2.2): 25 ms Hann windows each 10 ms,
80 mel bands on Slaney's scale (linear to 1 kHz, logarithmic above), base-10 logarithm, the top
eight decades kept.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from hub_voice.settings import RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hub_voice.pcm import Samples

SECONDS = 8
FRAME, HOP, BANDS = 400, 160, 80
KNEE_HZ, KNEE_MEL = 1000, 15
"""Where Slaney's scale turns from linear to logarithmic."""


def log_mel(samples: Samples) -> NDArray[np.float32]:
    """Return features (80, 800) of the last 8 s of ``samples`` (16 kHz); shorter sound is padded in front."""
    want = SECONDS * RATE
    sound = np.pad(samples[-want:], (max(0, want - len(samples)), 0)).astype(np.float32)
    sound = (sound - sound.mean()) / np.sqrt(sound.var() + 1e-7)
    padded = np.pad(sound, FRAME // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP][: want // HOP]
    spectrum = np.fft.rfft(frames * _hann(), axis=1)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    levels = np.log10(np.maximum(power.astype(np.float32) @ _mel_bank(), 1e-10))
    levels = (np.maximum(levels, levels.max() - 8.0) + 4.0) / 4.0
    return np.ascontiguousarray(levels.T, np.float32)


@cache
def _hann() -> NDArray[np.float32]:
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)).astype(np.float32)


@cache
def _mel_bank() -> NDArray[np.float32]:
    """Return the triangles (201, 80) that sum a power spectrum into mel bands, each of unit area."""
    top = _mel(np.array(RATE / 2))
    edges = _hertz(np.linspace(0.0, float(top), BANDS + 2))
    bins = np.linspace(0.0, RATE / 2, FRAME // 2 + 1)[:, None]
    lower, centre, upper = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (bins - lower) / (centre - lower), (upper - bins) / (upper - centre)
    triangles = np.maximum(0.0, np.minimum(rising, falling))
    return (triangles * 2.0 / (upper - lower)).astype(np.float32)


def _mel(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    above = KNEE_MEL + np.log(np.maximum(hertz, 1) / KNEE_HZ) * 27 / np.log(6.4)
    return np.where(hertz < KNEE_HZ, hertz * 3 / 200, above)


def _hertz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    above = KNEE_HZ * np.exp((mel - KNEE_MEL) * np.log(6.4) / 27)
    return np.where(mel < KNEE_MEL, mel * 200 / 3, above)
