"""Say when two texts are the same words but for how they are written: the only ones that may become one.

Vectors cannot tell that. By the table "The dog is afraid of the cat" is its own reverse (cosine 1.00), and
"before I get up" is "after I get up" (0.98); of the fixture's 153 pairs from 0.95 on that are not equal, 149
have another number, name or negation, and the other 4 are equal but for their marks.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256

LEAST = 3
"""Words that a text needs: "yes, do" is said of many things."""

LONGEST = 4_000
"""Characters of a text that is compared; whatever is longer is a document."""

_EMPTY = frozenset(("a", "an", "the", "please", "um", "uh", "uhm", "really", "actually", "basically"))
_OPENING = frozenset(("ok", "okay", "so", "well", "hey", "hub", "oh", "and", "also", "right"))
_SAME = {
    "i'm": "i am", "i've": "i have", "i'll": "i will", "it's": "it is", "that's": "that is",
    "we're": "we are", "we've": "we have", "we'll": "we will", "you're": "you are", "they're": "they are",
    "don't": "do not", "doesn't": "does not", "didn't": "did not", "isn't": "is not", "aren't": "are not",
    "wasn't": "was not", "weren't": "were not", "can't": "can not", "cannot": "can not",
    "won't": "will not", "haven't": "have not", "hasn't": "has not", "shouldn't": "should not",
    "wouldn't": "would not", "couldn't": "could not", "mustn't": "must not",
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9", "ten": "10", "eleven": "11", "twelve": "12",
}  # fmt: skip
_PIECE = re.compile(
    r"[-+\u2212]?\d+(?:[.,:/]\d+)*"  # a number with its sign
    r"|[^\W\d_]+(?:'[^\W\d_]+)*"
    r"|[^\w\s.,;:!?'\"()\[\]\u2018\u201c\u201d\u2013\u2014\u2026-]"  # a sign: %, a currency, an emoji
)


def pieces(text: str) -> tuple[str, ...]:
    """Return what ``text`` says, without case, marks, articles and politeness; () where that is too little.

    Every other word, every number with its sign, every accent and their order count.
    """
    if len(text) > LONGEST:
        return ()
    plain = unicodedata.normalize("NFC", text).casefold().replace("\u2019", "'")
    said = " ".join(_SAME.get(piece, piece) for piece in _PIECE.findall(plain)).split()
    said = [piece for piece in said if piece not in _EMPTY]
    while said and said[0] in _OPENING:
        said = said[1:]
    asks = plain.rstrip(" \"')").endswith("?")
    return (*said, *("?" * asks)) if len(said) >= LEAST else ()


def key(text: str, namespace: str, kind: str, origin: str) -> bytes | None:
    """Return what entries that say the same share: 16 bytes; None for one that is compared to none.

    The "I" of an answer is not the person's, so who speaks belongs to it; a document keeps all its parts.
    """
    said = () if origin == "document" else pieces(text)
    if not said:
        return None
    who = "person" if origin.startswith("user") else origin
    return sha256("\0".join((namespace, kind, who, *said)).encode()).digest()[:16]
