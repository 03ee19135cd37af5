"""Keep what a model thinks aloud, ``<think>`` to ``</think>`` before its answer, out of the answer."""

from __future__ import annotations

_BEGIN, _END = "<think>", "</think>"
MOST_TRACE = 8_000


class Thoughts:
    """Takes the pieces of one reply; `trace` is what it thought, cut to a bounded length."""

    def __init__(self) -> None:
        self.trace = ""
        self._held = ""
        self._state = "before"

    def feed(self, text: str) -> str:
        """Return what of ``text`` belongs to the answer, as far as that is known."""
        if self._state == "after":
            return text
        if self._state == "between":
            answer = text.lstrip()
            return self._over(answer) if answer else ""
        self._held += text
        if self._state == "before":
            start = self._held.lstrip()
            if start.startswith(_BEGIN):
                self._held, self._state = start[len(_BEGIN) :], "within"
            elif not _BEGIN.startswith(start):
                return self._over(self._held)
        if self._state == "within":
            end = self._held.find(_END)
            if end >= 0:
                self._keep(self._held[:end])
                answer, self._held, self._state = self._held[end + len(_END) :], "", "between"
                return self.feed(answer)
            sure = max(0, len(self._held) - len(_END) + 1)
            self._keep(self._held[:sure])
            self._held = self._held[sure:]
        return ""

    def finish(self) -> str:
        """Return what was held back and is part of the answer: nothing of a thought that never ended."""
        if self._state == "within":
            self._keep(self._held)
            self._held = ""
        return self._over(self._held)

    def _over(self, answer: str) -> str:
        self._held, self._state = "", "after"
        return answer

    def _keep(self, thought: str) -> None:
        self.trace = (self.trace + thought)[:MOST_TRACE]
