"""Take out of a text what a recogniser has said over and over: people do not speak so."""

from __future__ import annotations

import re

_TIMES = 4
"""The same words more often than this in a row are a loop; "no, no, no, no" is not."""
_LONGEST = 8
"""Words of a phrase that is looked for."""


def once(text: str) -> str:
    """Return ``text`` with every phrase of up to eight words that it repeats over and over said once."""
    words = text.split()
    keys = [re.sub(r"\W", "", word).lower() for word in words]
    at = 0
    while at < len(words):
        for size in range(1, _LONGEST + 1):
            phrase, times = keys[at : at + size], 1
            if len(phrase) < size or not any(phrase):
                break
            while keys[at + times * size : at + (times + 1) * size] == phrase:
                times += 1
            if times > _TIMES:
                del words[at + size : at + times * size], keys[at + size : at + times * size]
                break
        at += 1
    return " ".join(words)
