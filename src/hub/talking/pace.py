"""Hand sound to a speaker a moment ahead of time, and know how much of it has been heard."""

from __future__ import annotations

import array
import sys
from collections import deque
from dataclasses import dataclass

AHEAD_S = 0.1
"""How far ahead of the ear sound is written: what is written cannot be taken back."""
LATE_S = 0.4
"""A frame that comes this soon after the sound ran dry was late; later, it is a new beginning."""
REPORT_S = 0.1
DUCKED = 0.251
"""-12 dB."""
RAMP_S = 0.015
_ALL = 0xFFFF


@dataclass(frozen=True, slots=True)
class Played:
    """``samples`` of ``epoch`` have been heard; ``dry`` gaps since the last report."""

    epoch: int
    samples: int
    dry: int


class Pace:
    """A queue of sound with a clock; time is given in seconds, so that tests need not wait."""

    def __init__(self) -> None:
        self.epoch = self.rate = 0
        self._goal = self._gain = 1.0
        self._clear()

    def _clear(self) -> None:
        self._queue: deque[bytes] = deque()
        self._began = self._dried = -1.0
        self._run = self._written = self._reported = self._dry = 0
        self._told_at = 0.0

    @property
    def empty(self) -> bool:
        """Whether nothing waits to be written."""
        return not self._queue

    def take(self, epoch: int, rate: int, pcm: bytes, now: float) -> None:
        """Take one frame (s16le mono); what is older than the latest flush is dropped."""
        if _older(epoch, self.epoch):
            return
        if epoch != self.epoch or rate != self.rate:
            self._clear()
            self.epoch, self.rate = epoch, rate
        if self._dried >= 0 and now - self._dried < LATE_S:
            self._dry += 1
        self._dried = -1.0
        self._queue.append(pcm)

    def flush(self, epoch: int) -> None:
        """Forget what waits; sound of ``epoch`` and later may come."""
        if not _older(epoch, self.epoch):
            self._clear()
            self.epoch, self._goal, self._gain = epoch, 1.0, 1.0

    def duck(self, *, on: bool) -> None:
        """Lower the sound by 12 dB from the next piece on, or lift it again."""
        self._goal = DUCKED if on else 1.0

    def due(self, now: float) -> bytes:
        """Return what must be written now."""
        if not self._queue:
            self._notice_end(now)
            return b""
        if self._began < 0:
            self._began, self._run = now, 0
        count = int((now - self._began + AHEAD_S) * self.rate) - self._run
        pcm = self._pull(2 * max(0, count))
        self._run += len(pcm) // 2
        self._written += len(pcm) // 2
        return self._levelled(pcm)

    def heard(self, now: float) -> Played | None:
        """Return a report when one is due: each 100 ms, and at the end of what came."""
        waits = max(0.0, self._began + self._run / self.rate - now) if self._began >= 0 and self.rate else 0.0
        samples = self._written - int(waits * self.rate)
        ended = not self._queue and not waits
        if samples <= self._reported or (now - self._told_at < REPORT_S and not ended):
            return None
        self._reported, self._told_at = samples, now
        dry, self._dry = self._dry, 0
        return Played(self.epoch, samples, dry)

    def _notice_end(self, now: float) -> None:
        """All that came has been heard: the next frame begins a new run."""
        if self._began >= 0 and now >= self._began + self._run / self.rate:
            self._began, self._dried = -1.0, now
            self._run = 0

    def _pull(self, size: int) -> bytes:
        out = bytearray()
        while self._queue and len(out) < size:
            first = self._queue.popleft()
            room = size - len(out)
            out += first[:room]
            if len(first) > room:
                self._queue.appendleft(first[room:])
        return bytes(out)

    def _levelled(self, pcm: bytes) -> bytes:
        if self._gain == self._goal == 1.0:
            return pcm
        samples = array.array("h", pcm)
        if sys.byteorder == "big":
            samples.byteswap()
        step = (1 - DUCKED) / (RAMP_S * self.rate)
        for at, sample in enumerate(samples):
            toward = self._gain - step if self._goal < self._gain else self._gain + step
            self._gain = max(self._goal, toward) if self._goal < self._gain else min(self._goal, toward)
            samples[at] = int(sample * self._gain)
        if sys.byteorder == "big":
            samples.byteswap()
        return samples.tobytes()


def _older(epoch: int, than: int) -> bool:
    """Say whether ``epoch`` is older; epochs have 16 bits and wrap."""
    return ((epoch - than) & _ALL) > _ALL // 2
