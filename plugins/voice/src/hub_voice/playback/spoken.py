"""Turn an answer that streams in into units to speak, however it is cut up on its way.

A unit is a sentence, or a line, or the first clause. Where one ends is decided by what is written
alone, never by how it arrived, but for `take`'s ``stale`` and ``hurry``, which the clock decides.
Blocks of code and formulas are told of once; tables are read row by row, each cell with its head.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub_voice.playback import marks, pieces
from hub_voice.playback.formulas import formula
from hub_voice.playback.placed import Placed
from hub_voice.playback.words import say

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_LINE = 4_000
"""Letters of a table's row, or of a line of code, that are waited for."""

LONGEST_FORMULA = 60
"""Letters of a formula on a line of its own that are said; a longer one is for the eye."""

MOST_CELLS = 12


@dataclass(frozen=True, slots=True)
class Said:
    """Letters [first, last) of the answer as they are spoken; ``spoken`` is empty when they are not.

    ``pause``: whether a longer pause belongs behind it.
    """

    first: int
    last: int
    spoken: str
    places: tuple[int, ...]
    pause: bool = True

    def place(self, chars: int) -> int:
        """Return how much of the answer has been heard after ``chars`` letters of ``spoken``."""
        return (
            self.places[max(0, min(chars, len(self.places) - 1))] if chars < len(self.spoken) else self.last
        )


class Sayable:
    """One answer on its way to the voice. ``at``: where its first letter lies in the whole."""

    def __init__(self, at: int = 0, *, english: bool = True) -> None:
        self._at, self._text, self._english = at, "", english
        self._starts_line = self._first = True
        self._fence = ""
        self._math = False
        self._heads: list[str] | None = None
        """The heads of the table that is being read."""

    @property
    def waiting(self) -> str:
        """The text that was given and not taken yet."""
        return self._text

    @property
    def at(self) -> int:
        """Where in the answer that text begins."""
        return self._at

    def feed(self, text: str) -> None:
        """Add the next piece of the answer, cut anywhere."""
        self._text += text

    def take(self, *, whole: bool = False, stale: bool = False, hurry: bool = False) -> Said | None:
        """Return the next unit, None when it must wait for more.

        ``whole``: no more follows. ``stale``: nothing came for a while, what is there will do, if it is
        words. ``hurry``: a few words of a first sentence will do.
        """
        if not self._text.strip():
            return self._told(self._text, "", ends="\n" in self._text) if whole and self._text else None
        near = self._text[: 2 * pieces.LONGEST]
        if self._fence or self._math or (self._starts_line and self._is_line(near)):
            return self._line(whole=whole)
        ends = whole or (stale and any(sign.isalnum() for sign in near))
        length = pieces.cut(near, first=self._first, whole=ends, hurry=hurry, starts_line=self._starts_line)
        return self._prose(length) if length else None

    def all(self) -> Iterator[Said]:
        """Yield every unit of what is waiting; no more follows."""
        while (said := self.take(whole=True)) is not None:
            yield said

    def _is_line(self, text: str) -> bool:
        """Tell whether what begins here is taken by the line: code, a formula, a table's row."""
        return bool(
            marks.FENCE.match(text) or marks.BLOCK_MATH.match(text) or text.lstrip(" \t").startswith("|")
        )

    def _line(self, *, whole: bool) -> Said | None:
        end = self._text.find("\n") + 1
        if not end and not whole and len(self._text) < LONGEST_LINE:
            return None
        line = self._text[: end or len(self._text)]
        if self._fence or self._math:
            return self._leave(line)
        if fence := marks.FENCE.match(line):
            return self._open_code(line, fence.group(1))
        if marks.BLOCK_MATH.match(line):
            return self._formula(line)
        return self._row(line)

    def _open_code(self, line: str, fence: str) -> Said:
        if fence not in line.split(fence, 1)[1]:  # not ```all on one line```
            self._fence = fence
        return self._told(line, marks.CODE)

    def _formula(self, line: str) -> Said:
        opening = "$$" if "$$" in line else "\\["
        closing = "$$" if opening == "$$" else "\\]"
        inside, closed, _ = line.split(opening, 1)[1].partition(closing)
        self._math = not closed
        if not closed or len(inside) > LONGEST_FORMULA:
            return self._told(line, marks.FORMULA)
        words = Placed(formula(inside))
        say(words, starts_line=False, english=self._english)
        return self._told(line, _ended(words.text))

    def _leave(self, line: str) -> Said:
        """Leave a line of a block out, and the block with the line that closes it."""
        bare = line.strip()
        if self._fence and bare.startswith(self._fence) and not bare.strip(self._fence[0]):
            self._fence = ""
        elif self._math and ("$$" in line or "\\]" in line):
            self._math = False
        return self._told(line, "")

    def _row(self, line: str) -> Said:
        if marks.is_ruler(line.strip()):
            return self._told(line, "")
        row = marks.cells(line)
        if self._heads is None:
            self._heads = row
            return self._told(line, "")
        heads = [*self._heads, *[""] * len(row)]
        told = [f"{head} {cell}".strip() for head, cell in zip(heads, row, strict=False) if cell][:MOST_CELLS]
        words = Placed(", ".join(told))
        say(words, starts_line=False, english=self._english)
        return self._told(line, _ended(words.text))

    def _prose(self, length: int) -> Said:
        raw = self._text[:length]
        text = Placed(raw, self._at)
        starts = self._starts_line
        say(text, starts_line=starts, english=self._english)
        ends_line = raw.endswith("\n")
        if starts and (raw.strip() or ends_line):
            self._heads = None
        if ends_line and text.text and text.text[-1].isalnum():
            text.text += "."
        self._starts_line = ends_line or (starts and not raw.strip())
        return self._taken(length, text.text, tuple(text.places), pause=pieces.ends_sentence(raw))

    def _told(self, line: str, spoken: str, *, ends: bool = True) -> Said:
        """Take a whole line, said as ``spoken``: all of it is heard when that is."""
        self._starts_line = self._starts_line or ends
        places = tuple(self._at + len(line) * at // max(1, len(spoken)) for at in range(len(spoken) + 1))
        return self._taken(len(line), spoken, places)

    def _taken(self, length: int, spoken: str, places: tuple[int, ...], *, pause: bool = True) -> Said:
        said = Said(self._at, self._at + length, spoken, places, pause)
        self._text, self._at = self._text[length:], self._at + length
        self._first = self._first and not spoken
        return said


def spoken(text: str, *, english: bool = True) -> str:
    """Return a whole text as it is said aloud; empty when there is nothing to say."""
    sayable = Sayable(english=english)
    sayable.feed(text)
    return " ".join(said.spoken for said in sayable.all() if said.spoken)


def _ended(words: str) -> str:
    return f"{words}." if words and words[-1].isalnum() else words
