"""Weigh what was said over an answer: a command, a word, or only a sign of listening."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from enum import IntEnum

from hub_voice.turn.endings import PHANTOMS, words

COMMANDS = frozenset(words("stop wait no cancel quiet enough pause silence halt shut hush hold hang"))
"""One of these stops an answer whatever else was heard."""

SIGNS = frozenset(
    words(
        "mhm mm mmm mmhmm hmm hm uh huh um aha ah oh ooh yeah yes yep yup okay ok right sure alright fine "
        "good great nice cool wow really exactly indeed true i see got of course haha ha heh "
        "hah well makes sense that's interesting absolutely definitely totally agreed yay hey hi bye ow"
    )
)
"""What people say to show that they listen, and what laughs and coughs are written down as."""

PHRASES = tuple(
    phrase.replace(" ", "")
    for phrase in (
        "makes sense", "that makes sense", "interesting", "how interesting", "that's interesting",
        "that's nice", "that's good", "that's great", "that's right", "that's true", "that's cool",
        "that's funny", "that's amazing", "very nice", "very good", "sounds good", "good to know",
        "fair enough", "of course", "got it", "i see", "oh i see", "i know", "you're right",
        "all right", "oh really", "is that so", "for sure", "no doubt", "go on", "keep going",
        "oh my", "my goodness",
    )
)  # fmt: skip
"""Longer signs, without their spaces. They are known badly heard, and by their beginning, too."""

ALIKE = 0.7
"""Letters in common that make what was heard one of them."""

ALIKE_AND_MORE = 0.8
"""The same where more than the sign was heard: "oh, is he" is no "oh, I see"."""

SHORTEST = 4
"""Letters that tell one of them by its beginning."""

LIGHT = frozenset(
    words(
        "i i'm i'll i've you you're he she it we they them him her us me my your his its our their am is are "
        "was were be been do does did don't didn't can can't could couldn't will won't would should shall "
        "may have has had to of in on at by for from with as into than then or if that this these those "
        "the all just some any amen come etc well"
    )
)
"""What hums and throats are written down as, and no words alone: none of these stops an answer."""

_ASIDE = re.compile(r"\([^)]*\)|\[[^\]]*\]|\*[^*]*\*|[♪♫]")
"""What a recogniser writes of sounds that are no words: "(coughs)", "[music]"."""


class Weight(IntEnum):
    """How much what was said counts as an interruption."""

    NOTHING = 0
    SIGN = 1
    WORD = 2
    COMMAND = 3


def content(text: str) -> list[str]:
    """Return the words of ``text`` that are neither phantoms nor signs of listening."""
    said = words(_ASIDE.sub(" ", text))
    return [word for word in said if word not in PHANTOMS and word not in SIGNS and not _hum(word)]


def unsigned(text: str) -> list[str]:
    """Return the words of ``text`` that are no signs of listening, each once."""
    said = dict.fromkeys(words(_ASIDE.sub(" ", text)))
    return [word for word in said if word == "i" or (len(word) > 1 and word not in SIGNS and not _hum(word))]


def heavy(text: str) -> list[str]:
    """Return the words of ``text`` that may stop an answer, each once: those with a weight of their own."""
    return [word for word in unsigned(text) if word not in PHANTOMS and word not in LIGHT]


def is_sign(text: str) -> bool:
    """Tell whether ``text`` is a sign of listening, or may become one, however badly heard."""
    said = list(dict.fromkeys(words(_ASIDE.sub(" ", text))))
    heard = "".join(said).replace("'", "")
    if (
        len(heard) < SHORTEST or "not" in said[:-1]
    ):  # "that's not true" is no sign, "that's not" may be "that's nice"
        return False
    return any(_like(heard, phrase.replace("'", "")[: max(len(heard), SHORTEST)]) for phrase in PHRASES)


def _like(one: str, other: str) -> bool:
    shortest, longest = sorted((len(one), len(other)))
    if one[0] != other[0] or 2 * shortest < ALIKE * (shortest + longest):
        return False
    least = ALIKE if len(one) <= len(other) else ALIKE_AND_MORE
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= least


def weigh(text: str) -> Weight:
    """Say how much ``text`` counts; "no, wait" is a command, "okay, right" is a sign."""
    said = words(_ASIDE.sub(" ", text))
    if any(word in COMMANDS for word in said):
        return Weight.COMMAND
    if content(text):
        return Weight.WORD
    return Weight.SIGN if any(word in SIGNS or _hum(word) for word in said) else Weight.NOTHING


def only_stops(text: str) -> bool:
    """Tell whether ``text`` does nothing but stop what goes on; it continues no earlier request."""
    said = content(text)
    return bool(said) and all(
        word in {"stop", "cancel", "quiet", "enough", "halt", "silence", "shut", "up", "hush"}
        for word in said
    )


def _hum(word: str) -> bool:
    """Tell whether ``word`` has no vowel to speak of: "mm", "hmm", "shh"."""
    return bool(re.fullmatch(r"[hms]+|(?:ha)+|(?:he)+|a+h+|o+h+|u+[hm]+", word))
