"""Hold what one turn's speech has come to so far."""

from __future__ import annotations

from dataclasses import dataclass, field

ENOUGH = 8
"""Voiced windows after which it is known how loud somebody speaks."""


@dataclass(slots=True, eq=False)
class Utterance:
    """Speech from window ``first`` on; counts are in windows."""

    first: int
    voiced: int = 0
    silence: int = 0
    confirmed: bool = False
    announced: bool = False
    overlapped: bool = False
    """Whether it began while an answer sounded, or just after: it may be an echo."""
    revision: int = 0
    """Ticket of the transcript asked for in this pause; 0 when none is."""
    text: str | None = None
    looks: list[float] = field(default_factory=list)
    """What the turn model said in this pause: the probability of an end, each time it was asked."""
    judgements: int = 0
    parts: dict[int, str | None] = field(default_factory=dict)
    """Texts of the segments cut off so far, by ticket."""
    drafted: int = 0
    """Revision of the draft that stands; 0 when none does."""
    loudness: list[float] = field(default_factory=list)
    """Speech probability of every window since ``first``."""
    levels: list[float] = field(default_factory=list)
    """Level of every voiced window, dB."""
    glance: int = 0
    """Ticket of the look at its words that is under way; 0 when none is."""
    glanced: int = 0
    """Voiced windows when it was last looked at."""
    wordless: bool = False
    """Whether it went on for long without a word: it keeps no answer waiting."""

    def whole(self) -> str | None:
        """Return the text of all segments, None while one is missing."""
        texts = [*self.parts.values(), self.text]
        return None if None in texts else " ".join(text for text in texts if text)

    def fades(self, level: float, faint_db: float) -> bool:
        """Tell whether a window of ``level`` dB is far below what was said so far."""
        return len(self.levels) >= ENOUGH and level < typical(self.levels) - faint_db


def typical(levels: list[float]) -> float:
    """Return how loud speech with these levels is: what its louder half comes to, dB."""
    louder = sorted(levels)[len(levels) // 2 :]
    return sum(louder) / len(louder)
