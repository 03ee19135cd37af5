"""Learn how long this person pauses in the middle of a turn."""

from __future__ import annotations

STEP = 0.15
"""How much a turn that ended too soon lengthens the waits."""

RATE = 0.06
"""The share of turns that may end too soon; each good turn shortens the waits so that it settles there."""

LEAST, MOST = 0.85, 1.7


class Pauses:
    """A factor on the waits of one session, found by stochastic approximation (Robbins and Monro, 1951).

    Ending too soon adds `STEP`, a good turn takes off as much as makes the two even out at `RATE`.
    """

    def __init__(self) -> None:
        self.factor = 1.0

    def cut_off(self) -> None:
        """Note that a turn was taken to be over, and was not."""
        self.factor = min(MOST, self.factor + STEP)

    def good(self) -> None:
        """Note that a turn ended where the person meant it to."""
        self.factor = max(LEAST, self.factor - STEP * RATE / (1 - RATE))
