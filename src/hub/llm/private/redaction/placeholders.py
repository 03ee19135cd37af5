"""Give what was found a placeholder, the same one all through a talk, and put it back into the answer."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from hub.llm.private.redaction.found import KINDS, SECRETS, Found

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

MOST = 5_000
"""Values that one talk may hide; further ones go all the same, and do not come back."""

_LEAST, _LONG = 3, 8
"""Characters of the shortest value that is hidden again, and from which on it is so within words too."""

_MOST_WORK = 50_000_000

PLACEHOLDER = re.compile(rf"\[[ ]?({'|'.join(KINDS)})(?:\\?_|[ -])([0-9]{{1,5}})[ ]?\]", re.IGNORECASE)
"""As we write it, and as models write it again: ``[EMAIL_1]``, ``[email 1]``, ``[EMAIL\\_1]``."""

_BEGUN = re.compile(r"\[[ ]?(?:[A-Za-z]{0,8}|[A-Za-z]{2,8}(?:\\?_?|[ -])[0-9]{0,5}[ ]?)")
_LONGEST = 20
"""Characters of the longest placeholder without its end."""


class Vault:
    """What one talk hides. Placeholders are numbered by kind, in the order of their appearance."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], str] = {}
        self._hidden: dict[str, str] = {}
        self._counts: dict[str, int] = {}
        self._lower: dict[str, str] = {}
        self.told: dict[tuple[str, Collection[str]], str] = {}
        """Texts as they were told last, by the text and the kinds that were hidden; valid until more is."""

    def __len__(self) -> int:
        return len(self._hidden)

    def learn(self, text: str, found: Sequence[Found]) -> None:
        """Take note of what was ``found`` in ``text``: from now on it is hidden wherever it stands."""
        for start, end, kind in found:
            self._placeholder(kind, text[start:end])

    def known(self, text: str, kinds: Collection[str]) -> Iterator[Found]:
        """Yield what stands in ``text`` of what this talk hides, in whatever case and without its context."""
        lower = text.lower()
        if len(lower) != len(text):  # some letters have two in the other case: then as it is written
            lower = text
        if len(self._lower) * len(text) > _MOST_WORK:
            kinds = SECRETS
        for value, kind in self._lower.items():
            if kind in kinds:
                place = lower.find(value)
                while place >= 0:
                    end = place + len(value)
                    if _apart(text, place, end):
                        yield Found(place, end, kind)
                    place = lower.find(value, end)

    def hide(self, text: str, found: Sequence[Found]) -> str:
        """Return ``text`` with placeholders for what was ``found`` in it, in order and without overlaps."""
        parts, last = [], 0
        for start, end, kind in found:
            parts += [text[last:start], self._placeholder(kind, text[start:end])]
            last = end
        return "".join(parts) + text[last:]

    def show(self, text: str, *, but: Collection[str] = (), said: Callable[[str], str] = str) -> str:
        """Return ``text`` with what its placeholders stand for; those of kinds in ``but`` stay.

        ``said`` writes each value as it must stand there. What was never given stays as it is.
        """

        def put(one: re.Match[str]) -> str:
            kind = one[1].lower()
            value = self._hidden.get(_written(kind, int(one[2])))
            return one[0] if value is None or kind in but else said(value)

        return PLACEHOLDER.sub(put, text)

    def _placeholder(self, kind: str, value: str) -> str:
        if known := self._given.get((kind, value)):
            return known
        if len(self._hidden) >= MOST:
            return f"[{kind.upper()}]"
        number = self._counts[kind] = self._counts.get(kind, 0) + 1
        made = self._given[kind, value] = _written(kind, number)
        self._hidden[made] = value
        self.told.clear()
        if kind != "text" and len(value) >= _LEAST:
            self._lower.setdefault(value.lower(), kind)
        return made


def _apart(text: str, start: int, end: int) -> bool:
    """Say whether ``text[start:end]`` is not a part of a longer word or number."""
    before = start > 0 and text[start].isalnum() and text[start - 1].isalnum()
    after = end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    return end - start >= _LONG or not (before or after)


def stands_for(value: object) -> bool:
    """Say whether plain data holds a placeholder: whoever wrote it was not told what it stands for."""
    if isinstance(value, str):
        return "[" in value and PLACEHOLDER.search(value) is not None
    if isinstance(value, dict):
        return any(stands_for(one) for one in value.values())
    return isinstance(value, list | tuple) and any(stands_for(one) for one in value)


def _written(kind: str, number: int) -> str:
    return f"[{kind.upper()}_{number}]"


class Restored:
    """The `Restorer` of one answer: puts back what ``vault`` hides, however the stream is cut up."""

    __slots__ = ("_held", "_vault")

    def __init__(self, vault: Vault) -> None:
        self._vault, self._held = vault, ""

    def feed(self, text: str) -> str:
        """Return what can be shown; what may be the beginning of a placeholder is held back."""
        if not self._held and "[" not in text:
            return text
        text = self._held + text
        self._held = ""
        begin = text.rfind("[", max(0, len(text) - _LONGEST))
        if begin >= 0 and _BEGUN.fullmatch(text, begin):
            text, self._held = text[:begin], text[begin:]
        return self._vault.show(text)

    def finish(self) -> str:
        """Return what was held back: it was no placeholder."""
        held, self._held = self._held, ""
        return held

    def arguments(self, text: str) -> str:
        """Return arguments of a tool, as JSON, with what they name and not with what opens something."""
        return self._vault.show(
            text, but=SECRETS, said=lambda value: json.dumps(value, ensure_ascii=False)[1:-1]
        )
