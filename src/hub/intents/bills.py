"""Reckon a bill whatever the words around its figures: a tip, a discount, a tax, equal shares, the change.

The figures are taken out; what is left must be words of such a question, with a few unknown nouns at most.
"""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from hub.intents.calculator import spoken
from hub.intents.intent import Intent, Question
from hub.intents.shares import SUM, amount, money

_N = r"\d{1,9}(?:\.\d{1,4})?"
_RATE = re.compile(rf"({_N}) ?(?:%|percent|per cent)(?: of\b)?")
_PEOPLE = re.compile(
    r"\b(?:between |among |amongst |by |into )?(?P<and>me and |myself and |my wife and |my husband and )?(?:the |my )?(?P<n>\d{1,3}) (?:of us|people|ways?|friends|others|mates|persons|adults|guests|roommates|housemates|flatmates|colleagues|diners|equal parts|parts|heads)(?P<i> and (?:i|me|myself)\b)?"
    r"|\b(?:between|among|amongst) (?:all )?(?:the )?(?P<n2>\d{1,3})\b(?! ?(?:dollars|pounds|euros))"
)
_PLAIN = frozenset(
    """what how much is are was would will be should do does did can could i we you it that they the a an my our of on for to in at and or with if then
    so after from want leave give pay paid pays add adding adds comes came come total bill check tab meal dinner lunch breakfast brunch restaurant cab taxi ride fare haircut
    rent waiter waitress share each person per head everyone everybody altogether all final cost costs price owe owes split splitting shared share divide divided between among evenly
    equally work out calculate find save saved saving there us us get gets go going up please need have make put amount figure tell me sum including off discount discounted
    sale reduced reduction cheaper item new now tip tipping gratuity service charge only by around about just order food drinks drink night table left us one bucks coupon
    voucher code tax vat gst sales spend spent spending buy buying bought thing something cash money hand handed gave giving change back note worth shopping groceries ticket tickets""".split()  # noqa: SIM905  reads as a text
)
_UNKNOWN = 2
"""So many nouns may be unknown: a jacket, a pair of jeans."""
_TURNED = re.compile(
    r"\b(?:original|originally|before|usual|usually|normal|normally|already|includes|included|inclusive|without|excluding|except|more|less|fewer|another|twice|double|half|than|not|instead|other|first|second|extra|including|paid SUM|wait|good|better|best|fair|deal|invest|peak|loyalty|cashback|fee|tomorrow|yesterday|month|year|week|hour|day|increase|rise)\b"
)
"""Words that may turn the question around."""


@dataclass(frozen=True, slots=True)
class _Bill:
    """The figures of a question, and its words without them."""

    rates: list[Fraction]
    people: list[int]
    sums: list[tuple[Fraction, str]]
    words: str
    unknown: int


def _read(text: str) -> _Bill | None:
    """Take the figures out of ``text``; None when the words left are not those of a bill."""
    if re.match(r"(?:is|are|was|were|should|do|does|did|why|who|when|where)\b", text):
        return None  # whether, not how much
    rates = [Fraction(found) for found in _RATE.findall(text)]
    text = re.sub(r"\b(?:an? )?(tenner|fiver|\d+) note\b", r"\1", text)
    text = re.sub(
        r"\b(?:an? )?(tenner|fiver)\b", lambda m: "10 pounds" if m[1][0] == "t" else "5 pounds", text
    )
    text = _RATE.sub(" RATE ", text)
    people = [int(m["n"] or m["n2"]) + bool(m["and"]) + bool(m["i"]) for m in _PEOPLE.finditer(text)]
    text = _PEOPLE.sub(" PEOPLE ", text)
    sums = [amount(found[0]) for found in re.finditer(rf"(?<![\w.]){SUM}", text)]
    text = " ".join(re.sub(rf"(?<![\w.]){SUM}", " SUM ", text).split())
    unknown = [word for word in text.split() if word not in _PLAIN and not word.isupper()]
    sound = len(unknown) <= _UNKNOWN and all(word.isalpha() for word in unknown)
    return _Bill(rates, people, sums, text, len(unknown)) if sound and not _TURNED.search(text) else None


def _tip(question: Question, _match: re.Match[str]) -> str | None:
    """Say a tip and the whole; or what each pays of it."""
    bill = _read(question.text)
    if not bill or len(bill.rates) != 1 or len(bill.sums) != 1 or len(bill.people) > 1:
        return None
    (total, coin), rate = bill.sums[0], bill.rates[0]
    tip = total * rate / 100
    if not bill.people:
        told = f"{spoken(rate)} percent of {money(total, coin)} is {money(tip, coin)}"
        return (
            f"{told}, so {money(total + tip, coin)} with the tip." if not _SHARED.search(bill.words) else None
        )
    if not bill.people[0] or re.search(r"tip (?:each|per|everyone)|each tip|off|discount", bill.words):
        return None
    return f"That is {money((total + tip) / bill.people[0], coin)} each, {money(total + tip, coin)} with the tip in all."


_SHARED = re.compile(r"\b(?:each|per|everyone|split|share|shared|divided?|between|among|off|discount)\b")


def _taxed(question: Question, _match: re.Match[str]) -> str | None:
    """Say a tax on a price, and the price with it."""
    bill = _read(question.text)
    if not bill or len(bill.rates) != 1 or len(bill.sums) != 1 or bill.people:
        return None
    if re.search(
        r"\b(?:tip|off|discount|income|salary|wages?|earn|owe|back|split|each|owed|refund)\b|tax (?:do|will|would|should) ",
        bill.words,
    ):
        return None
    thing = bool(bill.sums[0][1] and re.search(r"SUM [a-z]+(?: (?:at|with|plus|including) .*)?$", bill.words))
    if bill.unknown > thing or re.search(r"(?:tax|vat|gst)(?: is| was)?(?: there)? in\b", bill.words):
        return None
    (price, coin), rate = bill.sums[0], bill.rates[0]
    tax = price * rate / 100
    return f"{spoken(rate)} percent of {money(price, coin)} is {money(tax, coin)}, so {money(price + tax, coin)} in all."


def _off(question: Question, _match: re.Match[str]) -> str | None:
    """Take a discount off a price."""
    bill = _read(question.text)
    if not bill or len(bill.rates) != 1 or len(bill.sums) != 1 or bill.people or bill.rates[0] > 100:  # noqa: PLR2004
        return None
    forward = re.search(
        r"RATE (?:off|discount|reduction|coupon|voucher|sale)(?: (?:on|of|for|from|code|(?:voucher|coupon|code|card|sale)(?: and i want| so)? how much (?:is|are|would|does|will|for)|a|an|the|my|[a-z]+ (?:that|which) (?:is|costs?|cost)|[a-z]+ (?:costing|for|at)))*(?: [a-z]+)? SUM|SUM\b.* RATE (?:off|discount|reduction|cheaper|coupon|voucher)|SUM (?:reduced|discounted) by RATE",
        bill.words,
    )
    if not forward or re.search(
        r"\b(?:paid|spent|bought|each|per|saved|and RATE)\b|RATE (?:off|discount) (?:is|was|comes)",
        bill.words,
    ):
        return None
    (price, coin), rate = bill.sums[0], bill.rates[0]
    return f"That is {money(price * (1 - rate / 100), coin)}, {money(price * rate / 100, coin)} less."


def _share(question: Question, _match: re.Match[str]) -> str | None:
    """Share one sum equally."""
    bill = _read(question.text)
    if not bill or bill.rates or len(bill.sums) != 1 or len(bill.people) != 1 or not bill.people[0]:
        return None
    total, coin = bill.sums[0]
    if (
        not coin
        and total.denominator == 1
        and not re.search(
            r"\b(?:bill|check|tab|pay|owe|costs?|paid|meal|dinner|lunch|taxi|price|rent|everyone|everybody)\b",
            bill.words,
        )
    ):
        return None  # sweets, not money
    if re.search(
        r"\b(?:tip|each (?:\w+ )?SUM|SUM (?:each|per)|per person (?:\w+ )?SUM|off|change|back|what (?:is|was) the (?:bill|total|price|cost))\b|PEOPLE (?:each |\w+ )?(?:pay|pays|paid|pay|gave|owe) ",
        bill.words,
    ):
        return None
    return f"That is {money(total / bill.people[0], coin)} each."


def _change(question: Question, _match: re.Match[str]) -> str | None:
    """Say what comes back of a note."""
    bill = _read(question.text)
    if not bill or bill.rates or bill.people or len(bill.sums) != 2:  # noqa: PLR2004  the note and the price
        return None
    (one, coin), (other, coin2) = bill.sums
    if (
        (coin and coin2 and coin != coin2)
        or one == other
        or re.search(r"\b(?:each|per|into|percent)\b", bill.words)
    ):
        return None
    if not re.search(
        r"(?:how much|what|my|the) (?:is )?(?:the |my )?change\b|change (?:.* )?(?:back|get)\b", bill.words
    ):
        return None
    if not (coin or coin2 or one.denominator > 1 or other.denominator > 1):
        return None  # a change of anything else
    return f"That is {money(abs(one - other), coin or coin2)}."


def _before(question: Question, match: re.Match[str]) -> str | None:
    """Find a price before its discount, from what was paid."""
    (paid, coin), rate = amount(match["bill"] or match["bill2"]), Fraction(match["rate"] or match["rate2"])
    del question
    return f"That was {money(paid / (1 - rate / 100), coin)}." if 0 < rate < 100 else None  # noqa: PLR2004


def _each_of(_question: Question, match: re.Match[str]) -> str | None:
    """Say the price of one of so many."""
    count = next(int(v) for k, v in match.groupdict().items() if k.startswith("n") and v)
    price, coin = amount(next(v for k, v in match.groupdict().items() if k.startswith("bill") and v))
    return f"That is {money(price / count, coin)} each." if count else None


_IN_A = {
    ("year", "month"): Fraction(1, 12), ("month", "year"): Fraction(12), ("week", "year"): Fraction(52),
    ("year", "week"): Fraction(1, 52), ("day", "week"): Fraction(7), ("week", "day"): Fraction(1, 7),
    ("quarter", "year"): Fraction(4), ("year", "quarter"): Fraction(1, 4), ("hour", "day"): Fraction(24),
}  # fmt: skip
_WITH_WEEKS = " with 52 weeks to the year"
_PERIODS = {
    "yearly": "year",
    "annually": "year",
    "annual": "year",
    "monthly": "month",
    "weekly": "week",
    "daily": "day",
}


def _period(_question: Question, match: re.Match[str]) -> str | None:
    """Turn a sum for one period into that for another: 52000 a year per month."""
    source, target = (_PERIODS.get(match[name], match[name]) for name in ("from", "to"))
    factor = _IN_A.get((source, target))
    sum_of, coin = amount(match["bill"])
    if not factor or not (coin or re.search(r"what|how much|convert|\.\d\d |if i", match[0])):
        return None
    weeks = _WITH_WEEKS if {source, target} == {"week", "year"} else ""
    return f"That is {money(sum_of * factor, coin)} a {target}{weeks}."


_BILL, _UNIT = (
    rf"(?P<bill>{SUM})",
    "year|month|week|day|hour|quarter|yearly|annually|annual|monthly|weekly|daily",
)
_PAID = r"(?:i paid|we paid|it cost me|i pay|it is|it was|it costs?|it is now|they are|the sale price is|the price is|that is|something costs?)"
INTENTS = (
    Intent(r".*\b(?:tip|tipping|gratuity|service charge|tipped)\b.*|(?:leave|(?:.* )?add) .*(?:%|percent|per cent).*\b(?:meal|dinner|lunch|restaurant|split|bill|check)\b.*|.*\b(?:meal|dinner|lunch|restaurant|bill|check)\b.* (?:leave|add) .*(?:%|percent|per cent).*", _tip, ("tip", "gratuity", "service", "leave", "add")),
    Intent(r".*\b(?:tax|vat|gst|sales tax)\b.*", _taxed, ("tax", "vat", "gst")),
    Intent(r".*\b(?:off|discount|discounted|reduced|reduction|coupon|voucher)\b.*", _off, (" off", "discount", "reduc", "coupon", "voucher")),
    Intent(r".*\b(?:split|splitting|share|shared|sharing|divided?|each|per (?:person|head)|ways|owe|everyone|everybody|chip in|apiece)\b.*", _share, ("split", "shar", "divi", "each", "per ", "ways", "owe", "every", "chip", "apiece")),
    Intent(r".*\bchange\b.*", _change, ("change",)),
    Intent(
        rf"(?:what (?:is|was) |find )?(?:the )?(?:original|full|normal|usual|regular) (?:price|cost)(?: of (?:something|an item|it))? (?:if|when) {_PAID} {_BILL} (?:after|with|including|at) (?:an? |the )?(?P<rate>{_N}) ?(?:%|percent|per cent) (?:off|discount|reduction)|{_PAID} (?P<bill2>{SUM}) (?:after|with|at) (?:an? |the )?(?P<rate2>{_N}) ?(?:%|percent|per cent) (?:off|discount|reduction) what (?:is|was) the (?:original|full|normal|usual|regular) (?:price|cost)",
        _before,
        ("original", "full", "normal", "usual", "regular"),
    ),
    Intent(
        rf"(?:what is |how much is )?(?:the )?(?:unit price|price each|price per (?:item|unit|piece|1|can|egg|roll|bottle)|cost (?:per (?:item|unit|piece|1)|each))(?: (?:of|for|if|when))? (?P<n>\d{{1,4}})(?: [a-z]+){{0,2}} (?:for|costs?|is|are|at) {_BILL}|(?:if )?(?P<n2>\d{{1,4}})(?: [a-z]+){{0,2}} (?:for|costs?|are) (?P<bill2>{SUM}) (?:how much|what)(?: is| are| does| do)?(?: it| that| they)? (?:each|apiece|per (?:item|unit|piece)|for 1|1|is 1|1 cost|each 1)(?: cost| 1)?|how much (?:is|does|for) (?:1|each)(?: 1)?(?: cost)? if (?P<n3>\d{{1,4}})(?: [a-z]+){{0,2}} (?:costs?|are) (?P<bill3>{SUM})",
        _each_of,
        ("price", "cost", "how much", "what"),
    ),
    Intent(
        rf"(?:what is |how much is |how much |if i (?:earn|make|pay|save) )?{_BILL} (?:an?|per|each|every) (?P<from>{_UNIT})(?: (?:how much is (?:that|it)|what is (?:that|it)))? (?:an?|per|by the|each|in an?|for an?|over an?|for 1|for the whole|every) (?P<to>{_UNIT})",
        _period,
    ),
    Intent(rf"(?:what is |how much is |convert )?{_BILL} (?:an? |per )?(?P<from>{_UNIT}) (?:as|in|to)? ?(?:a )?(?P<to>yearly|annually|annual|monthly|weekly|daily)", _period, ("ly", "annual")),
)  # fmt: skip
