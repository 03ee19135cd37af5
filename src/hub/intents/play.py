"""Small things that a language model gets wrong and a program does not: spelling, counting, chance."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from hub.intents.intent import Intent, Question

if TYPE_CHECKING:
    import re

_MOST = 30


def _spell(_question: Question, match: re.Match[str]) -> str | None:
    word = match["word"]
    return f"{word.capitalize()}: {', '.join(word.upper())}." if word not in ("it", "that", "this") else None


def _letters(_question: Question, match: re.Match[str]) -> str:
    letter, word = match["letter"], match["word"]
    count = word.count(letter)
    return f"{word.capitalize()} has {count} {letter.upper()}{'' if count == 1 else 's'}."


def _length(_question: Question, match: re.Match[str]) -> str:
    return f"{match['word'].capitalize()} has {len(match['word'])} letters."


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
    Intent(
        r"(?:how do (?:you|i) )?spell (?:the word )?(?P<word>[a-z]{2,30})(?: for me)?"
        r"|how is (?P<word2>[a-z]{2,30}) spelled",
        lambda q, m: _spell(q, m) if m["word"] else None,
    ),
    Intent(
        r"how many (?P<letter>[a-z])'?s (?:are )?(?:there )?in (?:the word )?(?P<word>[a-z]{2,30})",
        _letters,
    ),
    Intent(
        r"how many letters (?:are )?(?:there )?(?:in|does|has) the word (?P<word>[a-z]{2,30})(?: have)?",
        _length,
    ),
    Intent(r"count (?:up )?(?:from 1 )?to (?P<n>\d{1,3})", _count),
    Intent(r"(?:roll|throw) (?:a|the|1) (?:die|dice)|roll dice", _dice),
    Intent(r"(?:flip|toss|throw) a coin|heads or tails", _coin),
    Intent(
        r"(?:pick|choose|give me|generate|say) (?:a |1 )?(?:random )?number (?:between"
        r"|from) (?P<a>\d{1,9}) (?:and|to) (?P<b>\d{1,9})",
        _pick,
    ),
)
