"""How long a language model may take, for speech, for text and for one that thinks first."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds to the first piece, between two pieces, and in all from when the first provider is asked.

    ``hedge_s``: after so many without a piece a second one that costs nothing is asked in silence (None:
    never). ``near_s`` is ``first_s`` for who runs in this house, where a model may have to be read from
    the disk first; where there is a second, nobody waits for that. ``last_s`` is it for the last model:
    behind it stands only a fixed line. ``signs_s`` is it as long as the model shows that it is at work: it
    thinks, or writes the call of a tool. ``spoken``: somebody listens, so nothing comes from a cache.
    """

    first_s: float
    stall_s: float
    total_s: float
    hedge_s: float | None = None
    near_s: float | None = None
    last_s: float | None = None
    signs_s: float | None = None
    spoken: bool = False

    def first(self, *, near: bool, last: bool) -> float:
        """Return the seconds to the first piece of a provider."""
        seconds = self.first_s
        if near and self.near_s is not None:
            seconds = max(seconds, self.near_s)
        if last and self.last_s is not None:
            seconds = max(seconds, self.last_s)
        return seconds

    def stall(self, *, last: bool) -> float:
        """Return the seconds between two pieces."""
        return max(self.stall_s, self.last_s) if last and self.last_s is not None else self.stall_s


VOICE = Deadlines(
    first_s=0.9, stall_s=1.5, total_s=20.0, hedge_s=0.35, near_s=15.0, last_s=10.0, signs_s=3.0, spoken=True,
)  # fmt: skip
"""Somebody listens: 800 ms from the end of speech is what a person takes for an answer."""

TEXT = Deadlines(first_s=5.0, stall_s=10.0, total_s=300.0, near_s=15.0, last_s=15.0, signs_s=60.0)
"""Somebody reads."""

THINKING = Deadlines(first_s=30.0, stall_s=10.0, total_s=600.0, near_s=60.0, last_s=60.0, signs_s=120.0)
"""A model that was told to think hard before it answers."""
