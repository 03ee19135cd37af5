"""Leave out of an answer what cannot be said aloud, and know where in the answer the listener is.

Markup is only ever left out, never put into words, so that a place in what is spoken is a place in
the answer: history stays what was heard, to the character.
"""

from __future__ import annotations

import re
from bisect import bisect_right

_FENCE = re.compile(r"^\s*(?:```|~~~)[^\n]*\n?")
_MARKS = re.compile(
    r"""
      (?m:^[ \t]*(?:\#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+(?:\[[ xX]\][ \t]+)?))  # headings, quotes, bullets
    | (?m:^[ \t]*(?:[-*_][ \t]*){3,}$)                                       # rules
    | !?\[(?=[^\]\n]*\]\()                                                   # the opening of a link
    | (?<=[^\s\[])\]\([^)\s]*(?:[ ]"[^"]*")?\)                               # and its address
    | \*\*|__|~~|`+
    | (?<![\w*_])[*_](?=\S) | (?<=\S)[*_](?![\w*_])                          # emphasis, but not 2 * 3
    """,
    re.VERBOSE,
)


class Spoken:
    """An answer on its way to the voice, piece by piece."""

    def __init__(self) -> None:
        self._spoken = self._answer = 0
        self._code = False
        # How much of the answer lies before each place in what is spoken, where that changes.
        self._places, self._left_out = [0], [0]

    def feed(self, piece: str) -> str:
        """Return what is to be said of the next ``piece`` of the answer, perhaps nothing."""
        if fence := _FENCE.match(piece):
            self._code = not self._code
            return self._take(piece, [(0, fence.end() if self._code is False else len(piece))])
        if self._code:
            return self._take(piece, [(0, len(piece))])
        return self._take(piece, [match.span() for match in _MARKS.finditer(piece)])

    def place(self, chars: int) -> int:
        """Return how many characters of the answer ``chars`` spoken characters are."""
        if chars <= 0:
            return 0
        known = bisect_right(self._places, chars) - 1
        return min(chars + self._left_out[known], self._answer)

    def _take(self, piece: str, gaps: list[tuple[int, int]]) -> str:
        said, at = "", 0
        for start, end in gaps:
            said += piece[at:start]
            self._leave_out(self._spoken + len(said), end - start)
            at = end
        said += piece[at:]
        self._spoken += len(said)
        self._answer += len(piece)
        return said

    def _leave_out(self, place: int, chars: int) -> None:
        if self._places[-1] == place:
            self._left_out[-1] += chars
        else:
            self._places.append(place)
            self._left_out.append(self._left_out[-1] + chars)
