"""Cut a stream of sound at its pauses, and where there is none, with half a second of overlap (S4-14)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FRAME_S = 0.02
PAUSE_S = 0.6
"""So much silence ends a stretch."""

LEAST_VOICED_S = 0.2
"""Less than this is a click, and no word."""

BEFORE_S = 0.3
"""Sound kept from before the voice: first consonants are quiet."""

LONGEST_S, OVERLAP_S = 18.0, 0.5
PARTIAL_S, SLOWER = 0.6, 1.5
"""New sound before words so far are looked for again: at least this, and so often what the last pass took."""

FLOOR, ABOVE = 250, 2.5
"""A frame is voiced when its peak is above both: a level of 32,768, and so often that of the room."""

QUIET_ROOM, ROOM_FRAMES = 100, 250
"""The level of a room that is not known yet, and for how many frames (5 s) it is listened to."""

MOST_JOINED = 6


@dataclass(frozen=True, slots=True)
class Cut:
    """A stretch of sound from ``start`` to ``end`` (seconds); it begins with the end of the one before."""

    pcm: bytes
    rate: int
    start: float
    end: float
    overlaps: bool = False


class Segmenter:
    """Takes s16le at ``rate``; gives stretches with words in them."""

    def __init__(self, rate: int) -> None:
        self._rate, self._size = rate, int(rate * FRAME_S) * 2
        self._pcm, self._rest = bytearray(), b""
        self._at = 0
        self._peaks = deque([QUIET_ROOM] * ROOM_FRAMES, ROOM_FRAMES)
        self._voiced = self._silence = 0
        self._overlaps = False
        self._looked, self._cost = 0, 0.0

    def feed(self, pcm: bytes) -> Iterator[Cut]:
        """Take sound; yield what it made final."""
        data = self._rest + pcm
        whole = len(data) - len(data) % self._size
        self._rest = data[whole:]
        for place in range(0, whole, self._size):
            self._frame(data[place : place + self._size])
            if (cut := self._ended()) is not None:
                yield cut

    def finish(self) -> Cut | None:
        """Return what is left, if there are words in it, and begin anew."""
        self._pcm += self._rest
        self._rest = b""
        cut = self._cut(len(self._pcm)) if self._voiced * FRAME_S >= LEAST_VOICED_S else None
        self._drop(len(self._pcm))
        return cut

    def so_far(self) -> Cut | None:
        """Return what there is of a stretch that has not ended, when it is time to look at it again."""
        if self._voiced * FRAME_S < LEAST_VOICED_S:
            return None
        fresh = (len(self._pcm) - self._looked) / 2 / self._rate
        if fresh < max(PARTIAL_S, SLOWER * self._cost):
            return None
        self._looked = len(self._pcm)
        return self._cut(len(self._pcm))

    def took(self, seconds: float) -> None:
        """Say how long the engine needed: a slow one is asked less often."""
        self._cost = seconds

    def _frame(self, frame: bytes) -> None:
        samples = memoryview(frame).cast("h")
        loudest, lowest = max(samples), min(samples)
        peak = max(loudest, -lowest)
        # What is never quieter for some seconds is the room, or a machine in it; a voice has its gaps.
        self._peaks.append(peak)
        voiced = peak > max(FLOOR, min(self._peaks) * ABOVE)
        self._pcm += frame
        self._silence = 0 if voiced else self._silence + 1
        self._voiced += voiced
        if not voiced and self._voiced * FRAME_S < LEAST_VOICED_S and self._silence * FRAME_S > PAUSE_S:
            self._voiced = 0
            self._drop(max(0, len(self._pcm) - int(BEFORE_S * self._rate) * 2))

    def _ended(self) -> Cut | None:
        if self._voiced * FRAME_S < LEAST_VOICED_S:
            return None
        if self._silence * FRAME_S >= PAUSE_S:
            cut = self._cut(len(self._pcm))
            self._drop(max(0, len(self._pcm) - int(BEFORE_S * self._rate) * 2))
            return cut
        if len(self._pcm) / 2 / self._rate >= LONGEST_S:
            cut = self._cut(len(self._pcm))
            voiced = self._voiced
            self._drop(len(self._pcm) - int(OVERLAP_S * self._rate) * 2)
            self._voiced, self._overlaps = min(voiced, 1), True
            return cut
        return None

    def _cut(self, end: int) -> Cut:
        start = self._at / 2 / self._rate
        return Cut(bytes(self._pcm[:end]), self._rate, start, start + end / 2 / self._rate, self._overlaps)

    def _drop(self, size: int) -> None:
        del self._pcm[:size]
        self._at += size
        self._voiced = self._silence = self._looked = 0
        self._overlaps = False


def joined(before: str, after: str) -> str:
    """Return ``after`` without the words at its beginning that ``before`` ended with."""
    old, new = before.split(), after.split()
    for count in range(min(MOST_JOINED, len(old), len(new)), 0, -1):
        if [_plain(word) for word in old[-count:]] == [_plain(word) for word in new[:count]]:
            return " ".join(new[count:])
    return after


def _plain(word: str) -> str:
    return "".join(one for one in word.lower() if one.isalnum())
