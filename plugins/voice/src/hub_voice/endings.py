"""Judge a transcript: whether it looks finished, and whether it is more than a phantom of noise."""

from __future__ import annotations

import re

_WORD = re.compile(r"[\w']+")


def words(text: str) -> list[str]:
    """Return the words of ``text`` in lower case, without punctuation."""
    return _WORD.findall(text.lower())


DANGLING = frozenset(
    words(
        "a an the and or but so because if when while that which who whose to of in on at by for with "
        "from as than into about my your his her its our their is are was were be am will would can "
        "could should shall might must do does did not i'm i'll then also even just"
    )
)
"""Words that hardly ever end a request."""

WHOLE = frozenset(words("yes yeah yep no nope stop okay ok sure thanks cancel continue"))
"""Words that are a whole turn whatever mark the recogniser put behind them."""

PHANTOMS = frozenset(
    words("you so the a i uh um hm hmm mm mhm mmm ah oh eh er huh and but it's is this that")
)
"""What the recogniser makes of hums, clicks and breath; as a whole turn none of them asks for anything."""

UNLIKELY = frozenset(("thank you", "thanks", "thanks for watching", "bye", "bye bye"))
"""Said by people, but far more often by recognisers; believed only with enough voice behind it."""

UNLIKELY_MS = 400
"""Voice that two syllables take at least."""


def looks_complete(text: str) -> bool:
    """Tell whether ``text`` ends like a sentence and not on a word that wants another."""
    text, said = text.rstrip(), words(text)
    if not said or text.endswith("..."):
        return False
    if len(said) == 1 and said[0] in WHOLE:
        return True
    return text[-1] == "?" or (text[-1] in ".!" and not dangles(text))


def dangles(text: str) -> bool:
    """Tell whether ``text`` ends on a word that wants another."""
    said = words(text)
    return not said or said[-1] in DANGLING


def is_phantom(text: str, voiced_ms: float) -> bool:
    """Tell whether ``text`` is what noise sounds like to a recogniser; ``voiced_ms``: speech behind it."""
    said = words(text)
    if not said or all(word in PHANTOMS for word in said):
        return True
    return " ".join(said) in UNLIKELY and voiced_ms < UNLIKELY_MS
