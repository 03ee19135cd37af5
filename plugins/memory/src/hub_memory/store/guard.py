"""Keep what was recalled, or told to the model beforehand, from being remembered again as something new.

Without it memory fills with its own echoes: of 10,134 entries of one mem0 installation 97.8 % were such
(mem0ai/mem0#4573). Only digests are held, and only in RAM.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hub import MemoryEntry

LASTS_S = 600.0
"""Seconds for which what was recalled is known again."""

MOST = 4096
"""How many recalled entries are held at once."""

SHORTEST = 20
"""Characters that a line of the system prompt has at least to be known again by itself."""


class Guard:
    """Knows again what was recalled lately, by namespace, and what the system prompt says."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._recalled: OrderedDict[tuple[str, bytes], tuple[float, str]] = OrderedDict()
        self._prompt: set[bytes] = set()

    def prompt(self, texts: Iterable[str]) -> None:
        """Take the texts that the model is told before every talk, in place of those before."""
        lines = [line for text in texts for line in (text, *text.splitlines())]
        self._prompt = {_digest(line) for line in lines if len(line.strip()) >= SHORTEST}

    def recalled(self, namespaces: Sequence[str], entries: Iterable[MemoryEntry]) -> None:
        """Note what was just recalled for who reads ``namespaces``."""
        now = self._clock()
        for entry in entries:
            for namespace in namespaces:
                key = namespace, _digest(entry.text)
                self._recalled[key] = now, entry.id
                self._recalled.move_to_end(key)
        while len(self._recalled) > MOST:
            self._recalled.popitem(last=False)

    def echo(self, namespace: str, text: str) -> str | None:
        """Return the id of the entry that ``text`` repeats, "" for the prompt's, None for neither."""
        if not (self._prompt or self._recalled):
            return None
        digest = _digest(text)
        if digest in self._prompt:
            return ""
        at, entry = self._recalled.get((namespace, digest), (0.0, None))
        return entry if entry and self._clock() - at <= LASTS_S else None

    def forget(self) -> None:
        """Drop all that was recalled: it may be forgotten now, and could then be said anew."""
        self._recalled.clear()


def _digest(text: str) -> bytes:
    return sha256(" ".join(text.casefold().split()).encode(errors="replace")).digest()
