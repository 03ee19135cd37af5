"""Rewrite a text and know of every letter of the result where in the first text it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    Change = str | Callable[[re.Match[str]], str]


class Placed:
    """A text, and for each place in it the place in what it was made of; places only ever grow."""

    def __init__(self, text: str, at: int = 0) -> None:
        self.text = text
        self.places = list(range(at, at + len(text) + 1))

    def place(self, chars: int) -> int:
        """Return how much of the first text lies before ``chars`` letters of this one."""
        return self.places[max(0, min(chars, len(self.text)))]

    def change(self, pattern: re.Pattern[str], change: Change) -> None:
        """Replace what ``pattern`` finds, as `re.sub` does; a template may name groups."""
        parts: list[str] = []
        places: list[int] = []
        at = 0
        for match in pattern.finditer(self.text):
            start, end = match.span()
            new = match.expand(change) if isinstance(change, str) else change(match)
            if new == match.group():
                continue
            parts += [self.text[at:start], new]
            places += self.places[at:start]
            places += _spread(len(new), self.places[start], self.places[end])
            at = end
        if at or parts:
            self.text = "".join([*parts, self.text[at:]])
            self.places = places + self.places[at:]

    def strip(self) -> None:
        """Drop blanks at both ends; what was there counts to the nearest letter."""
        left = len(self.text) - len(self.text.lstrip())
        right = len(self.text.rstrip())
        first, last = self.places[0], self.places[-1]
        self.text = self.text[left:right]
        self.places = self.places[left : max(left, right) + 1]
        self.places[0], self.places[-1] = first, last


def _spread(count: int, first: int, last: int) -> list[int]:
    """Return ``count`` places from ``first`` on, evenly up to ``last``."""
    return [first + (last - first) * at // count for at in range(count)]
