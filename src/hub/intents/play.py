"""Leave it to chance, truly: dice, coins, picks; and count aloud."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from hub.intents.intent import Intent, Question

if TYPE_CHECKING:
    import re

_MOST = 30


def _count(_question: Question, match: re.Match[str]) -> str | None:
    last = int(match["n"])
    return ", ".join(map(str, range(1, last + 1))) + "." if 1 <= last <= _MOST else None


def _dice(_question: Question, _match: re.Match[str]) -> str:
    return f"It is a {secrets.randbelow(6) + 1}."


def _dice_of(_question: Question, match: re.Match[str]) -> str | None:
    """Roll several dice, or one of another number of sides, as players write it: 2d6, d20."""
    count, sides = int(match["count"] or 1), int(match.groupdict().get("sides") or 6)
    if not (1 <= count <= _MOST and 2 <= sides <= 1000):  # noqa: PLR2004
        return None
    thrown = [secrets.randbelow(sides) + 1 for _ in range(count)]
    return f"{', '.join(map(str, thrown))}{f', together {sum(thrown)}' if count > 1 else ''}."


def _down(_question: Question, match: re.Match[str]) -> str | None:
    first = int(match["n"])
    return ", ".join(map(str, range(first, 0, -1))) + "." if 1 <= first <= _MOST else None


def _coin(_question: Question, _match: re.Match[str]) -> str:
    return secrets.choice(("Heads.", "Tails."))


def _pick(_question: Question, match: re.Match[str]) -> str | None:
    low, high = sorted((int(match["a"]), int(match["b"])))
    return f"{low + secrets.randbelow(high - low + 1)}."


INTENTS = (
    Intent(r"count (?:up )?(?:from 1 )?to (?P<n>\d{1,3})", _count),
    Intent(r"(?:roll|throw) (?:a|the|1) (?:die|dice)|roll dice", _dice),
    Intent(
        r"(?:roll|throw) (?P<count>\d{1,2})(?: six sided)? (?:dice|die)|(?:roll|throw) (?P<c2>x)?",
        lambda q, m: _dice_of(q, m) if m["count"] else None,
    ),
    Intent(
        r"(?:roll|throw) (?:an? )?(?P<count>\d{1,2})? ?d ?(?P<sides>\d{1,4})|(?:roll|throw) (?:an? )(?P<c2>\d{1,3}) sided (?:dice|die)",  # noqa: E501  a pattern
        lambda q, m: _dice_of(q, m) if m["sides"] else None,
    ),
    Intent(
        r"(?:pick|choose|give me|generate|say|tell me) (?:a |1 )?random number",
        lambda _q, _m: f"{secrets.randbelow(100) + 1}, from 1 to 100.",
    ),
    Intent(r"count (?:down|backwards?) (?:from )?(?P<n>\d{1,2})(?: to (?:0|1))?", _down),
    Intent(r"(?:flip|toss|throw) a coin|heads or tails", _coin),
    Intent(
        r"(?:pick|choose|give me|generate|say) (?:a |1 )?(?:random )?number (?:between"
        r"|from) (?P<a>\d{1,9}) (?:and|to) (?P<b>\d{1,9})",
        _pick,
    ),
)
