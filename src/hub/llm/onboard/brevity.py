"""Keep a small model brief: a few whole sentences of plain running text, cut while they stream."""

from __future__ import annotations

import re

# A full stop ends a sentence only when white space follows, and not after a number or a title.
_END = re.compile(r"(?<![0-9])(?<!\bMr)(?<!\bMrs)(?<!\bDr)(?<!\bSt)[.!?]+[\"')\]]*(?=\s)")
_LOOP = re.compile(r"(.{8,60}?)\1\1|(.{2,7}?)\2{4}")
"""The same words three times in a row, or something short five times: it would go on so."""

LOOKED = 200
"""Characters before a piece in which that is looked for."""

_ITEM = re.compile(r"\n\s*(?:[-*#]|\d+[.)])\s")


class Brevity:
    """Passes on streamed text until ``sentences`` are whole, a list begins or it goes in circles.

    Then ``over`` is True.
    """

    def __init__(self, sentences: int = 3) -> None:
        self._left = sentences
        self._held = ""  # white space, and what may be the start of a list: not yet passed on
        self._begun = False
        self._recent = ""
        self.over = False

    def feed(self, text: str) -> str:
        """Take the next piece and return what may be shown now, perhaps nothing."""
        if self.over:
            return ""
        whole = self._held + text
        if item := _ITEM.search(whole):
            self.over = self._begun or bool(whole[: item.start()].strip())
            whole = whole[: item.start()] if self.over else whole
        keep = len(whole) if self.over else len(re.sub(r"\s+(?:[-*#]*|\d{0,3}[.)]?)$", "", whole))
        self._held = whole[keep:]
        return self._pass(whole[:keep])

    def finish(self) -> str:
        """Return what was held back and can be shown after all."""
        held, self._held = self._held.rstrip(), ""
        return "" if self.over or re.fullmatch(r"\s*(?:[-*#]*|\d+[.)])", held) else self._pass(held)

    def _pass(self, text: str) -> str:
        """Count sentence ends, seen together with the text before them."""
        seam, seen = len(self._recent), self._recent + text
        for end in _END.finditer(seen):
            # An end is counted once: when the white space after it arrives.
            self._left -= end.end() >= seam
            if self._left <= 0:
                seen, self.over = seen[: max(seam, end.end())], True
                break
        if loop := _LOOP.search(seen):
            seen, self.over = seen[: max(seam, loop.end())].rstrip(), True
        shown = re.sub(r"\s+", " ", seen[seam:])
        self._recent = seen[-LOOKED:]
        shown = shown if self._begun else shown.lstrip()
        self._begun = self._begun or bool(shown)
        return shown
