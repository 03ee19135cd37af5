"""Know letters: spell, count, reverse, find a place in the alphabet; a language model sees none of them."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import re
from string import ascii_lowercase
from typing import TYPE_CHECKING

from hub.intents.intent import Intent, Question, given
from hub.intents.numbers import ending, in_words

if TYPE_CHECKING:
    from collections.abc import Callable

_NATO = [
    "Alfa",
    "Bravo",
    "Charlie",
    "Delta",
    "Echo",
    "Foxtrot",
    "Golf",
    "Hotel",
    "India",
    "Juliett",
    "Kilo",
    "Lima",
    "Mike",
    "November",
    "Oscar",
    "Papa",
    "Quebec",
    "Romeo",
    "Sierra",
    "Tango",
    "Uniform",
    "Victor",
    "Whiskey",
    "X-ray",
    "Yankee",
    "Zulu",
]
_MORSE = [
    ".-",
    "-...",
    "-.-.",
    "-..",
    ".",
    "..-.",
    "--.",
    "....",
    "..",
    ".---",
    "-.-",
    ".-..",
    "--",
    "-.",
    "---",
    ".--.",
    "--.-",
    ".-.",
    "...",
    "-",
    "..-",
    "...-",
    ".--",
    "-..-",
    "-.--",
    "--..",
]
_NOT_WORDS = frozenset(
    {
        "it",
        "that",
        "this",
        "them",
        "him",
        "her",
        "me",
        "check",
        "out",
        "word",
        "words",
        "something",
        "anything",
        "name",
        "names",
        "backwards",
    }
)
_VOWELS = "aeiou"


def _said(question: Question, text: str) -> str:
    """Return the words that became digits in plain form: "four" where the text now says 4."""
    if not re.search(r"\d", text):
        return text
    number = re.search(r"\d+", text)
    return text if not number or number[0] in question.said else in_words(int(number[0])).replace("-", "")


def _word(pattern: str, answer: Callable[[str, re.Match[str]], str | None], *cues: str) -> Intent:
    """Return an intent about one word, which is read before numbers become digits."""

    def about(question: Question, match: re.Match[str]) -> str | None:
        said = re.fullmatch(pattern, question.said)
        found = said or match
        word = next((v for k, v in found.groupdict().items() if k.startswith("word") and v), "")
        word = re.sub(r"^the word ", "", word)
        if not re.fullmatch(r"[a-z]{1,30}|[a-z]+(?:'[a-z]+)?", word) or word in _NOT_WORDS:
            return None
        return answer(word, found)

    loose = pattern.replace(_W, _W.replace("[a-z']", "[a-z0-9']"))
    return Intent(loose, about, cues)


def _spell(word: str, _match: re.Match[str]) -> str:
    return f"{word.capitalize()}: {', '.join(word.upper().replace(chr(39), ''))}."


def _count_letters(word: str, match: re.Match[str]) -> str | None:
    kind = match["kind"]
    if kind.startswith("syllable"):
        return None
    if kind.startswith("vowel"):
        count = sum(letter in _VOWELS for letter in word)
    elif kind.startswith("consonant"):
        count = sum(letter not in _VOWELS for letter in word)
    else:
        kind, count = "letter", len(word.replace("'", ""))
    name = kind.removesuffix("s")
    return f"{word.capitalize()} has {count} {name}{'' if count == 1 else 's'}."


def _letter_in(word: str, match: re.Match[str]) -> str | None:
    letter = match["letter"]
    count = word.count(letter)
    return f"{word.capitalize()} has {count} {letter.upper()}{'' if count == 1 else chr(39) + 's'}."


def _has_letter(word: str, match: re.Match[str]) -> str:
    letter = match["letter"]
    return f"{'Yes' if letter in word else 'No'}, {word} has {word.count(letter) or 'no'} {letter.upper()}{'' if word.count(letter) == 1 else chr(39) + 's'}."


def _reverse(word: str, match: re.Match[str]) -> str:
    back = word[::-1]
    if "spell" in match[0]:
        return f"{', '.join(back.upper())}."
    return f"{word.capitalize()} backwards is {back}."


def _palindrome(word: str, _match: re.Match[str]) -> str:
    return f"{'Yes' if word == word[::-1] else 'No'}, {word} backwards is {word[::-1]}."


_PLACES = {
    "first": 0,
    "1st": 0,
    "second": 1,
    "2nd": 1,
    "third": 2,
    "3rd": 2,
    "last": -1,
    "final": -1,
    "middle": None,
}


def _nth_letter(word: str, match: re.Match[str]) -> str | None:
    place = match["nth"]
    at = (
        _PLACES[place]
        if place in _PLACES
        else int(re.sub(r"\D", "", place)) - 1
        if place[0].isdigit()
        else _ordinal(place)
    )
    if place == "middle":
        at = len(word) // 2 if len(word) % 2 else None
    if at is None or not -len(word) <= at < len(word):
        return None
    return f"The {place} letter of {word} is {word[at].upper()}."


def _ordinal(place: str) -> int | None:
    names = "fourth fifth sixth seventh eighth ninth tenth".split()  # noqa: SIM905  reads as a list of words
    return names.index(place) + 3 if place in names else None


def _case(word: str, match: re.Match[str]) -> str:
    return f"{word.upper() if re.search('upper|capital', match[0]) else word.lower()}."


def _nato(word: str, _match: re.Match[str]) -> str:
    return f"{', '.join(_NATO[ascii_lowercase.index(c)] for c in word if c in ascii_lowercase)}."


def _morse(word: str, _match: re.Match[str]) -> str:
    return f"{word.upper()} in Morse code is {' '.join(_MORSE[ascii_lowercase.index(c)] for c in word if c in ascii_lowercase)} (dots and dashes)."


def _alphabet_nth(_question: Question, match: re.Match[str]) -> str | None:
    text = match["n"]
    number = 26 if text == "last" else 1 if text == "first" else int(re.sub(r"\D", "", text))
    if not 1 <= number <= 26:  # noqa: PLR2004
        return "The alphabet has 26 letters."
    return f"The {text if text == 'last' else f'{number}{ending(number)}'} letter of the alphabet is {ascii_lowercase[number - 1].upper()}."


def _alphabet_place(_question: Question, match: re.Match[str]) -> str:
    letter = match["letter"]
    number = ascii_lowercase.index(letter) + 1
    return f"{letter.upper()} is letter {number} of the alphabet."


def _alphabet_next(_question: Question, match: re.Match[str]) -> str | None:
    at = ascii_lowercase.index(match["letter"]) + (1 if match["way"] in ("after", "follows") else -1)
    if not 0 <= at < 26:  # noqa: PLR2004
        return f"{match['letter'].upper()} is the {'last' if at > 0 else 'first'} letter of the alphabet."
    return f"{ascii_lowercase[at].upper()}."


def _between(_question: Question, match: re.Match[str]) -> str | None:
    low, high = sorted((match["a"], match["b"]))
    between = ascii_lowercase[ascii_lowercase.index(low) + 1 : ascii_lowercase.index(high)]
    return f"{between.upper()}." if len(between) == 1 else None


def _alphabet_part(_question: Question, match: re.Match[str]) -> str | None:
    n = int(match["n"])
    part = ascii_lowercase[-n:] if match["end"] == "last" else ascii_lowercase[:n]
    return f"{', '.join(part.upper())}." if 1 <= n <= 26 else None  # noqa: PLR2004  letters


def _words_in(question: Question, match: re.Match[str]) -> str | None:
    raw = re.search(
        r":\s*(.+)$|[\"“](.+?)[\"”]|\b(?:sentence|phrase)[ ,]+(?!have\b)(.+)$", question.raw.strip()
    )
    text = next((part for part in raw.groups() if part), "") if raw else ""
    text = text.strip(" \"“”'?")
    if not text:
        return None
    kind = match["kind"]
    count = (
        len(text.split())
        if kind == "words"
        else sum(c.isalpha() for c in text)
        if kind == "letters"
        else len(text)
    )
    return f"That has {count} {kind.removesuffix('s') if count == 1 else kind}."


def _sort(question: Question, match: re.Match[str]) -> str | None:
    items = [
        w
        for w in re.split(
            r",|\band\b|\s",
            re.sub(r"^.*?(?:order|alphabetically)\s*:?", "", question.raw.lower())
            if match["after"]
            else match["list"],
        )
        if w
    ]
    return (
        f"{', '.join(sorted(items))}." if 2 <= len(items) <= 20 and all(i.isalpha() for i in items) else None  # noqa: PLR2004  a bound of its kind
    )


_W = r"[a-z']{1,30}"
_THE = r"(?:the (?:word|name) )?"
_NTH = r"(?P<nth>first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|final|middle|\d{1,2}(?:st|nd|rd|th))"
INTENTS = (
    _word(rf"(?:how (?:do|would|should|can) (?:you|i|we|one) |(?:can|could|would|will) you (?:please )?)?spell(?: out)? {_THE}(?P<word>{_W})(?: correctly| properly)?|how is {_THE}(?P<word2>{_W}) spel(?:led|t)|how do you write {_THE}(?P<word3>{_W})|what is the (?:correct )?spelling of {_THE}(?P<word4>{_W})|(?:how is|how to) spell {_THE}(?P<word5>{_W})", _spell, "spel", "write"),
    _word(rf"(?:what is )?(?:spell |reverse |write |say |put )?{_THE}(?P<word>{_W}) (?:spelled |written )?(?:backwards?|in reverse|reversed|back to front)|(?:reverse|turn around) {_THE}(?P<word2>{_W})|how do you (?:spell|write) {_THE}(?P<word3>{_W}) backwards?", _reverse, "backward", "revers", "front"),
    _word(rf"how many (?P<kind>letters?|characters?|vowels?|consonants?|syllables?) (?:are |is )?(?:there )?(?:in|does|has|are in) {_THE}(?P<word>{_W})(?: have| contain)?", _count_letters, "how many"),
    _word(rf"how long is the word (?P<kind>)(?P<word>{_W})", _count_letters, "how long"),
    _word(rf"how many (?:times does (?:the letter )?)?(?:letter )?(?P<letter>[a-z])(?:'?s)? (?:letters )?(?:are |is )?(?:there )?(?:in|appear in|occur in|does|are in|is in|appears in|come in|show up in) {_THE}(?P<word>{_W})(?: have| contain)?", _letter_in, "how many"),
    _word(rf"how many (?:letter )(?P<letter>[a-z])(?:'?s)? (?:are |is )?(?:there )?(?:in|does) {_THE}(?P<word>{_W})(?: have)?", _letter_in, "how many"),
    _word(rf"(?:does|is there an?|is) (?:the word )?(?:letter )?(?P<letter>[a-z]) in {_THE}(?P<word>{_W})|does {_THE}(?P<word2>{_W}) (?:have|contain) (?:an?|the letter) (?P<letter2>[a-z])", lambda w, m: _has_letter(w, m) if m["letter"] else None, "in ", "contain", "have"),
    _word(rf"is {_THE}(?P<word>{_W}) an? palindrome", _palindrome, "palindrome"),
    _word(rf"(?:what is )?(?:the )?{_NTH} letter (?:of|in) (?:the word )?(?P<word>(?!alphabet|the)[a-z']{{1,30}})", _nth_letter, "letter"),
    _word(rf"what (?:letter )?does {_THE}(?P<word>{_W}) (?P<nth>start|begin|end) with", lambda w, m: f"{w.capitalize()} {m['nth']}s with {(w[-1] if m['nth'] == 'end' else w[0]).upper()}.", "with"),
    _word(rf"(?:what is |write |put |say )?(?P<word>{_W}) in (?:upper ?case|lower ?case|capitals|capital letters|all caps|small letters)", _case, "case", "cap", "small"),
    _word(rf"(?:what is |how do you (?:say|spell) |spell )?{_THE}(?P<word>{_W}) (?:in|using|with) (?:the )?(?:nato|phonetic|nato phonetic|radio|military)(?: alphabet)?", _nato, "nato", "phonetic", "radio", "military"),
    _word(rf"(?:what is |how do you (?:say|write|spell) |spell |write )?{_THE}(?P<word>{_W}) in morse(?: code)?|(?:what is )?(?:the )?morse code (?:for|of) (?P<word2>{_W})", _morse, "morse"),
    Intent(r"(?:what|which) is (?:the )?(?P<n>\d{1,3}(?:st|nd|rd|th)|last|first) letter (?:of|in) the (?:english )?alphabet|(?:what|which) letter (?:of the alphabet )?is (?:number )?(?P<n2>\d{1,2})(?: in the alphabet)?", lambda q, m: _alphabet_nth(q, m) if m["n"] else None, ("letter",)),
    Intent(r"(?:what|which) (?:number|position|place)(?: letter)?(?: of the alphabet)? is (?:the letter )?(?P<letter>[a-z])(?: in the alphabet)?|where (?:in the alphabet is|is) (?:the letter )?(?P<l2>[a-z])(?: in the alphabet)?|what is the position of (?:the letter )?(?P<l3>[a-z]) in the alphabet", lambda q, m: _alphabet_place(q, given(m, letter=m["letter"] or m["l2"] or m["l3"]))),
    Intent(r"(?:what|which) letter (?:comes |is )?(?:right |just )?(?P<way>after|before|follows) (?:the letter )?(?P<letter>[a-z])(?: in the alphabet)?|what comes (?P<w2>after|before) (?:the letter )(?P<l2>[a-z])(?: in the alphabet)?", lambda q, m: _alphabet_next(q, m) if m["letter"] else None, ("after", "before", "follows")),
    Intent(r"(?:what|which) letter (?:is|comes) between (?P<a>[a-z]) and (?P<b>[a-z])", _between, ("between",)),
    Intent(r"how many consonants are (?:there )?in the (?:english )?alphabet", lambda _q, _m: "The English alphabet has 21 consonants, or 20 without Y.", ("consonant",)),
    Intent(r"(?:what|which) (?:letters )?are (?:the )?vowels|(?:list|name|say) the vowels", lambda _q, _m: "The vowels are A, E, I, O and U, and sometimes Y.", ("vowel",)),
    Intent(r"(?:what (?:is|are) |say |recite |list )?(?:the )?(?:alphabet backwards?|(?:english )?alphabet in reverse|a to z backwards?)", lambda _q, _m: ", ".join(ascii_lowercase[::-1].upper()) + ".", ("backward", "reverse")),
    Intent(r"(?:what are |say |list |name )?(?:the )?(?P<end>first|1st|last) (?P<n>\d{1,2}) letters (?:of|in) the (?:english )?alphabet", _alphabet_part, ("alphabet",)),
    _word(rf"does {_THE}(?P<word>{_W}) have (?P<n>1|2|3|one|two|three) (?P<letter>[a-z])(?:'?s)?(?: in it)?", _letter_in, "have"),
    Intent(r"how many (?:letters|characters) (?:are |are there )?(?:in|does|has) the (?:english )?alphabet(?: have)?", lambda _q, _m: "The English alphabet has 26 letters.", ("alphabet",)),
    Intent(r"how many vowels are (?:there )?in the (?:english )?alphabet|how many vowels are there(?: in english)?", lambda _q, _m: "The English alphabet has 5 vowels, or 6 with Y.", ("vowel",)),
    Intent(r"(?:say|recite|what is|tell me|give me|sing) the (?:english )?alphabet", lambda _q, _m: ", ".join(ascii_lowercase.upper()) + ".", ("alphabet",)),
    Intent(r"how many (?P<kind>words|letters|characters) (?:are |are there )?(?:in|does)(?: the| this)? (?:sentence|phrase|text|following sentence|following|following text)(?: have)? .+|how many (?P<k2>words) .+", lambda q, m: _words_in(q, m) if m["kind"] else None, ("how many",)),
    Intent(r"(?:sort|put|arrange|order) (?P<list>[a-z ]+?) (?:in(?:to)? alphabetical order|alphabetically)|(?:sort|put|arrange)(?: these)? (?:in(?:to)? alphabetical order|alphabetically) (?P<after>.+)", lambda q, m: _sort(q, m) if m["list"] else None, ("alphabetical",)),
)  # fmt: skip
