"""Reckon the sums of everyday life that are told as a story: sharing a bill, wages, prices in proportion, giving away.

Each story is read whole, and only with the numbers that its sum needs: one more, and it is another story.
"""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

from hub.intents.calculator import spoken
from hub.intents.intent import Intent, Question
from hub.intents.shares import SUM, amount, money

if TYPE_CHECKING:
    from collections.abc import Callable

_N = r"\d{1,9}(?:\.\d{1,4})?"
_WHO = r"(?:i|we|you|he|she|they|[a-z]+)"
_EACH = r"(?: each(?: of us)?| a head| per person| per head| apiece| everyone| everybody| each person)"


def _share(_question: Question, match: re.Match[str]) -> str | None:
    """Share a bill equally."""
    (bill, coin), people = amount(match["bill"]), int(match["people"])
    return f"That is {money(bill / people, coin)} each." if people else None


def _in_proportion(_question: Question, match: re.Match[str]) -> str | None:
    """Reckon the price of so many from that of others: three apples cost 1.20, how much do seven cost."""
    thing, other = (match[name] or "" for name in ("thing", "thing2"))
    count, wanted = Fraction(match["n"]), Fraction(match["m"])
    if not count or (other and _one(other) not in (_one(thing), _one(thing.partition(" of ")[0]))):
        return None
    price, coin = amount(match["bill"])
    return f"That is {money(price / count * wanted, coin)}."


def _one(thing: str) -> str:
    """Return a thing without its plural: eggs, boxes, kilos of rice."""
    head, _, rest = thing.partition(" of ")
    return re.sub(r"(?:(?<=x)es|(?<=sh)es|(?<=ch)es|s)$", "", head) + rest


_MULTIPLES = {
    ("hour", "hour"): 1, ("day", "day"): 1, ("week", "week"): 1, ("month", "month"): 1, ("year", "year"): 1,
    ("month", "year"): 12, ("day", "week"): 7, ("minute", "hour"): 60, ("minute", "minute"): 1,
}  # fmt: skip


def _wage(_question: Question, match: re.Match[str]) -> str | None:
    """Multiply a rate by a time: 14.50 an hour for 38 hours, 20 a month for a year."""
    rate, coin = amount(match["bill"])
    count = Fraction(1) if match["m"] in ("a", "an", "1") else Fraction(match["m"])
    times = _MULTIPLES.get((match["per"].rstrip("s"), match["unit"].rstrip("s")))
    return f"That is {money(rate * count * times, coin)}." if times else None


_GAINS = r"(?:buy|bought|get|got|get given|find|found|receive|received|pick|picked|collect|collected|win|won|add|added|borrow|borrowed|bake|baked|earn|earned|gets|buys|finds|wins|receives|earns|picks|collects|am given|was given|is given)"
_LOSES = r"(?:give|gave|gives|eat|ate|eats|lose|lost|loses|sell|sold|sells|use|used|uses|spend|spent|spends|donate|donated|lend|lent|drink|drank|pay|paid|return|returned)"  # not "take": a riddle
_THING = r"(?:[a-z]+ ){0,2}?[a-z]+"


def _have_left(_question: Question, match: re.Match[str]) -> str | None:
    """Add or take away what is told: twenty sweets, seven given to a brother."""
    (first, coin), (second, other) = amount(match["a"]), amount(match["b"])
    if bool(coin) != bool(other) or (coin and coin != other):
        return None
    if re.search(
        r"\b(?:each|every|times|twice|half|yesterday|tomorrow|per|more than|fewer|another's|minus|cost|costs|percent|quarter|third|\d+(?:rd|th)s?)\b",
        match[0],
    ):
        return None
    if re.search(r"\bhad\b.* (?:do|does) \w+ have$", match[0]):  # what one had is not what one has
        return None
    lost = bool(re.fullmatch(_LOSES, match["verb"]))
    if re.search(r"\bgives? me\b|\bgave me\b|\bgiven? to me\b", match[0]):
        lost = False
    left = first - second if lost else first + second
    return f"That is {money(left, coin) if coin else spoken(left)}." if left >= 0 else None


def _times(_question: Question, match: re.Match[str]) -> str | None:
    """Reckon the price of so many at a price each."""
    price, coin = amount(match["bill"])
    return f"That is {money(price * Fraction(match['people']), coin)}."


def _sale(_question: Question, match: re.Match[str]) -> str | None:
    """Take a discount off a price, or put a tip on a bill."""
    (price, coin), rate = amount(match["bill"]), Fraction(match["rate"]) / 100
    if "tip" in match[0]:
        return f"That is {money(price * (1 + rate), coin)} with the tip."
    return f"That is {money(price * (1 - rate), coin)}." if rate <= 1 else None


def _missing(_question: Question, match: re.Match[str]) -> str | None:
    """Find the number that was left out: what times 7 is 63, 63 divided by what is 9."""
    op = _OPERATORS[match["op"]]
    known, result, leads = Fraction(match["b"] or match["a"]), Fraction(match["c"]), match["b"] is None
    value = _solve(op, known, result, leads=leads)
    if value is None:
        return None
    told = spoken(value)
    if told.startswith("about") or ", about" in told:
        return f"That is {told}."
    left, right = (spoken(known), told) if leads else (told, spoken(known))
    return f"{told[:1].upper()}{told[1:]}: {left} {_NAMES[op]} {right} is {spoken(result)}."


_OPERATORS = {
    "times": "*", "multiplied by": "*", "x": "*", "*": "*", "plus": "+", "added to": "+", "and": "+", "+": "+",
    "minus": "-", "take away": "-", "less": "-", "-": "-", "divided by": "/", "over": "/", "/": "/",
}  # fmt: skip
_NAMES = {"*": "times", "+": "plus", "-": "minus", "/": "divided by"}


def _solve(op: str, known: Fraction, result: Fraction, *, leads: bool) -> Fraction | None:
    """Return x of "x op known = result", or of "known op x = result" when the known number ``leads``."""
    solutions: dict[str, Callable[[], Fraction]] = {
        "*": lambda: result / known, "+": lambda: result - known,
        "-": lambda: known - result if leads else result + known,
        "/": lambda: known / result if leads else result * known,
    }  # fmt: skip
    try:
        return solutions[op]()
    except ZeroDivisionError:
        return None


_OPS = r"(?P<op>times|multiplied by|x|\*|plus|added to|and|\+|minus|take away|less|-|divided by|over|/)"
_IS = r"(?:is|are|equals|makes?|gives?|is equal to|comes to|=)"
_BLANK = r"(?:what|which|what number|which number|how much|something)"
INTENTS = (
    Intent(
        rf"(?:if )?(?:i|we|she|he|they) (?:buy|bought|get|got|order|ordered|want|sell|sold|have|had) (?P<people>{_N}) {_THING} (?:at|for) (?P<bill>{SUM}) (?:each|apiece|a piece|per piece) (?:what|how much)(?: is| are| do| does| did| will| would| the| that| it| i| we| she| he| they| total| cost| price| pay| paid| spend| spent| get| make| owe| have| to| in| all| altogether| come)*",
        _times,
        (" each ", "piece"),
    ),
    Intent(
        rf"(?:if )?(?:we are|there are|there were|we were|there is|we have) (?P<people>\d{{1,3}})(?: of us| people| friends| persons| adults)? (?:and )?(?:the|our|a) (?:[a-z]+ ){{0,2}}(?:is|was|comes to|came to|costs?|for|of) (?P<bill>{SUM}) (?:how much|what)(?: is| do| does| should| would| must| will| it| that| we| i| pay| owe| be)*{_EACH}(?: have to)?(?: pay| owe| get| be)?(?: each)?",
        _share,
        ("each", "head", "person", "everyone", "everybody", "apiece"),
    ),
    Intent(
        rf"(?:if )?(?:the|our|a) (?:[a-z]+ ){{0,2}}(?:is|was|comes to|came to|costs?|of) (?P<bill>{SUM}) (?:and )?(?:there are|we are|there were|we were|split between|shared between|for|between|split by) (?P<people>\d{{1,3}})(?: of us| people| friends| persons)? (?:how much|what)(?: is| do| does| should| would| must| will| it| that| we| i| pay| owe| be)*{_EACH}(?: have to)?(?: pay| owe| get| be)?(?: each)?",
        _share,
        ("each", "head", "person", "everyone", "everybody", "apiece"),
    ),
    Intent(
        rf"(?:if |when )?(?P<n>{_N}) (?P<thing>{_THING}) (?:costs?|is|are|for|sells? for|goes for) (?P<bill>{SUM}) (?:what|how much)(?: do| does| would| will| is| are| should)*(?: i pay for)? (?P<m>{_N})(?: of them)?(?: (?P<thing2>{_THING}))?(?: cost| be| come to)?",
        _in_proportion,
        ("how much", "what"),
    ),
    Intent(
        rf"(?:what|how much)(?: do| does| would| will| is| are| should)*(?: i pay for)? (?P<m>{_N})(?: (?P<thing2>{_THING}))?(?: cost| be| come to)? (?:if|when) (?P<n>{_N}) (?P<thing>{_THING}) (?:costs?|is|are|for|sells? for) (?P<bill>{SUM})",
        _in_proportion,
        (" if ", " when "),
    ),
    Intent(
        rf"(?:if |at )?(?:(?:i|we|he|she|they|you|it|(?:(?:the|my|a|our) )?[a-z]+)(?: am| are| is| get| gets)? (?:earn|earns|make|makes|get|gets|paid|pay|pays|charge|charges|cost|costs|save|saves|put away|is|spend|spends) )?(?P<bill>{SUM}) (?:an?|per|every|each|the) (?P<per>minute|hour|day|week|month|year) (?:what|how much|what does)(?: is| are| do| does| would| will| have| in| for| that| it| i| we| he| she| they| you| make| earn| get| pay| cost| come to| save| spend| after| per| come| to)* (?P<m>an?|{_N}) (?P<unit>minutes?|hours?|days?|weeks?|months?|years?)(?: cost| come to| make)?",
        _wage,
        ("how much", "what"),
    ),
    Intent(
        rf"(?:if )?{_WHO} (?:have|had|has|got|start with|started with|starts with|bought|buy|bake|baked) (?P<a>{SUM})(?: {_THING})? (?:and |then |but )*(?:(?:i|we|you|he|she|they) )?(?:then )?(?P<verb>{_LOSES}|{_GAINS})(?: away| up)? (?P<b>{SUM})(?: more)?(?: of (?:them|those|these))?(?: {_THING})?(?: (?:to|from|with|for|on) (?:[a-z]+ ){{1,3}}?[a-z]+)? how (?:many|much)(?: {_THING})?? (?:do|does|will|would|did|have|are|is) (?:i|we|you|he|she|they|[a-z]+)(?: have| got)?(?: left| now| remaining| remain| left over| then| in all| altogether| in total)*",
        _have_left,
        ("how many", "how much"),
    ),
    Intent(
        rf"(?:if )?(?P<people>\d{{1,3}})(?: people| friends| persons| of us| adults| men| women| kids| children)? (?:share|split|divide|are sharing|are splitting|go halves on)(?: up)?(?: equally| evenly)? (?:an? |the )?(?:[a-z]+ of )?(?P<bill>{SUM})(?: (?:bill|meal|equally|evenly|between them))* (?:how much|what)(?: is| do| does| should| would| must| will| it| that| we| they| i| pay| owe| get| be)*{_EACH}?(?: have to)?(?: pay| owe| get| be)?(?: each)?",
        _share,
        ("how much", "what"),
    ),
    Intent(
        rf"(?:if )?(?:an? |the |my |some )?[a-z ]+? (?:costs?|is|was|are|cost|priced at) (?P<bill>{SUM}) (?:and |but )?(?:it |they )?(?:is|are|has|have|with|at|gets?|comes with|there is)? ?(?:an? )?(?P<rate>{_N}) ?(?:%|percent|per cent) (?:off|discount|reduction|reduced|cheaper)(?: on it)? (?:what|how much)(?: do| does| will| would| should| is| are| i| it| they| we| pay| cost| the| be| now| sale| new| final| price| have to)*",
        _sale,
        ("off", "discount", "reduc", "cheaper"),
    ),
    Intent(
        rf"(?:if )?(?:i|we) (?:tip|add|leave)(?: a)? (?P<rate>{_N}) ?(?:%|percent|per cent)(?: tip)? (?:on|to|for)(?: an?| the)?(?: bill of)? (?P<bill>{SUM})(?: bill)? (?:what|how much)(?: is| do| does| will| would| the| total| i| we| pay| it| in| all| altogether| be| come to)*",
        lambda q, m: _sale(q, m) if "tip" in m[0] else None,
        ("tip",),
    ),
    Intent(rf"{_BLANK} {_OPS} (?P<b>-?{_N}) {_IS} (?P<c>-?{_N})(?P<a>)", _missing, ("what", "which", "how much", "something")),
    Intent(rf"(?:what is )?(?P<a>-?{_N}) {_OPS} {_BLANK}(?: number)? {_IS} (?P<c>-?{_N})(?P<b>x)?", _missing, ("what", "which", "how much", "something")),
    Intent(rf"what (?:number )?(?:do|must|should|can) (?:i|you|we) (?P<verb>add to|multiply by|multiply|multiply with|subtract from) (?P<k>-?{_N}) (?:by )?to (?:get|make|have|reach) (?P<r>-?{_N})", lambda q, m: _wanted(q, m), ("to get", "to make", "to have", "to reach")),  # noqa: PLW0108  names the groups
)  # fmt: skip


def _wanted(question: Question, match: re.Match[str]) -> str | None:
    """Answer "what must I add to 17 to make 40"."""
    known, result = Fraction(match["k"]), Fraction(match["r"])
    value = {"a": result - known, "m": result / known if known else None, "s": known - result}[
        match["verb"][0]
    ]
    del question
    return f"That is {spoken(value)}." if value is not None else None
