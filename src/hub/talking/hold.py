"""Tell a held key from a tapped one in a terminal, which only tells of presses: a held key repeats."""

from __future__ import annotations

FIRST_S = 0.7
"""Keyboards begin to repeat a held key after at most this long."""
NEXT_S = 0.25
"""And then at least this often."""


class Hold:
    """The key as it is: ``pressed`` and ``look`` return "begin", "end", or "" when nothing follows.

    A tap begins and the next tap ends; who holds the key ends by letting go.
    """

    def __init__(self) -> None:
        self._on = self._held = False
        self._at = 0.0

    def pressed(self, now: float) -> str:
        """Take a press, or one more repetition of it, at ``now`` seconds."""
        since, self._at = now - self._at, now
        if not self._on:
            self._on, self._held = True, False
            return "begin"
        if since < (NEXT_S if self._held else FIRST_S):
            self._held = True
            return ""
        self._on = False
        return "end"

    def look(self, now: float) -> str:
        """Say whether the key has been let go."""
        if self._on and self._held and now - self._at > NEXT_S:
            self._on = self._held = False
            return "end"
        return ""

    def reset(self) -> None:
        """Forget the key: what it began is over for another reason."""
        self._on = self._held = False
