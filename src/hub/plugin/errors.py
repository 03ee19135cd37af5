"""Count a plugin's failures: a few degrade it, many switch it off for a while."""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

SORE, SORE_S = 5, 60.0
"""As many failures in as many seconds degrade a plugin."""

SPENT, SPENT_S = 20, 300.0
"""As many failures in as many seconds switch it off."""

RETRY_S = 600.0
"""Seconds after which a plugin that was switched off for its failures is started again."""

Verdict = Literal["well", "sore", "spent"]


class Budget:
    """The failures of one plugin. ``now`` returns seconds that only rise."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._at: deque[float] = deque(maxlen=SPENT)
        self.total = 0
        """Failures since the hub started."""
        self.last = ""
        """What failed last: hook and error in one line."""

    def add(self, what: str) -> Verdict:
        """Count a failure and return what has come of it."""
        self._at.append(self._now())
        self.total += 1
        self.last = what
        return self.verdict

    @property
    def verdict(self) -> Verdict:
        """What the failures up to now amount to."""
        now = self._now()
        if sum(now - at <= SPENT_S for at in self._at) >= SPENT:
            return "spent"
        return "sore" if sum(now - at <= SORE_S for at in self._at) >= SORE else "well"

    def forgive(self) -> None:
        """Forget the failures: the plugin starts afresh."""
        self._at.clear()
