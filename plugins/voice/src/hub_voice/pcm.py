"""Turn a client's PCM into 16 kHz float samples: a streaming, anti-aliased polyphase resampler."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from hub_voice.settings import RATE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from hub import AudioFormat

Samples = np.ndarray[tuple[int], np.dtype[np.float32]]

ZERO_CROSSINGS = 16
"""Half width of the filter, in periods of the lower of both rates: about 80 dB in the stop band."""

PASS = 0.91
"""Edge of the pass band, as a part of the lower Nyquist frequency."""

BETA = 8.0
"""Kaiser window's shape."""


def to_float(pcm: bytes, encoding: str) -> Samples:
    """Decode ``pcm`` to floats in [-1, 1]; a partial sample at the end is dropped, what is no number is 0."""
    if encoding == "f32le":
        values = np.frombuffer(pcm[: len(pcm) // 4 * 4], "<f4")
        finite = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        return np.asarray(np.clip(finite, -1.0, 1.0), np.float32)
    return np.frombuffer(pcm[: len(pcm) // 2 * 2], "<i2").astype(np.float32) / np.float32(32768)


class Resampler:
    """Bring a stream from ``source`` to ``target`` Hz; output does not depend on how the input was cut.

    The method is the classic rational one: zero-stuff by L, low-pass, keep each M-th sample, of
    which only the products that count are computed (Crochiere and Rabiner, 1983).
    """

    def __init__(self, source: int, target: int = RATE) -> None:
        divisor = math.gcd(source, target)
        self._up, self._down = target // divisor, source // divisor
        self._bank = _bank(self._up, self._down) if source != target else None
        self._width = self._bank.shape[1] if self._bank is not None else 0
        self._held = np.zeros(max(0, self._width - 1), np.float32)
        self._phase = 0

    def push(self, samples: Samples) -> Samples:
        """Take the next input samples, return the output samples that they complete."""
        if self._bank is None:
            return samples
        held = np.concatenate([self._held, samples])
        room = len(held) - self._width + 1
        if room <= 0:
            self._held = held
            return np.zeros(0, np.float32)
        count = max(0, -(-(room * self._up - self._phase) // self._down))
        places = self._phase + np.arange(count, dtype=np.int64) * self._down
        index = (places // self._up)[:, None] + np.arange(self._width)
        out = np.einsum("ij,ij->i", held[index], self._bank[places % self._up]) if count else held[:0]
        self._phase += count * self._down - room * self._up
        self._held = held[room:]
        return np.asarray(out, np.float32)


def _bank(up: int, down: int) -> NDArray[np.float32]:
    """Return one FIR filter per phase, (up, taps), each in the order of the input samples."""
    cutoff = PASS * min(1.0, up / down)  # as a part of the input's Nyquist frequency
    half = math.ceil(ZERO_CROSSINGS / cutoff)
    taps = np.arange(-half, half + 1, dtype=np.float64)
    offset = taps[None, :] - np.arange(up, dtype=np.float64)[:, None] / up
    shape = np.i0(BETA * np.sqrt(np.clip(1 - (offset / (half + 1)) ** 2, 0, 1))) / np.i0(BETA)
    bank = cutoff * np.sinc(cutoff * offset) * shape
    return np.asarray(bank / bank.sum(axis=1, keepdims=True), np.float32)


class Converter:
    """A client's bytes in, 16 kHz floats out; several channels become their mean."""

    def __init__(self, audio: AudioFormat) -> None:
        self._encoding, self._channels = audio.encoding, audio.channels
        self._resampler = Resampler(audio.rate)

    def push(self, pcm: bytes) -> Samples:
        """Convert the next frame, of any length."""
        samples = to_float(pcm, self._encoding)
        if self._channels > 1:
            whole = len(samples) // self._channels * self._channels
            samples = samples[:whole].reshape(-1, self._channels).mean(axis=1, dtype=np.float32)
        return self._resampler.push(samples)
