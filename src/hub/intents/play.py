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


def _coin(_question: Question, _match: re.Match[str]) -> str:
    return secrets.choice(("Heads.", "Tails."))


def _pick(_question: Question, match: re.Match[str]) -> str | None:
    low, high = sorted((int(match["a"]), int(match["b"])))
    return f"{low + secrets.randbelow(high - low + 1)}."


INTENTS = (
    Intent(r"count (?:up )?(?:from 1 )?to (?P<n>\d{1,3})", _count),
    Intent(r"(?:roll|throw) (?:a|the|1) (?:die|dice)|roll dice", _dice),
    Intent(r"(?:flip|toss|throw) a coin|heads or tails", _coin),
    Intent(
        r"(?:pick|choose|give me|generate|say) (?:a |1 )?(?:random )?number (?:between"
        r"|from) (?P<a>\d{1,9}) (?:and|to) (?P<b>\d{1,9})",
        _pick,
    ),
)
