"""Count times in steps of five per cent, so that the usual and the slow can be told without keeping each."""

from __future__ import annotations

import math

STEP = math.log(1.05)
LEAST_S, MOST_S = 0.000_1, 3_600.0


class Spread:
    """How long things took. Holds at most 360 counts, whatever it is told; an answer is right within 3 %."""

    __slots__ = ("_steps", "count")

    def __init__(self) -> None:
        self._steps: dict[int, int] = {}
        self.count = 0

    def add(self, seconds: float) -> None:
        """Count one; what is no time at all, or no number, is left out."""
        if not seconds >= 0.0:
            return
        step = round(math.log(min(max(seconds, LEAST_S), MOST_S)) / STEP)
        self._steps[step] = self._steps.get(step, 0) + 1
        self.count += 1

    def merge(self, other: Spread) -> None:
        """Count all that ``other`` counted."""
        steps = self._steps
        for step, count in other._steps.items():
            steps[step] = steps.get(step, 0) + count
        self.count += other.count

    def at(self, share: float) -> float | None:
        """Return the seconds that ``share`` (0 to 1) of all took at most; None when there were none."""
        if not self.count:
            return None
        left = max(1, math.ceil(share * self.count))
        for step in sorted(self._steps):
            left -= self._steps[step]
            if left <= 0:
                break
        return math.exp(step * STEP)
