"""Cut a long sound where it is quietest, so that no piece is longer than a recogniser bears."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.ports import Sound

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_S = 20.0
SHORTEST_S = 8.0
"""A cut is made no sooner than this after the one before."""

FRAME_S = 0.02
QUIET_FRAMES = 8
SILENT = 100
"""A peak below this (of 32,768; -50 dB) is a room without anybody."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a sound; ``start`` in seconds from its beginning."""

    start: float
    sound: Sound

    @property
    def end(self) -> float:
        """Where it ends, in seconds."""
        return self.start + self.sound.seconds


def is_silent(sound: Sound) -> bool:
    """Say whether there is nothing in it that could be a voice."""
    samples = _samples(sound)
    return not samples or (max(samples) < SILENT and min(samples) > -SILENT)


def cut(sound: Sound, longest: float = LONGEST_S) -> Iterator[Piece]:
    """Yield ``sound`` in pieces of at most ``longest`` seconds, cut at its quietest places."""
    samples, at = _samples(sound), 0
    most, least = int(longest * sound.rate), int(min(SHORTEST_S, longest / 2) * sound.rate)
    while len(samples) - at > most:
        end = _quietest(samples, at + least, at + most, int(FRAME_S * sound.rate))
        yield Piece(at / sound.rate, Sound(sound.pcm[at * 2 : end * 2], sound.rate))
        at = end
    if at < len(samples):
        yield Piece(at / sound.rate, Sound(sound.pcm[at * 2 : len(samples) * 2], sound.rate))


def _quietest(samples: memoryview, low: int, high: int, frame: int) -> int:
    """Return the middle of the quietest stretch of `QUIET_FRAMES` between two places."""
    peaks = [max(map(abs, samples[place : place + frame : 2])) for place in range(low, high - frame, frame)]
    if len(peaks) <= QUIET_FRAMES:
        return high
    sums = [sum(peaks[place : place + QUIET_FRAMES]) for place in range(len(peaks) - QUIET_FRAMES)]
    best = min(range(len(sums)), key=lambda place: (sums[place], -place))
    return low + (best + QUIET_FRAMES // 2) * frame


def _samples(sound: Sound) -> memoryview:
    return memoryview(sound.pcm[: len(sound.pcm) // 2 * 2]).cast("h")
