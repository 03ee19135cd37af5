"""Leave it to chance, truly: dice, coins, picks; and count aloud."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import re
import secrets
from string import ascii_uppercase

from hub.intents.intent import Intent, Question, given

_MOST = 30
_LONGEST = 3  # words of a thing to choose


def _count(_question: Question, match: re.Match[str]) -> str | None:
    last = int(match["n"])
    return ", ".join(map(str, range(1, last + 1))) + "." if 1 <= last <= _MOST else None


def _dice(_question: Question, _match: re.Match[str]) -> str:
    return f"It is a {secrets.randbelow(6) + 1}."


def _dice_of(_question: Question, match: re.Match[str]) -> str | None:
    """Roll several dice, or one of another number of sides, as players write it: 2d6, d20."""
    count, sides = int(match["count"] or 1), int(match["sides"] or 6)
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


def _dice_thrown(question: Question, match: re.Match[str]) -> str | None:
    """Roll what is asked for: a die, a pair of dice, or `_dice_of` several or of other sides."""
    if not (match["count"] or match["sides"] or match["pair"]):
        return _dice(question, match)
    return _dice_of(question, given(match, count="2") if match["pair"] else match)


def _choice(question: Question, match: re.Match[str]) -> str | None:
    """Pick one of some short things by chance, and say so; declines what asks for a judgement."""
    marked = re.search(rf"(?i:{re.escape(match['rest'].split()[0])})\b.*", question.raw)
    told = marked[0] if marked and "," in marked[0] else match["rest"]
    things = [one.strip() for one in re.split(r",| or | and ", re.sub(r"[^\w\s,'-]", " ", told))]
    things = [re.sub(r"^(?:and|or|either) ", "", one) for one in things if one]
    last = things[-1] if things else ""
    things[-1:] = [
        re.sub(r"(?: (?:you (?:decide|choose|pick)|please|for me|for us|at random|randomly))+$", "", last)
    ]
    if not 2 <= len(things) <= _MOST or any(not one or len(one.split()) > _LONGEST for one in things):  # noqa: PLR2004
        return None
    if "," not in told and len(things) == 2 and len(things[0].split()) > len(things[1].split()):  # noqa: PLR2004
        return None  # names without commas between them
    return f"By chance: {secrets.choice(things)}."


_ROLL = r"(?:(?:roll|throw|chuck|cast|shake|toss)(?: (?:me|us|up))?|do)"
_DRAW = r"(?:(?:pick|choose|give me|generate|say|think of|name|select|draw|get|make up|i need|i want|what is)(?: me| us)? )"
_ASK = r"(?:(?:can|could|would|will) you )?"
_MINE = r"(?: (?:for (?:me|us)|please|would you|at random))*"
INTENTS = (
    Intent(r"count (?:up )?(?:from 1 )?to (?P<n>\d{1,3})", _count),
    Intent(
        rf"{_ASK}{_ROLL} (?:(?:an?|the|some|my|(?P<count>\d{{1,2}})|(?P<pair>a pair of|a couple of)) )?(?:(?P<sides>\d{{1,4}})[- ]sided |(?:6|six)[- ]faced )?(?:dice|die|dices){_MINE}"
        rf"|(?:a )?(?:dice|die) (?:roll|throw){_MINE}|(?:a )?roll of (?:the|a) (?:dice|die)",
        _dice_thrown,
    ),
    Intent(rf"(?:{_ROLL} )?(?:an? )?(?P<count>\d{{1,2}})? ?d ?(?P<sides>\d{{1,4}}){_MINE}", _dice_of),
    Intent(
        rf"{_DRAW}?(?:a |any |1 |another )?random number{_MINE}",
        lambda _q, _m: f"{secrets.randbelow(100) + 1}, from 1 to 100.",
    ),
    Intent(r"count (?:down|backwards?) (?:from )?(?P<n>\d{1,2})(?: to (?:0|1))?", _down),
    Intent(
        rf"{_ASK}(?:(?:flip|toss|throw|spin)(?: (?:me|us|up))? (?:a|the|that|1) coin|(?:do )?(?:a )?coin (?:toss|flip)|flip (?:for it|it)|(?:call )?heads or tails){_MINE}",
        _coin,
    ),
    Intent(
        rf"(?:{_DRAW}(?:a |any |1 |another )?(?:random )?(?:whole )?|(?:a |any )?random (?:whole )?)(?:number|integer)(?: at random)? (?:between|from|in the range(?: of)?)"
        rf" (?P<a>\d{{1,9}}) (?:and|to|through|up to|until) (?P<b>\d{{1,9}})(?: inclusive)?{_MINE}",
        _pick,
    ),
    Intent(
        rf"{_DRAW}(?:a |any )?random letter(?: of the alphabet)?{_MINE}",
        lambda _q, _m: f"{secrets.choice(ascii_uppercase)}.",
    ),
    Intent(
        r"(?:let us |shall we )?(?:play )?rock paper scissors(?: go| shoot)?",
        lambda _q, _m: f"{secrets.choice(('Rock', 'Paper', 'Scissors'))}.",
    ),
    Intent(
        r"(?!.*\b(?:best|better|correct|right|wrong|true|false|cheaper|healthier|safer|word|answer|my (?:career|life|job))\b)"
        r"(?:(?:randomly )?(?:pick|choose|select|decide)(?: for (?:me|us))? (?:(?:(?:a|1) )?(?:name |winner |person |thing |option )?(?:at random |randomly )?(?:between|from|out of|of|of these|from these)|1|either) (?P<rest>.+ (?:or|and) .+)"
        r"|(?:(?:should|shall) (?:i|we) (?:have|get|eat|watch|go for|do|play|wear|drink|cook|order|take) )?(?P<rest2>.+ or .+?) (?:you (?:decide|choose|pick)|pick (?:1|one) for (?:me|us)|pick at random)"
        r"|who (?:goes|should go|starts|should start) (?:first|1st) (?P<rest3>.+ or .+))",
        lambda q, m: _choice(q, given(m, rest=m["rest"] or m["rest2"] or m["rest3"])),
        ("pick", "choose", "select", "decide", "1st"),
    ),
)
