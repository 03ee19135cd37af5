"""Reckon with money and percentages: tips, splits, discounts, VAT, change by so much, interest."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import re
from fractions import Fraction

from hub.intents.calculator import decimal, spoken
from hub.intents.intent import Intent, Question, also

_N = r"\d{1,12}(?:\.\d{1,6})?"
_COIN = r"(?:dollars?|bucks|euros?|pounds?|quid|\$|€|£|usd|eur|gbp|cents|pence|p(?![a-z])|francs?|yen|rupees?|kronor|crowns?)"
_SMALL = (
    r"(?: (?:and )?\d{1,2}(?: (?:cents?|pence|p))?(?! ?(?:%|per|people|of us|ways|friends|years?|hours?)))"
)
SUM = rf"(?:[$€£] ?)?{_N}(?: ?{_COIN}{_SMALL}?)?"
"""A sum of money: 12.50, $12.50, 12 pounds 50."""

_NAMES = {
    "$": "dollars",
    "usd": "dollars",
    "bucks": "dollars",
    "€": "euros",
    "eur": "euros",
    "£": "pounds",
    "gbp": "pounds",
    "quid": "pounds",
    "p": "pence",
}


def amount(text: str) -> tuple[Fraction, str]:
    """Read an amount of money: its number and its currency, if one was said."""
    number = Fraction(re.findall(_N, text)[0])
    name = re.search(_COIN, text)
    if not name:
        return number, ""
    if small := re.search(r" (\d{1,2})(?: (?:cents?|pence|p))?$", text[name.end() :]):
        number += Fraction(int(small[1]), 100)
    coin = _NAMES.get(name[0], name[0])
    return number, coin if coin.endswith("s") or coin in ("yen", "pence", "kronor") else coin + "s"


def money(value: Fraction, coin: str) -> str:
    """Write an amount as it is paid: two decimals or none."""
    cents = int(value * 100 + Fraction(1, 2))  # half a cent goes up, as in a shop
    text = decimal(Fraction(cents, 100), 2)
    if "." in text and len(text.rsplit(".", 1)[1]) == 1:
        text += "0"
    if not coin and value.denominator != 1 and (value * 100).denominator != 1:
        return f"about {text}"
    about = "" if (value * 100).denominator == 1 else "about "
    one = coin.removesuffix("s") if text == "1" and coin not in ("pence", "yen") else coin
    return f"{about}{text} {one}".strip()


def _tip(_question: Question, match: re.Match[str]) -> str:
    (bill, coin), rate = amount(match["bill"]), Fraction(match["rate"])
    tip = bill * rate / 100
    return f"{spoken(rate)} percent of {money(bill, coin)} is {money(tip, coin)}, so {money(bill + tip, coin)} with the tip."


def _with_tip(_question: Question, match: re.Match[str]) -> str:
    (bill, coin), rate = amount(match["bill"]), Fraction(match["rate"])
    return f"That is {money(bill * (1 + rate / 100), coin)}, of which {money(bill * rate / 100, coin)} {_extra(match[0])}."


def _extra(text: str) -> str:
    return (
        "is the tip"
        if "tip" in text
        else "is VAT"
        if "vat" in text
        else "is tax"
        if "tax" in text
        else "is added"
    )


def _split(_question: Question, match: re.Match[str]) -> str | None:
    (bill, coin), people = amount(match["bill"]), int(match["people"])
    if not people:
        return "Nothing can be divided by zero, so that has no answer."
    rate = Fraction(match.groupdict().get("rate") or 0)
    total = bill * (1 + rate / 100)
    with_tip = f" of {money(total, coin)} with the tip" if rate else ""
    if re.search(r"including (?:you|me|myself)", match[0]):
        return None
    return f"That is {money(total / people, coin)} each{',' + with_tip.removeprefix(' of') + ' in all' if with_tip else ''}."


def _off(_question: Question, match: re.Match[str]) -> str | None:
    (price, coin), rate = amount(match["bill"]), Fraction(match["rate"])
    if rate > 100:  # noqa: PLR2004
        return None
    return f"That is {money(price * (1 - rate / 100), coin)}, {money(price * rate / 100, coin)} less."


def _changed(_question: Question, match: re.Match[str]) -> str:
    """Increase or decrease by a percentage."""
    (value, coin), rate = amount(match["bill"]), Fraction(match["rate"])
    sign = -1 if re.search(r"decreas|reduc|lower|less|drop|fall|minus|cut", match[0]) else 1
    result = value * (1 + sign * rate / 100)
    return f"That is {money(result, coin) if coin else spoken(result)}."


def _before(_question: Question, match: re.Match[str]) -> str:
    """Take a tax out of a price that holds it."""
    (price, coin), rate = amount(match["bill"]), Fraction(match["rate"])
    net = price / (1 + rate / 100)
    return f"Without it that is {money(net, coin)}; the tax is {money(price - net, coin)}."


def _percent_change(_question: Question, match: re.Match[str]) -> str | None:
    (a, _), (b, _) = amount(match["a"]), amount(match["b"])
    if not a:
        return "From zero there is no percentage of change."
    change = (b - a) / a * 100
    if not change:
        return "There is no change."
    return f"That is {'an increase' if change > 0 else 'a decrease'} of {spoken(abs(change))} percent."


def _whole_of(_question: Question, match: re.Match[str]) -> str | None:
    part, rate = amount(match["part"])[0], Fraction(match["rate"])
    return f"{spoken(part)} is {spoken(rate)} percent of {spoken(part / rate * 100)}." if rate else None


def _percent_of(_question: Question, match: re.Match[str]) -> str | None:
    (part, _), (whole, _) = amount(match["part"]), amount(match["whole"])
    if not whole:
        return "Nothing can be divided by zero, so that has no answer."
    return f"{spoken(part)} is {spoken(part / whole * 100)} percent of {spoken(whole)}."


def _as_percent(_question: Question, match: re.Match[str]) -> str | None:
    try:
        value = Fraction(match["n"].strip("()").replace(" ", ""))
    except (ValueError, ZeroDivisionError):
        return None
    return f"{match['n'].strip('()')} is {spoken(value * 100)} percent."


def _percent_as(_question: Question, match: re.Match[str]) -> str | None:
    value = Fraction(match["n"]) / 100
    return f"{match['n']} percent is {value if 'fraction' in match['form'] else spoken(value)}."


def _interest(_question: Question, match: re.Match[str]) -> str | None:
    (start, coin), rate, years = amount(match["bill"]), Fraction(match["rate"]), int(match["years"])
    if years > 100 or rate > 1000:  # noqa: PLR2004  no savings account
        return None
    if "simple" in match[0]:
        gain = start * rate / 100 * years
        return f"Simple interest of {spoken(rate)} percent makes {money(gain, coin)}, so {money(start + gain, coin)} in all."
    end = start * (1 + rate / 100) ** years
    if (end * 100).denominator == 2:  # noqa: PLR2004  half a cent, which is rounded up here and down there
        return f"With interest added once a year that becomes {decimal(end, 3)}, about {money(end, coin).removeprefix('about ')}."
    return (
        f"With interest added once a year that becomes {money(end, coin)}, {money(end - start, coin)} more."
    )


def _each(_question: Question, match: re.Match[str]) -> str | None:
    """Return the price of one, or of so many: 3 for 12 dollars, 5 at 2.50 each."""
    (price, coin), count = amount(match["bill"]), int(match["people"])
    if not count:
        return None
    return f"That is {money(price * count, coin)}."


_P = r"(?:%|percent|per cent)"
_RATE = rf"(?P<rate>{_N}) ?{_P}"
_BILL = rf"(?P<bill>{SUM})"
_ASK = r"(?:what is|what was|what are|what would be|what would|how much is|how much would|how much should|calculate|work out|compute|figure|give me|what do i pay with|what will be|what does)"
_THING = r"(?: (?:bill|meal|dinner|lunch|check|tab|purchase|order|restaurant bill))?"
_PEOPLE = r"(?P<people>\d{1,4})"
INTENTS = (
    Intent(rf"(?:{_ASK} )?(?:an? |the )?{_RATE} tip (?:on|for|of|from) (?:an? |the )?{_BILL}{_THING}(?: be)?", _tip, ("tip",)),
    Intent(rf"(?:{_ASK} )?(?:the |an? )?tip (?:on|for|of)? ?(?:an? |the )?{_BILL}{_THING} (?:at|with|of|if i tip|for) {_RATE}(?: be)?", _tip, ("tip",)),
    Intent(rf"how much (?:do|should|would|will) i tip (?:at |on |for )?(?:an? |the )?(?:{_RATE} )?(?:on |for )?(?:an? |the )?{_BILL}{_THING}(?: at (?P<rate2>{_N}) ?{_P})?", lambda q, m: _tip(q, m) if m["rate"] else None, ("tip",)),
    Intent(
        rf"(?:{_ASK} )?(?:the )?(?:total |final |total cost |total bill |price )?(?:of |on |for )?{_BILL}{_THING} (?:plus|with|and|including|after adding|after|incl) (?:an? )?(?:{_RATE} (?:tip|vat|tax|sales tax|service charge|gst|service)|(?:vat|tax) (?:at|of) (?P<r2>{_N}) ?{_P})(?: (?:added|included))?",
        lambda q, m: _with_tip(q, also(m, rate="r2")),
        ("tip", "vat", "tax", "service", "gst"),
    ),
    Intent(rf"(?:{_ASK} )?(?:add )?(?:an? )?{_RATE} (?:tip|vat|tax|sales tax|service charge|service|gst) (?:to|on|added to) {_BILL}", lambda q, m: _with_tip(q, m) if "add" in m[0] else _tip_like(q, m), ("tip", "vat", "tax", "service", "gst")),
    Intent(
        rf"(?:{_ASK} )?(?:add )?(?:the )?(?:vat|tax|sales tax|gst|service|tip)(?: of| at)? {_RATE} (?:to|on|added to|for) {_BILL}",
        lambda q, m: _with_tip(q, m) if "add" in m[0] else _tip_like(q, m),
        ("tip", "vat", "tax", "service", "gst"),
    ),
    Intent(
        rf"(?:{_ASK} )?(?:was )?(?:the )?(?:price|amount|cost|total|bill)(?: was)? (?:before|without|excluding|ex) (?:the )?(?:vat|tax|sales tax|gst) (?:if|when)(?: it| the price| the total| that)?(?: is| was| comes to)? {_BILL} (?:including|with|inclusive of|incl|after) (?:the )?{_RATE} (?:vat|tax|sales tax|gst)",
        _before,
        ("vat", "tax", "gst"),
    ),
    Intent(rf"(?:{_ASK} )?(?:the )?total (?:with|including|plus) (?:an? )?{_RATE} (?:tip|vat|tax) (?:on|for) {_BILL}", _with_tip, ("total",)),
    Intent(
        rf"(?:{_ASK} )?(?:the )?(?:price |amount |cost )?(?:of |is )?{_BILL} (?:before|without|excluding|minus|excl|less|ex|net of) (?:the )?{_RATE} (?:vat|tax|sales tax|gst)"
        rf"|(?:{_ASK} )?(?:the )?(?:price|amount|cost) (?:before|without|excluding) (?P<rr>{_N}) ?{_P} (?:vat|tax) (?:of|if it is|is) (?P<bb>{SUM})(?: (?:with|including) (?:it|vat|tax))?",
        lambda q, m: _before(q, also(m, bill="bb", rate="rr")),
        ("vat", "tax", "gst"),
    ),
    Intent(
        rf"(?:{_ASK} |can you )?(?:split|divide|share)(?:ing)?(?: up)? (?:an? |the )?(?:bill of |check of |tab of )?{_BILL}{_THING}(?: evenly| equally)?(?: (?:with|including|plus|and add) (?:an? )?{_RATE} tip)? (?:between|among|amongst|by|across|with|in|into|for)? ?(?:the )?{_PEOPLE}(?: (?:people|ways|persons|friends|of us|parts|roommates|guests|kids|children|families))?(?: (?:evenly|equally))?(?: (?:each|with (?:an? )?(?P<r2>{_N}) ?{_P} tip))?",
        lambda q, m: _split(q, also(m, rate="r2")) if re.search(rf"{_COIN}|people|ways|split|friends|persons|of us|bill|among|between", m[0]) else None,
        ("split", "divide", "shar"),
    ),
    Intent(
        rf"(?:{_ASK} )?{_BILL}{_THING} (?:split|divided|shared)(?: up)?(?: evenly| equally)? (?:between |among |amongst |by |across |with |in |into |for )?{_PEOPLE}(?: (?:people|ways|persons|friends|of us|parts))?(?: (?:evenly|equally|each))?",
        lambda q, m: _split(q, m) if re.search(r"people|ways|persons|friends|of us|split|shared", m[0]) else None,
        ("split", "divided", "shared"),
    ),
    Intent(rf"(?:{_ASK} )?(?:an? )?(?:price of |discount of )?(?:an? )?{_RATE} (?:off|discount|reduction|off of|discount on|discount off|discount from|markdown on)(?: on| of| from| off)?(?: an?| the)? {_BILL}(?: [a-z]+)?", lambda q, m: _off(q, m), (" off", "discount", "reduc", "markdown")),  # noqa: PLW0108  names the groups
    Intent(rf"(?:{_ASK} )?(?:the price of |the cost of )?(?:an? |the )?{_BILL}(?: [a-z]+){{0,2}} (?:at|with|after|minus|on sale for|is|less|discounted by|reduced by)(?: an?)? {_RATE}(?: off| discount| reduction| less| sale)?(?: be| cost)?", lambda q, m: _off(q, m) if re.search(r" off| discount|reduc| sale|minus|less", m[0]) else None, (" off", "discount", "reduc", "sale", "minus", "less")),
    Intent(
        rf"(?:{_ASK} )?(?:increase|raise|decrease|reduce|lower|cut|raising|increasing|reducing) (?P<bill>{SUM}) by {_RATE}|(?:{_ASK} )?(?P<b2>{SUM}) (?:increased|raised|decreased|reduced|lowered|cut|plus|minus) (?:by )?(?P<r2>{_N}) ?{_P}",
        lambda q, m: _changed(q, also(m, bill="b2", rate="r2")),
        ("%", "per"),
    ),
    Intent(
        rf"(?:{_ASK} )?(?:the )?(?:{_P}|percentage) (?:change|increase|decrease|difference|growth|drop|rise|of change|of increase) (?:from|between|if (?:something|it|a price) (?:goes|went|rises|rose|drops|fell) from|when going from|going from) (?P<a>{SUM}) (?:to|and) (?P<b>{SUM})",
        _percent_change,
        ("percent", "%", "per cent"),
    ),
    Intent(
        rf"(?:if )?(?:[a-z]+ ){{1,5}}?(?:went|goes|go|rose|fell|dropped|drops|falls|rises|increased|decreased|grew|changed|changes|jumped|climbed|was raised|was reduced|was cut)(?: up| down)? from (?P<a>{SUM}) to (?P<b>{SUM}) (?:by )?(?:what|how many|how much|which)(?: is)?(?: the| a)? (?:{_P}|percentage)(?: (?:increase|decrease|change|drop|rise|more|less|of an? (?:increase|decrease|change)|is (?:that|it|this)|was (?:that|it)|did it (?:go up|go down|change|rise|fall|grow)))*",
        _percent_change,
        ("percent", "%", "per cent"),
    ),
    Intent(rf"(?:by )?(?:what|how many|how much)(?: is the)? (?:{_P}|percentage)(?: of)?(?: increase| decrease| change| more| less| is it)? (?:is |did it (?:change|grow|rise|fall) )?(?:from|going from) (?P<a>{SUM}) to (?P<b>{SUM})", _percent_change, ("per", "%")),
    Intent(rf"by (?:what|how many|how much) (?:{_P}|percentage) (?:did|does|has|must|should|do) (?P<a>{SUM}) (?:go|gone|rise|increase|grow|fall|drop|decrease|change|be raised)(?: up| down)? to(?: get to| become| reach| make)? (?P<b>{SUM})", _percent_change, ("per", "%")),
    Intent(rf"(?P<part>{SUM}) is {_RATE} of (?:what|which number|what number)", _whole_of, ("of wh",)),
    Intent(rf"{_RATE} of (?:what|which|what number)(?: number)? is (?P<part>{SUM})", _whole_of, ("of wh",)),
    Intent(rf"(?:what )?(?:is )?(?P<part>{SUM}) (?:as an?|is what|in|out of) (?:{_P}|percentage|percent age)(?: of) (?P<whole>{SUM})", _percent_of, ("per", "%")),
    Intent(rf"(?:what|which|how much|how many) (?:{_P}|percentage)(?: of)? (?P<whole>{SUM}) (?:is|are) (?P<part>{SUM})", _percent_of, ("per", "%")),
    Intent(rf"(?:what|which|how much|how many) (?:{_P}|percentage) (?:is|are) (?P<part>{SUM}) (?:out )?(?:of|from) (?P<whole>{SUM})", _percent_of, ("per", "%")),
    Intent(rf"(?:what|which) (?:{_P}|percentage) (?:is|are) (?P<n>\(?\d+ ?/ ?\d+\)?|0?\.\d+)", _as_percent, ("per", "%")),
    Intent(rf"(?:what is |convert |express |write |how much is )?(?P<n>\(?\d+ ?/ ?\d+\)?|\d*\.\d+) (?:as an?|in|to an?|to|into an?) (?:{_P}|percentage)", _as_percent, ("per", "%")),
    Intent(rf"(?:what is |convert |express |write )?(?P<n>{_N}) ?{_P} (?:as an?|in|to an?|to|into an?) (?P<form>fraction|decimal|decimal number)", _percent_as, ("per", "%")),
    Intent(
        rf"(?:{_ASK} |if i invest |if i (?:save|put away|deposit) )?(?:the )?(?:(?:compound|simple)? ?interest (?:on |for )?)?{_BILL} (?:at|with|invested at|growing at|earning) {_RATE}(?: (?:interest|compound interest|simple interest|a year|per year|per annum|annual interest|annually|yearly|interest per year|compounded annually|compounded yearly))* (?:for|over|after|in) (?P<years>\d{{1,3}}) years?(?: (?:at )?(?:compound(?:ed)?|simple)(?: interest)?(?: (?:annually|yearly))?)?(?: (?:how much (?:do|will) i have|what do i (?:get|have)|worth))?",
        lambda q, m: _interest(q, m) if re.search(r"interest|invest|compound|save|deposit|a year|per year|annum|annual", m[0]) else None,
        ("interest", "invest", "compound", "year"),
    ),
    Intent(rf"(?:what (?:is|are|do)|how much (?:is|are|do|would|will|for)|what (?:would|will))? ?{_PEOPLE} (?:[a-z]+ ){{0,2}}(?:at|for|cost at|costing) {_BILL} (?:each|apiece|a piece|per piece|per item|a pop)(?: cost| be)?", _each, (" each", "piece", "per item", "a pop")),
)  # fmt: skip


def _tip_like(_question: Question, match: re.Match[str]) -> str:
    """Say a tax or a tip on a price, and the price with it."""
    (bill, coin), rate = amount(match["bill"]), Fraction(match["rate"])
    extra = bill * rate / 100
    return f"{spoken(rate)} percent of {money(bill, coin)} is {money(extra, coin)}, so {money(bill + extra, coin)} in all."
