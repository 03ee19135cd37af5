"""Find all that is in a text, by every detector and by what the hub itself knows to be private."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hub.llm.private.redaction import words
from hub.llm.private.redaction.contacts import contacts
from hub.llm.private.redaction.found import Found, merged
from hub.llm.private.redaction.keys import blocks, keys
from hub.llm.private.redaction.numbers import numbers
from hub.llm.private.redaction.passwords import passwords
from hub.llm.private.redaction.placeholders import PLACEHOLDER
from hub.llm.private.redaction.streets import streets

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_DIGIT = re.compile("[0-9]")
_DETECTORS = (keys, passwords, contacts, numbers, streets)
WINDOW, OVERLAP = 32_768, 1_024
"""Characters of a long text that are looked at at once, and how far the next ones reach back."""

LEAST_SECRET, LEAST_NAME = 6, 3
_WORDS_TOO = frozenset(words.NAMES_TOO.split())
"""Names that are words too: at the beginning of a sentence they are taken for the word."""

_NO_NAMES = frozenset(words.NO_NAMES.split())


class Finder:
    """Finds; ``know`` tells it what to look for besides."""

    def __init__(self) -> None:
        self._secrets: tuple[str, ...] = ()
        self._names: re.Pattern[str] | None = None
        self._hosts: re.Pattern[str] | None = None

    def know(
        self, *, secrets: Collection[str] = (), names: Collection[str] = (), hosts: Collection[str] = ()
    ) -> None:
        """Look for these from now on: keys that the hub keeps, its people, and names it is reached by."""
        self._secrets = tuple(sorted({one for one in secrets if len(one) >= LEAST_SECRET}, key=len)[::-1])
        self._names = _either(
            {one for one in names if len(one) >= LEAST_NAME and one.lower() not in _NO_NAMES}, 0
        )
        self._hosts = _either({one for one in hosts if len(one) >= LEAST_NAME}, re.IGNORECASE)

    def find(self, text: str) -> tuple[Found, ...]:
        """Return all that was found in ``text``, in order; linear in its length."""
        if len(text) <= WINDOW:
            return merged((*blocks(text), *self._look(text)))
        found = [*blocks(text)]
        for start in range(0, len(text), WINDOW - OVERLAP):
            found += [
                Found(one.start + start, one.end + start, one.kind)
                for one in self._look(text[start : start + WINDOW])
            ]
        return merged(found)

    def _look(self, text: str) -> Iterator[Found]:
        lower, digits = text.lower(), len(_DIGIT.findall(text))
        for detect in _DETECTORS:
            yield from detect(text, lower, digits=digits)
        if "[" in text:
            yield from (Found(*one.span(), "text") for one in PLACEHOLDER.finditer(text))
        for secret in self._secrets:
            place = text.find(secret)
            while place >= 0:
                yield Found(place, place + len(secret), "secret")
                place = text.find(secret, place + len(secret))
        if self._names:
            for one in self._names.finditer(text):
                if one[0].lower() not in _WORDS_TOO or _inside(text, one.start()):
                    yield Found(*one.span(), "person")
        if self._hosts:
            yield from (Found(*one.span(), "host") for one in self._hosts.finditer(text))


def _either(words: set[str], flags: int) -> re.Pattern[str] | None:
    if not words:
        return None
    longest = sorted(words, key=len)[::-1]
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)", flags)


def _inside(text: str, place: int) -> bool:
    """Say whether a word stands in the middle of a sentence."""
    before = text[:place].rstrip()
    return bool(before) and before[-1] not in ".!?:\"'\n“„«"
