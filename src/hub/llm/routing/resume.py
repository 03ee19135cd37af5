"""Tell an answer by whole sentences, so that another provider can go on where one broke off.

What is told is never told again and never torn: the unfinished sentence of a stream that broke is dropped,
and what the next one repeats of the told ones is taken out.
"""

from __future__ import annotations

import re

HOPS = 2
"""How often another may go on in one answer."""

LONGEST = 1_200
"""Characters after which a sentence without an end is told up to its last whole word."""

_MARK = re.compile(r"""[.!?…]+["'”’)\]*_]*(?=\s)|[。！？]+["'”’」』）]*|\n""")  # noqa: RUF001
_TAIL = ".!?…\"'”’)]*_"  # noqa: RUF001
_WIDE = "。！？"  # noqa: RUF001
_WORD = re.compile(r"\S")
_TITLE = re.compile(r"\b(?:(?i:Mr|Mrs|Ms|Dr|Prof|St|vs|e\.g|i\.e)|[A-Z])\.$")
_ITEM = re.compile(r"\s*\d{1,3}\.")
_NUMBER = re.compile(r"\b(?:no|nr|approx|about)\.$", re.IGNORECASE)
_LEAST_WORDS, _LEAST_CHARS = 3, 12
_REACH = 4_000


class Sentences:
    """Passes text on by whole sentences, each without the white space behind it; joined they are the text."""

    __slots__ = ("_held", "_seen")

    def __init__(self) -> None:
        self._held = ""
        self._seen = 0  # before this no sentence ends

    def feed(self, text: str) -> str:
        """Add ``text``; return the sentences that are whole now."""
        held = self._held = self._held + text
        end = 0
        while mark := _MARK.search(held, self._seen):
            found = _end(held, mark)
            if found is None:  # the next character decides
                self._seen = mark.start()
                break
            self._seen = mark.end()
            end = found or end
        else:
            self._seen = max(self._seen, len(held.rstrip(_TAIL)))
        if not end and len(held) > LONGEST:
            end = max(held.rfind(" ", 1), 0) or len(held)
        if not end:
            return ""
        self._held, self._seen = held[end:], max(0, self._seen - end)
        return held[:end]

    def finish(self) -> str:
        """Return what is left, without the white space at its end."""
        left, self._held, self._seen = self._held.rstrip(), "", 0
        return left

    def drop(self) -> str:
        """Forget the unfinished sentence; return the white space before it."""
        held, self._held, self._seen = self._held, "", 0
        return held[: len(held) - len(held.lstrip())]


def _end(held: str, mark: re.Match[str]) -> int | None:
    """Return where the sentence before ``mark`` ends; 0: it does not; None: too early to say."""
    start, end = mark.span()
    if held[start] == "\n":
        return len(held[:start].rstrip())
    if held[start] in _WIDE:
        return end if end < len(held) else None
    behind = _WORD.search(held, end)
    if behind is None:
        return None
    near, line = max(0, end - 16), held.rfind("\n", 0, start) + 1
    goes_on = (
        behind[0].islower()
        or _TITLE.search(held, near, end)
        or _ITEM.fullmatch(held, line, end)
        or (behind[0].isdigit() and _NUMBER.search(held, near, end))
    )
    return 0 if goes_on else end


class Seam:
    """Sews a continuation to what was ``told``: takes out what it repeats, and puts ``gap`` between."""

    def __init__(self, told: str, gap: str) -> None:
        self._told, self._gap = " ".join(told[-_REACH:].split()), gap
        self._starts = _starts(self._told, whole=len(told) <= _REACH)
        self._held, self._over = "", False

    def feed(self, text: str) -> str:
        """Add ``text``; return what of it is new, once that is certain."""
        if self._over:
            return text
        self._held += text
        said = " ".join(self._held.split())
        if any(
            len(self._told) - start >= len(said) and self._told.startswith(said, start)
            for start in self._starts
        ):
            return ""  # it may yet repeat all from there
        return self._release(said)

    def finish(self) -> str:
        """Return what is left."""
        if self._over:
            return ""
        said = " ".join(self._held.split())
        if len(said) >= _LEAST_CHARS and any(self._told.startswith(said, start) for start in self._starts):
            return ""  # it repeated a part, and nothing else
        return self._release(said)

    def _release(self, said: str) -> str:
        self._over = True
        repeated = next((self._told[at:] for at in self._starts if _repeats(said, self._told[at:])), "")
        new = _behind(self._held, sum(not c.isspace() for c in repeated))
        stripped = new.lstrip()
        if not stripped:
            return ""
        own = new[: len(new) - len(stripped)]
        return (own if repeated and own else self._gap) + stripped


def _starts(told: str, *, whole: bool) -> list[int]:
    """Return where in ``told`` a repetition may begin, the longest first: three words before its end or more.

    Within a sentence it takes some length too: few words may come twice by chance.
    """
    words = [match.start() for match in re.finditer(r"(?<= )\S", told)]
    far = [
        at
        for at in words[: 1 - _LEAST_WORDS]
        if len(told) - at >= _LEAST_CHARS or told[at - 2] in _TAIL or told[at - 2] in _WIDE
    ]
    return [0, *far] if whole and told else far


def _repeats(said: str, told: str) -> bool:
    """Say whether ``said`` begins with ``told``, to the end of a word."""
    behind = said[len(told) : len(told) + 1]
    return bool(told) and said.startswith(told) and not (behind.isalnum() and told[-1].isalnum())


def _behind(text: str, chars: int) -> str:
    """Return what follows the first ``chars`` of ``text`` that are not white space."""
    for place, char in enumerate(text):
        if chars == 0:
            return text[place:]
        chars -= not char.isspace()
    return "" if chars <= 0 and text else text


class Telling:
    """What of one answer was told, whoever gave it, and what waits for the end of its sentence."""

    def __init__(self) -> None:
        self._told: list[str] = []
        self._sentences: Sentences | None = None
        self._seam: Seam | None = None

    @property
    def told(self) -> str:
        """All that was told so far."""
        if len(self._told) > 1:
            self._told = ["".join(self._told)]
        return self._told[0] if self._told else ""

    def begin(self, *, hold: bool) -> None:
        """Let the next provider speak; ``hold``: only by whole sentences."""
        self._sentences = Sentences() if hold else None

    def feed(self, text: str) -> str:
        """Take what it said; return what may be told now."""
        if self._seam:
            text = self._seam.feed(text)
        if self._sentences and text:
            text = self._sentences.feed(text)
        if text:
            self._told.append(text)
        return text

    def finish(self) -> str:
        """Take its end; return what is left to be told."""
        text = self._seam.finish() if self._seam else ""
        if self._sentences:
            text = (self._sentences.feed(text) if text else "") + self._sentences.finish()
        if text:
            self._told.append(text)
        return text

    def drop(self) -> None:
        """Forget what it did not bring to an end; whoever speaks next goes on after what was told."""
        gap = self._sentences.drop() if self._sentences else ""
        told = self.told
        if told:
            none = told[-1] in _WIDE or told[-1].isspace()
            self._seam = Seam(told, gap or ("" if none else " "))
