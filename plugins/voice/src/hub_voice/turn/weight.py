"""Weigh the words of a look at speech over an answer: the heavier they are, the sooner it is stopped.

A hum, a throat, a cough are written down as words as well, but as others in every look, and none of them
goes on: words weigh more when two looks agree on one, and those that mean little weigh by their number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub_voice.turn.backchannel import COMMANDS, heavy, is_sign, unsigned
from hub_voice.turn.echo import Overlap, is_alike, novel

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMAND, STAYING, LONE, SEVERAL, PLAIN = 4.5, 2.0, 1.5, 1.05, 0.78
"""What stops an answer after 128, 288, 384, 544 and 736 ms of voice when `Waits.convinced_ms` is 576.

A command; two words of which one was there before; such a word alone; two words, or three that mean little
of which two were there before; two that mean little.
"""

INFLECTED = 5
"""Letters from which a command is known with an ending: "cancelled" is what "cancel that" begins with."""

GROWN = 3
"""Letters from which a word that was cut short is known in a longer one: "act" in "actually"."""


def weight(text: str, seen: Sequence[str], over: Overlap) -> float:
    """Return what ``text`` weighs, 0 when it is nothing; ``seen``: the words of the looks before."""
    new = fresh(text, over)
    if commands(new):
        return COMMAND
    if is_sign(text):
        return 0.0
    if any(_stays(word, other) for word in new for other in seen):
        return STAYING if len(new) > 1 else LONE
    said = novel(unsigned(text), over.saying)
    stay = sum(word in seen for word in said)
    if len(new) > 1 or (len(said) > 2 and stay > 1):  # noqa: PLR2004  words
        return SEVERAL
    return PLAIN if len(said) > 1 else 0.0


def fresh(text: str, over: Overlap) -> list[str]:
    """Return the words of ``text`` with a weight of their own that the answer does not say."""
    return novel(heavy(text), over.saying)


def commands(said: Sequence[str]) -> bool:
    """Tell whether one of the words ``said`` is a command."""
    return any(
        word in COMMANDS or any(len(one) >= INFLECTED and word.startswith(one) for one in COMMANDS)
        for word in said
    )


def _stays(word: str, before: str) -> bool:
    """Tell whether ``word`` is one that an earlier look found, badly heard or cut short."""
    return is_alike(word, before) or (len(before) >= GROWN and word.startswith(before))
