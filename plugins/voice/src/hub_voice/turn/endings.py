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

PLACING = frozenset(words("turn switch put leave keep"))
"""Verbs with which "on" may come last."""

WHOLE = frozenset(words("yes yeah yep no nope stop okay ok sure thanks cancel continue wait"))
"""Words that are a whole turn whatever mark the recogniser put behind them."""

STOPS = frozenset(words("stop cancel"))
"""Those of them that nothing need follow; "yes" and "wait" often come before what is meant."""

BRIEF = 3
"""Words that may be no more than the beginning."""

LENGTHY = 9
"""Words of a statement that is hardly the first half of one."""

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


ASKING = frozenset(
    words(
        "what what's who who's where where's when how how's why which whose is are was were do does did can "
        "could will would should shall may have has tell remind send put give turn play call set show read "
        "write find add take open close start stop wake explain describe name suggest recommend make"
    )
)
"""First words of questions and commands."""

DIRECT = frozenset(
    words(
        "what what's who who's where where's when how how's why which whose tell give show read explain "
        "describe name suggest recommend"
    )
)
"""Those that want to be told something; seldom does more follow."""

SWITCHING = frozenset(words("turn open close start stop call cancel"))
"""Those that one thing is all they take; a step, "Put", takes a place, a time or the next step."""

WEIGHING = frozenset(words("think prefer rather like want"))
"""Words of a question that offers a choice: "What do you think of blue", and then "or of green"."""

FORWARD = frozenset(words("okay ok well so and but please now then yes no hey oh"))
"""Words that may come before those."""


def asks(text: str) -> bool:
    """Tell whether ``text`` is a question or a command, and no mere statement."""
    if text.rstrip().endswith("?"):
        return True
    return _first(text) in ASKING


def asks_outright(text: str) -> bool:
    """Tell whether ``text`` is a question or a command that hardly ever goes on after it seems whole."""
    return _first(text) in DIRECT and not WEIGHING.intersection(words(text))


def asks_whether(text: str) -> bool:
    """Tell whether ``text`` is a question that wants yes or no, and offers no choice."""
    return text.rstrip().endswith("?") and not (WEIGHING | {"should", "shall"}).intersection(words(text))


def switches(text: str) -> bool:
    """Tell whether ``text`` is a command that is whole with what it is done to: "turn off the lamp"."""
    return _first(text) in SWITCHING


def _first(text: str) -> str:
    return next((word for word in words(text) if word not in FORWARD), "")


def is_brief(text: str) -> bool:
    """Tell whether ``text`` is a few words that others often follow: "yes", "thank you", "go ahead"."""
    said = words(text)
    return len(said) <= BRIEF and not (text.rstrip().endswith("?") or STOPS.issuperset(said))


def is_lengthy(text: str) -> bool:
    """Tell whether ``text`` is long for the first half of a sentence."""
    return len(words(text)) > LENGTHY


def is_whole(text: str) -> bool:
    """Tell whether ``text`` is one of the short words that are a turn by themselves: "yes", "stop"."""
    said = words(text)
    return 0 < len(said) <= 2 and all(word in WHOLE for word in said)  # noqa: PLR2004  "yes, sure"


def dangles(text: str) -> bool:
    """Tell whether ``text`` ends on a word that wants another."""
    said = words(text)
    if said[:1] and said[0] in PLACING and said[-1] == "on" and len(said) > 2:  # noqa: PLR2004  "put the lamp on"
        return False
    return not said or said[-1] in DANGLING


def is_phantom(text: str, voiced_ms: float) -> bool:
    """Tell whether ``text`` is what noise sounds like to a recogniser; ``voiced_ms``: speech behind it."""
    said = words(text)
    if not said or all(word in PHANTOMS for word in said):
        return True
    return " ".join(said) in UNLIKELY and voiced_ms < UNLIKELY_MS
