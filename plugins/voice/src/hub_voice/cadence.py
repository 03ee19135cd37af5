"""Find out that a client's sound is not of the rate that it said: by how much of it comes in a while."""

from __future__ import annotations

RATES = (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 88_200, 96_000)
"""What microphones and programs send, Hz."""

WINDOW_S = 4.0
"""How long sound is counted before it is judged; twice the same makes sure."""

GAP_S = 0.5
"""Sound that pauses for longer says nothing about its rate."""

RIGHT, NEAR = 0.12, 0.06
"""How far off a clock may be, and how near to another rate it must be to be taken for that."""


class Cadence:
    """The clock of one client's sound, said to be of ``rate`` Hz."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._began = self._latest = 0.0
        self._samples = 0
        self._suspected = 0
        self._told = False

    def push(self, samples: int, now: float) -> int:
        """Count ``samples`` that came at ``now`` (seconds); return the real rate, once it is sure, else 0."""
        if self._told or now - self._latest > GAP_S:
            self._begin(now)
            return 0
        self._latest = now
        self._samples += samples
        if now - self._began < WINDOW_S:
            return 0
        likely = self._likely(self._samples / (now - self._began))
        sure, self._suspected = likely and likely == self._suspected, likely
        self._begin(now)
        self._told = bool(sure)
        return likely if sure else 0

    def _begin(self, now: float) -> None:
        self._began = self._latest = now
        self._samples = 0

    def _likely(self, measured: float) -> int:
        """Return the rate that ``measured`` Hz stands for, 0 when it is the one that was said, or none."""
        if abs(measured / self._rate - 1) < RIGHT:
            return 0
        nearest = min(RATES, key=lambda rate: abs(measured / rate - 1))
        return nearest if abs(measured / nearest - 1) < NEAR else 0
