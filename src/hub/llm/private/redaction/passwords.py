"""Find passwords, PINs and codes of doors in what people say: the words around them give them away."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from hub.llm.private.redaction import words
from hub.llm.private.redaction.found import Found

if TYPE_CHECKING:
    from collections.abc import Iterator

_STEMS = (
    "pass", "kennwort", "pwd", "mot de passe", "contrase", "wachtwoord", "senha", "parola d", "pin", "code",
    "cvv", "cvc", "csc", "tan ",
)  # fmt: skip

_OF = (
    r"(?:\s{1,2}(?:for|of|to|on|at|in|für|von|vom|zum|zur|pour|de|du|para|del|della|voor)"
    r"(?:\s{1,2}[^\s.:,=?!]{1,30}){1,5}?)?"
)
_IS = (
    r"(?:\s{0,2}(?P<sign>[:=])\s{0,3}"
    r"|\s{1,2}(?:is|was|lautet|ist|war|est|es|è|é|are)(?:\s{0,1}:)?\s{1,2}|'s\s)"
)


@cache
def _nouns() -> re.Pattern[str]:
    return re.compile(
        r"(?:pass[ _-]?(?:words?|wd|phrase|code)|passwort|kennwort|\bpwd|mot\sde\spasse|contrase[nñ]a"
        r"|wachtwoord|\bsenha|parola\sd['’]ordine)\b['\"]?" + rf"(?:{_OF}{_IS}|\s{{1,2}}(?=[\"“«]))",  # noqa: RUF001  as people type it
        re.IGNORECASE,
    )


@cache
def _digits() -> re.Pattern[str]:
    number = r"(?P<number>[0-9](?:[ -]?[0-9]){2,9}[#*]?)(?![\w.]?[0-9])"
    return re.compile(
        rf"\b(?P<noun>pin(?:[ -]?(?:code|number|nummer))?|[\w-]{{0,20}}?code|otp|tan)"
        rf"{_OF}(?:{_IS}|\s){number}"
        r"|\b(?:cvv2?|cvc2?|csc)\W{0,3}(?:is|code)?\W{0,3}(?P<check>[0-9]{3,4})\b",
        re.IGNORECASE,
    )


_OPENS = re.compile(
    r"\b(?:alarm|door|gate|entry|access|security|verif\w*|confirm\w*|lock\w*|safe|garage|unlock|login|log-in"
    r"|sign-in|one-time|otp|2fa|tan|sms|auth\w*|suitcase|house|building|bank|card|phone|your|my|our|pin"
    r"|t[üu]r\w*|haus\w*|tor|safe|zugangs?\w*)\b",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:error|status|exit|zip|postal|post|postcode|country|area|http|promo|colou?r|source|dress|product"
    r"|qr|bar|response|return|lines?|vs|machine|morse|discount|dial\w*|unicode|barcode|country-code)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\s,;]{1,128}")
_END = '.,;:?)]}"”»'
_QUOTES = {'"': '"', "'": "'", "“": "”", "«": "»", "‘": "’", "„": "“", "`": "`"}  # noqa: RUF001  as people type it
_MOST = 7

_LINKS = frozenset(words.LINKS.split())
"""Words that no password begins with, and at which one ends."""

_SAYS = frozenset(words.SAYS.split())
"""Words that say something of a password, and are none."""

_VERBAL = ("ed", "ing", "able", "ible", "ly", "less", "ful")


def passwords(text: str, lower: str, *, digits: int) -> Iterator[Found]:
    """Yield the passwords in ``text``; ``lower``: its lower case; ``digits``: how many it has."""
    if not any(stem in lower for stem in _STEMS):
        return
    for one in _nouns().finditer(text):
        if span := _value(text, one.end(), told=one["sign"] is not None):
            yield Found(*span, "password")
    if digits:
        for one in _digits().finditer(text):
            group = "check" if one["check"] else "number"
            if group == "check" or _opens(text, one):
                yield Found(*one.span(group), "password")


def _opens(text: str, one: re.Match[str]) -> bool:
    """Say whether a code opens something: what stands before it in its sentence says so."""
    noun = one["noun"].lower()
    before = text[max(0, one.start() - 60) : one.start("number")]
    before = re.split(r"[.!?\n]\s", before)[-1]
    if _OTHER.search(before):
        return False
    said = one["number"].replace(" ", "").replace("-", "")
    if noun.startswith("pin"):
        return len(said) > 3 or "PIN" in one["noun"]  # noqa: PLR2004  a pin has two digits on a board
    return len(said) > 3 and bool(_OPENS.search(before) or noun in {"otp", "tan"})  # noqa: PLR2004


def _value(text: str, start: int, *, told: bool) -> tuple[int, int] | None:  # noqa: PLR0911  one line a kind
    """Return where the password is that begins at ``start``; ``told``: a colon says that it does."""
    if start >= len(text):
        return None
    if (close := _QUOTES.get(text[start])) and (end := text.find(close, start + 1, start + 200)) > start + 1:
        return start + 1, end
    words = _run(text, start)
    if not words:
        return None
    first = text[slice(*words[0])]
    if _strong(first):
        return words[0]
    plain = [_plain(text[slice(*each)]) for each in words]
    if plain[0] in _LINKS or not plain[0]:
        return None
    if len(plain) >= 4 and not any(_verbal(each) for each in plain[:4]):  # noqa: PLR2004  a passphrase
        return words[0][0], words[-1][1]
    if plain[0] in _SAYS or (_verbal(plain[0]) and not told):
        return None
    return words[0][0], words[-1][1]


def _run(text: str, start: int) -> list[tuple[int, int]]:
    """Return the words from ``start`` on, to the end of the clause or to one that cannot be part of it."""
    words: list[tuple[int, int]] = []
    while len(words) < _MOST and (one := _WORD.match(text, start)):
        begin, end = one.span()
        while end > begin + 1 and text[end - 1] in _END:
            end -= 1
        if words and (_plain(text[begin:end]) in _LINKS or _strong(text[begin:end])):
            break
        words.append((begin, end))
        if end < one.end() or text[one.end() : one.end() + 1] != " ":
            break
        start = one.end() + 1
    return words


def _strong(word: str) -> bool:
    """Say whether a word is none: it has a digit, a sign, or large letters in its middle."""
    if any(sign.isdigit() for sign in word):
        return True
    core = word.rstrip("!")
    if any(not sign.isalnum() and sign not in "'’-" for sign in core) or core.count("-") > 1:  # noqa: RUF001  as people type it
        return True
    return any(sign.isupper() for sign in core[1:]) and not core.isupper()


def _plain(word: str) -> str:
    return word.strip(".,;:!?()[]\"'“”«»").lower()


def _verbal(word: str) -> bool:
    return len(word) > 4 and word.endswith(_VERBAL)  # noqa: PLR2004
