"""Recognise the answer's own words in what the microphone hears."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

from hub_voice.turn.endings import words

SURE = 0.7
"""Sounds this much alike are an echo whatever the words; `Mirror` asks more of short ones."""

SURE_AGAIN = 0.6
"""The same where an echo was heard before."""

SURE_OF_COMMANDS = 0.85
"""The same for a command that the answer does not say: that one should rather win."""


DOUBTFUL = 0.25
"""Likeness below those by which two voices come to be alike, or the answer and its echo unlike."""

CHANCE = 3.0
"""Any text shares up to this, over its letters, with a sentence or two by chance: "excuse" with "because"."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """What may tell an echo: what the answer is ``saying``, and how alike they sound, 0 to 1."""

    saying: str = ""
    likeness: float = 0.0

    def is_echo(self, heard: str, share: float, sure: float = SURE) -> bool:
        """Tell whether ``heard`` is the answer's own: alike by ``share`` of its words, or by its sound.

        Each half convinced is enough, too: a room garbles the words, but keeps the rhythm.
        """
        if self.likeness >= sure:
            return True
        by_chance = self.doubt() * CHANCE / max(1, len("".join(words(heard))))
        return overlap(heard, self.saying) - by_chance >= share * min(1.0, 1.5 - self.likeness)

    def doubt(self, sure: float = SURE) -> float:
        """Return how doubtful an echo is by the sound alone: 1 for another voice, 0 for the answer's own."""
        return min(1.0, max(0.0, (sure - self.likeness) / DOUBTFUL))


NOTHING = Overlap()
"""Where nothing sounds."""

ALIKE = 0.72
"""Letters in common that make two words of four letters or more the same one, heard badly."""

ALIKE_SHORT = 0.8
"""The same for words of less than six."""

RUN = 3
"""Letters in a row that count when words were cut elsewhere."""

LONGEST = 60
"""Words looked at on either side."""


def overlap(heard: str, saying: str) -> float:
    """Return the share, 0 to 1, of the words ``heard`` that are in ``saying``, in its order.

    ``saying``: the words spoken around the listener's position. Words may be misheard, or cut in
    other places ("light house"): the better of the shares by word and by letter counts.
    """
    some, all_ = words(heard)[-LONGEST:], words(saying)[-LONGEST:]
    if not some or not all_:
        return 0.0
    by_word = _in_order(some, all_) / len(some)
    return max(by_word, _by_letter("".join(some), "".join(all_)))


def novel(heard: list[str], saying: str) -> list[str]:
    """Return the words ``heard`` that ``saying`` has nothing alike to."""
    spoken = words(saying)[-LONGEST:]
    return [word for word in heard if not any(is_alike(word, other) for other in spoken)]


def _in_order(some: list[str], others: list[str]) -> int:
    """Return the length of the longest common subsequence of alike words."""
    row = [0] * (len(others) + 1)
    for word in some:
        before = 0
        for at, other in enumerate(others, 1):
            above = row[at]
            row[at] = before + 1 if is_alike(word, other) else max(above, row[at - 1])
            before = above
    return row[-1]


def is_alike(one: str, other: str) -> bool:
    """Tell whether two words are the same one, heard badly."""
    if one == other:
        return True
    if min(len(one), len(other)) < 4:  # noqa: PLR2004  short words are all alike
        return False
    least = ALIKE if max(len(one), len(other)) >= 6 else ALIKE_SHORT  # noqa: PLR2004  "wait" is not "with"
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= least


def _by_letter(some: str, others: str) -> float:
    if len(some) < 8:  # noqa: PLR2004  too little to tell
        return 0.0
    blocks = SequenceMatcher(None, some, others, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks if block.size >= RUN) / len(some)
