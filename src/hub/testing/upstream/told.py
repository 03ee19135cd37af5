"""Write answers in numbered sentences, and judge an answer that several servers may have written."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import lru_cache

_NOUNS = ("boat", "river", "garden", "window", "lamp", "stone", "meadow", "kettle", "ladder", "candle")
_VERBS = ("carries", "finds", "follows", "warms", "leaves", "opens", "keeps", "crosses")
_MORE = ("quietly", "slowly", "at dusk", "once more", "for you", "in the rain", "with Grüße ✓")
_NUMBER = re.compile(r"\b([A-Z])(\d+) of (\w+)\b")


@lru_cache(20_000)
def sentence(letter: str, question: str, number: int) -> str:
    """Return sentence ``number`` (from 1) of the answer to ``question`` in the words of ``letter``."""
    draw = random.Random(f"{letter} {question} {number}").choice
    return (
        f"{letter}{number} of {question} says that the {draw(_NOUNS)} {draw(_VERBS)} "
        f"the {draw(_NOUNS)} {draw(_MORE)}."
    )


def last_told(text: str) -> int:
    """Return the number of the last whole sentence in ``text``, 0 when there is none."""
    ends = [
        int(found[2]) for found in _NUMBER.finditer(text) if "." in text[found.end() :].partition(" of ")[0]
    ]
    return ends[-1] if ends else 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with an answer: numbers of sentences. ``torn``: begun and not ended as it was written."""

    lost: tuple[int, ...] = ()
    doubled: tuple[int, ...] = ()
    torn: tuple[int, ...] = ()
    letters: str = ""
    """Who wrote them, in order: "PPPF" for three of one and one of another."""

    @property
    def whole(self) -> bool:
        """Whether every sentence stands there once, whole and in order."""
        return not (self.lost or self.doubled or self.torn)


def judge(text: str, question: str, sentences: int) -> Verdict:
    """Compare ``text`` with what was to be told: sentences 1 to ``sentences``, each once and in order."""
    found = [(each[1], int(each[2]), each.start()) for each in _NUMBER.finditer(text)]
    numbers = [number for _, number, _ in found]
    torn = tuple(
        number for letter, number, at in found if not text.startswith(sentence(letter, question, number), at)
    )
    doubled = tuple(
        number for place, number in enumerate(numbers) if number in numbers[:place] or number < max(
            numbers[:place], default=0
        )
    )  # fmt: skip
    lost = tuple(number for number in range(1, sentences + 1) if number not in numbers)
    return Verdict(lost, doubled, torn, "".join(letter for letter, _, _ in found))
