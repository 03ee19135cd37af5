"""Cut a streamed answer into pieces that can be spoken as they come.

The pieces put together are the answer, to the character: what was heard can be mapped back to it.
"""

from __future__ import annotations

import re

_END = re.compile(r"""(?<=[.!?])["')\]]*\s+(?=\S)|\n+""")
_CLAUSE = re.compile(r"(?<=[,;:])\s+(?=\S)")
_ABBREVIATION = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|St|vs|e\.g|i\.e|etc|No|\d)\.\s*$", re.IGNORECASE)
_FIRST_MIN = 12
_FIRST_WORDS = re.compile(r"(?:\S+\s+){7}(?=\S)")
"""Without any mark the first piece ends after seven words: the listener should not wait for a comma."""
_LONG = 240


class Pieces:
    """Collects text and gives back whole sentences; the very first piece may be a clause, to start sooner."""

    def __init__(self) -> None:
        self._rest = ""
        self._first = True

    def feed(self, text: str) -> list[str]:
        """Add ``text`` and return the pieces that are complete now."""
        self._rest += text
        pieces = []
        while (cut := self._cut()) is not None:
            pieces.append(self._rest[:cut])
            self._rest = self._rest[cut:]
            self._first = False
        return pieces

    def finish(self) -> str:
        """Return what is left, perhaps nothing."""
        rest, self._rest = self._rest, ""
        return rest

    def _cut(self) -> int | None:
        for match in _END.finditer(self._rest):
            if not _ABBREVIATION.search(self._rest[: match.start()] + " "):
                return match.end()
        if self._first:
            for match in _CLAUSE.finditer(self._rest):
                if match.start() >= _FIRST_MIN:
                    return match.end()
            if words := _FIRST_WORDS.match(self._rest):
                return words.end()
        if len(self._rest) > _LONG and (space := self._rest.rfind(" ", 0, _LONG)) > 0:
            return space + 1
        return None
