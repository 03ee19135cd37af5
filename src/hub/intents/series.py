"""Work through numbers one by one: sums in steps, sorting, multiples, equal handfuls, rounding any sum."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import re
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

from hub.intents.calculator import NotReal, Parser, TooLarge, Value, decimal, root, spoken, tokenize
from hub.intents.integers import is_prime, roman
from hub.intents.intent import Intent, Question, also, given

if TYPE_CHECKING:
    from collections.abc import Callable

_N = r"-?\d{1,12}(?:\.\d{1,6})?"
_MOST = 50  # numbers in one answer


def value_of(text: str) -> Value | None:
    """Return the value of an expression in plain words; None when it is none, or a percentage."""
    try:
        value = Parser(tokenize(text) or []).parse()
    except (SyntaxError, TooLarge, NotReal, ZeroDivisionError):
        return None
    return None if value.percent else value


def _and(items: list[str]) -> str:
    return f"{', '.join(items[:-1])} and {items[-1]}" if len(items) > 1 else items[0]


# -- sums in steps ----------------------------------------------------------------------------------

_IT = r"(?: (?:it|that|this|the (?:result|answer|sum|total|product)|everything|by))*"
_STEP = re.compile(
    rf"(?P<verb>add|plus|subtract|take away|take off|take|minus|multiply|multiplied|times|divide|divided|double|halve|square|triple)(?:{_IT} (?P<n>{_N})(?: (?:to|from|away|off)(?: (?:it|that))?)?|{_IT})?(?: |$)"
)
_BY: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "add": lambda a, b: a + b, "plus": lambda a, b: a + b, "subtract": lambda a, b: a - b, "take": lambda a, b: a - b,
    "take away": lambda a, b: a - b, "take off": lambda a, b: a - b, "minus": lambda a, b: a - b, "multiply": lambda a, b: a * b,
    "multiplied": lambda a, b: a * b, "times": lambda a, b: a * b, "divide": lambda a, b: a / b, "divided": lambda a, b: a / b,
}  # fmt: skip
_ALONE: dict[str, Callable[[Fraction], Fraction]] = {
    "double": lambda a: 2 * a,
    "halve": lambda a: a / 2,
    "square": lambda a: a * a,
    "triple": lambda a: 3 * a,
}
_ASKED_LAST = r" (?:what (?:do (?:you|i|we) (?:get|have|end up with)|is (?:it|that|left|the (?:result|answer|total))|have i got)|how (?:much|many) (?:is (?:it|that|left)|do i have|are left|have i got)(?: left)?)(?: now| then| in the end)?$"
_FIRST = (
    (rf"(?:add|sum) (?P<a>{_N}) (?:and|to|plus) (?P<b>{_N})", "{a} + {b}"),
    (rf"multiply (?P<a>{_N}) (?:by|and|with) (?P<b>{_N})", "{a} * {b}"),
    (rf"divide (?P<a>{_N}) by (?P<b>{_N})", "{a} / {b}"),
    (rf"(?:subtract|take) (?P<a>{_N}) (?:away )?from (?P<b>{_N})", "{b} - {a}"),
    (rf"double (?P<a>{_N})", "2 * {a}"),
    (rf"halve (?P<a>{_N})", "{a} / 2"),
    (rf"square (?P<a>{_N})", "{a} ^ 2"),
    (
        rf"(?:start with|start at|begin with|take|if (?:i|you) (?:start with|take)|i have|from) (?P<a>{_N})",
        "{a}",
    ),
)


def _in_steps(_question: Question, match: re.Match[str]) -> str | None:
    """Reckon step by step: multiply 24 by 36 and then divide by 9."""
    value = next(
        (start for pattern, form in _FIRST if (start := _start(pattern, form, match["first"]))), None
    )
    value = value or value_of(match["first"])
    if value is None or not value.exact:
        return None
    total = value.number
    steps = re.sub(_ASKED_LAST, "", match["steps"])
    rest = re.sub(r"\b(?:and|then|now|after that|finally|next|also|you|i|we)\b", " ", steps)
    rest, at = " ".join(rest.split()), 0
    while at < len(rest):
        step = _STEP.match(rest, at)
        verb, number = (step["verb"], step["n"]) if step else ("", None)
        if not step or (verb in _ALONE) == bool(number):
            return None
        try:
            total = _BY[verb](total, Fraction(number)) if number else _ALONE[verb](total)
        except ZeroDivisionError:
            return None
        at = step.end()
    return f"That is {spoken(total)}." if total.numerator.bit_length() < 200 else None  # noqa: PLR2004


def _start(pattern: str, form: str, text: str) -> Value | None:
    found = re.fullmatch(pattern, text)
    return value_of(form.format(**found.groupdict())) if found else None


def _nested(_question: Question, match: re.Match[str]) -> str | None:
    """Reckon with a sum or a product inside: the sum of 14 and 27 divided by 2."""
    text = match["text"]
    text = re.sub(rf"(?:the )?sum of ({_N}) and ({_N})", r"( \1 + \2 )", text)
    text = re.sub(rf"(?:the )?product of ({_N}) and ({_N})", r"( \1 * \2 )", text)
    text = re.sub(rf"(?:the )?difference (?:between|of) ({_N}) and ({_N})", r"( \1 - \2 )", text)
    text = re.sub(rf"^(?:subtract|take)(?: away)? ({_N}) from (.+)$", r"\2 - \1", text)
    text = re.sub(
        rf"^(add|multiply|divide) (.+) (?:to|and|by) ({_N}|\(.+\))$",
        lambda m: f"{m[2]} {_SIGNS[m[1]]} {m[3]}",
        text,
    )
    value = value_of(text)
    return f"That is {spoken(value.number, exact=value.exact)}." if value else None


_SIGNS = {"add": "+", "multiply": "*", "divide": "/"}


def _halfway(_question: Question, match: re.Match[str]) -> str:
    return f"That is {spoken((Fraction(match['a']) + Fraction(match['b'])) / 2)}."


# -- rounding -------------------------------------------------------------------------------------

_NEAREST: dict[str, int | Fraction] = {"whole number": 1, "integer": 1, "whole": 1, "ten": 10, "hundred": 100, "thousand": 1000, "million": 10**6, "penny": Fraction(1, 100), "cent": Fraction(1, 100), "10th": Fraction(1, 10), "100th": Fraction(1, 100), "pound": 1, "dollar": 1, "euro": 1}  # fmt: skip


def _rounded(_question: Question, match: re.Match[str]) -> str | None:
    """Round a number or a sum: to places, to the nearest, up or down."""
    found = match.groupdict()
    value = value_of(found["sum"])
    if value is None or value.number < 0:
        return None
    if figures := found.get("figures"):
        return _to_figures(value.number, int(figures))
    places = int(found.get("places") or 0)
    near = found.get("near") or "whole"
    step = Fraction(1, 10**places) if places else Fraction(_NEAREST.get(near) or near)
    if not step:
        return None
    size = value.number / step
    way = (found.get("way") or "").strip()
    if way == "up" and "to" in match[0] and value.exact and size.denominator == 1:
        return None
    count = {"up": ceil, "down": floor}.get(way, lambda x: floor(x + Fraction(1, 2)))(size)
    text = decimal(count * step, 9)
    if places:
        text = text if "." in text else f"{text}."
        text = text.ljust(len(text.split(".")[0]) + 1 + places, "0")
    return f"That is {text}, rounded{f' {way}' if way else ''}."


def _to_figures(value: Fraction, figures: int) -> str | None:
    if not value or not 1 <= figures <= 12:  # noqa: PLR2004
        return None
    power = 0
    while value >= 10 ** (power + 1):
        power += 1
    while value < Fraction(10) ** power:
        power -= 1
    step = Fraction(10) ** (power - figures + 1)
    return f"That is {decimal(floor(value / step + Fraction(1, 2)) * step, 15)}, to {figures} significant figures."


# -- comparing --------------------------------------------------------------------------------------

_MORE = ("more", "greater", "bigger", "larger", "higher")


def _compared(_question: Question, match: re.Match[str]) -> str | None:
    """Compare what two expressions come to: is 15 percent of 200 more than 25."""
    a, b = value_of(match["a"]), value_of(match["b"])
    if a is None or b is None or not (a.exact and b.exact):
        return None
    verb = match["than"].split()[0]
    right = (
        a.number == b.number
        if verb in ("the", "equal", "same")
        else a.number > b.number
        if verb in _MORE
        else a.number < b.number
    )
    how = "equal to" if a.number == b.number else "greater than" if a.number > b.number else "less than"
    return f"{'Yes' if right else 'No'}, {spoken(a.number)} is {how} {spoken(b.number)}."


def _greater(_question: Question, match: re.Match[str]) -> str | None:
    a, b = value_of(match["a"]), value_of(match["b"])
    if a is None or b is None or not (a.exact and b.exact):
        return None
    if a.number == b.number:
        return "They are equal."
    first = (a.number > b.number) == (match["than"] in _MORE)
    return f"{match['a' if first else 'b'].capitalize()} is {match['than']}."


_KINDS: dict[str, Callable[[int], int]] = {
    "even": lambda k: 2 * k,
    "odd": lambda k: 2 * k - 1,
    "square": lambda k: k * k,
    "cube": lambda k: k**3,
    "triangular": lambda k: k * (k + 1) // 2,
}


def _of_kind(_question: Question, match: re.Match[str]) -> str | None:
    """List or count the even, odd, square, cube or triangular numbers: so many, up to, or between."""
    found = match.groupdict()
    term = _KINDS[found["kind"]]
    if nth := found.get("nth"):
        return f"That is {term(int(nth))}." if 0 < int(nth) <= 10**6 else None
    if count := found.get("count"):
        return (
            f"{_and([str(term(k)) for k in range(1, int(count) + 1)])}." if 0 < int(count) <= _MOST else None
        )
    low, high = int(found.get("low") or 1), int(found["high"])
    if high > 10**4:
        return None
    terms = [term(k) for k in range(1, high + 1) if low <= term(k) <= high]
    if match[0].startswith("how many"):
        ends = low in terms and found.get("low") and found["kind"] in ("even", "odd")
        return None if ends else f"There are {len(terms)}."  # "between" may leave its ends out
    return f"{_and([str(n) for n in terms])}." if 1 <= len(terms) <= _MOST else None


def _next_of(_question: Question, match: re.Match[str]) -> str | None:
    n, odd, up = (
        int(match["n"]),
        match["kind"] == "odd",
        match["way"] in ("after", "above", "from", "greater than"),
    )
    step = 1 if up else -1
    n += step
    return f"That is {n if n % 2 == odd else n + step}."


def _average_to(_question: Question, match: re.Match[str]) -> str | None:
    a, b = int(match["a"]), int(match["b"])
    return (
        f"The average of the whole numbers from {a} to {b} is {spoken(Fraction(a + b, 2))}."
        if a < b
        else None
    )


# -- lists ----------------------------------------------------------------------------------------


def _sorted(_question: Question, match: re.Match[str]) -> str | None:
    if " and " in match[0] and match[0].startswith("order") and "order " not in match[0][5:]:
        return None  # something to eat
    texts = re.findall(r"-?\d+(?:\.\d+)?(?:/[1-9]\d*)?", match["list"])
    if not 2 <= len(texts) <= _MOST:  # noqa: PLR2004
        return None
    down = re.search(
        r"descending|(?:largest|biggest|highest|greatest|high) (?:to|first)|decreasing|backwards", match[0]
    )
    return f"{', '.join(sorted(texts, key=Fraction, reverse=bool(down)))}."


def _multiples(_question: Question, match: re.Match[str]) -> str | None:
    n = int(match["n"])
    count = int(match["count"] or 0) or (int(match["top"] or 0) // n if n else 0) or 10
    return f"{_and([str(n * k) for k in range(1, count + 1)])}." if n and 1 <= count <= _MOST else None


def _counted(_question: Question, match: re.Match[str]) -> str | None:
    """Count from one number to another, by ones or more."""
    step = int(match["step"] or 1)
    first, last = int(match["a"] or step), int(match["b"])
    if not step or abs(first - last) // step > _MOST:
        return None
    way = 1 if first <= last else -1
    return f"{', '.join(map(str, range(first, last + way, way * step)))}."


_SKIP = {
    "2s": 2,
    "5s": 5,
    "10s": 10,
    "3s": 3,
    "4s": 4,
    "twos": 2,
    "threes": 3,
    "fours": 4,
    "fives": 5,
    "tens": 10,
    "hundreds": 100,
}


def _skipped(question: Question, match: re.Match[str]) -> str | None:
    step, top = _SKIP[match["by"]], int(match["b"])
    del question
    return f"{', '.join(map(str, range(step, top + 1, step)))}." if 1 <= top // step <= _MOST else None


def _count_primes(_question: Question, match: re.Match[str]) -> str | None:
    low, high = int(match["a"] or 2), int(match["b"])
    if high > 10**5 or (low == high):
        return None
    within = match["way"] in ("up to", "to")
    count = sum(is_prime(n) for n in range(max(low, 2), high + within))
    return f"There are {count}."


def _all_prime(_question: Question, match: re.Match[str]) -> str | None:
    values = [int(n) for n in re.findall(r"\d+", match["list"])]
    if max(values) > 10**10:
        return None
    others = [str(n) for n in values if not is_prime(n)]
    return (
        f"No, {_and(others)} {'is' if len(others) == 1 else 'are'} not prime."
        if others
        else "Yes, they are prime."
    )


def _romans(_question: Question, match: re.Match[str]) -> str | None:
    low, high = int(match["a"]), int(match["b"])
    return (
        f"{', '.join(roman(n) for n in range(low, high + 1))}."
        if 0 < low < high <= low + 30 and high < 4000  # noqa: PLR2004  the largest Roman numeral
        else None
    )


def _handful(_question: Question, match: re.Match[str]) -> str | None:
    """Share things that cannot be cut: so many each, so many left over."""
    things, people = int(match["n"]), int(match["people"])
    if not people or people > things or re.search(rf"{_COIN}|\d\.\d", match[0]):
        return None
    each, left = divmod(things, people)
    return f"That is {each} each{f', with {left} left over' if left else ''}."


_COIN = r"[$€£]|\b(?:dollars?|pounds?|euros?|bucks|quid|bill|cents?|pence|ounces|grams?|kilos?|litres?|hours?|minutes?|miles?|percent)\b"
_WHO = r"(?:people|kids|children|friends|boys|girls|students|pupils|guests|plates|bags|boxes|groups|teams|of us|of them|jars|bowls|piles|rows|families|classes|players|baskets)"


def _power_root(_question: Question, match: re.Match[str]) -> str | None:
    value = value_of(match["n"])
    found = root(value, 3 if match["kind"].startswith("cub") else 2) if value and value.number >= 0 else None
    return f"That is {spoken(found.number, exact=found.exact)}." if found else None


_ASK = r"(?:if (?:you|i|we) |how do (?:you|i) |what is |what are |how much is |calculate |work out |give me |find |tell me |list |say |name |show me |what do (?:i|you) get if (?:i|you) )?"
_LIST = rf"(?P<list>{_N}(?:/\d+)?(?:(?: and| or| ,)? {_N}(?:/\d+)?)+)"
_VERB = r"(?:add|plus|subtract|take away|minus|multiply|multiplied by|times|divide|divided by|double|halve|square|triple)"
_DIGITS = r"(?:decimal places?|decimals?|dp|decimal points?|places)"
INTENTS = (
    Intent(rf"{_ASK}(?P<first>.*?\d.*?) (?:and then|then|and(?= (?:you )?(?:plus|minus|times|double|halve|square|triple|divide|multiply|subtract|take|add)\b))(?P<steps> (?:you |i |we )?{_VERB}.*)", _in_steps, (" then ", " and ")),
    Intent(rf"{_ASK}(?P<text>.*\b(?:sum|product|difference) (?:of|between) {_N} and {_N}.*)", _nested, ("sum of", "product of", "difference ")),
    Intent(rf"{_ASK}(?:the )?(?:number )?(?:is )?(?:halfway|half way|midway|midpoint|middle|mid point|in the middle)(?: point)?(?: number)? (?:between|of|from) (?P<a>{_N}) (?:and|to) (?P<b>{_N})|what number is (?:halfway|half way|midway|exactly between|in the middle) (?:between|of) (?P<a2>{_N}) and (?P<b2>{_N})", lambda q, m: _halfway(q, also(m, a="a2", b="b2")), ("half", "mid", "exactly between")),
    Intent(rf"{_ASK}(?P<first>(?:start with|start at|begin with|take|if (?:i|you) (?:start with|take)) {_N})(?P<steps> {_VERB} .*)", _in_steps, ("start", "begin", "take")),
    Intent(rf"{_ASK}(?:round )?(?P<sum>.*\d.*?) (?:rounded )?(?:off )?(?P<way>up |down )?(?:correct )?(?:to )(?:(?P<places>\d) {_DIGITS}|the nearest (?P<near>{'|'.join(_NEAREST)}|\d{{1,7}}))", _rounded, ("nearest", "decimal", " dp", "places")),
    Intent(rf"{_ASK}(?:round )?(?P<sum>.*\d.*?) (?:rounded )?(?:correct )?to (?P<figures>\d{{1,2}}) (?:significant (?:figures?|digits?)|sig figs?)", _rounded, ("sig",)),
    Intent(rf"{_ASK}round(?: off)?(?P<way> up| down)? (?P<sum>{_N})|{_ASK}(?P<x>)", lambda q, m: _rounded(q, m) if m["sum"] else None, ("round",)),
    Intent(rf"{_ASK}round (?P<sum>{_N})(?P<way> up| down)?", _rounded, ("round",)),
    Intent(rf"{_ASK}(?:sort|order(?= \S+ \S+ \S)|put|arrange|rank)(?: the numbers| these numbers)? {_LIST}(?: (?:in|into|by|from|to|numerical|ascending|descending|increasing|decreasing|order|size|the|smallest|largest|biggest|lowest|highest|least|greatest|first|low|high))*", _sorted, ("sort", "order", "put", "arrange", "rank")),
    Intent(r"(?:is|are|does) (?P<a>.+?) (?P<than>more than|greater than|bigger than|larger than|higher than|less than|smaller than|lower than|the same as|equal to|equals?) (?P<b>.+)", _compared, ("than", "same", "equal")),
    Intent(r"(?:which|what)(?: number| one| 1)? is (?:the )?(?P<than>more|greater|bigger|larger|higher|less|smaller|lower) (?P<a>.+?) or (?P<b>.+)", _greater, (" or ",)),
    Intent(rf"{_ASK}(?:all )?(?:the )?(?:(?:first|1st) (?P<count>\d{{1,2}}) )?(?P<kind>even|odd|square|cube|triangular) numbers?(?: (?:between (?P<low>\d{{1,4}}) and|from (?P<low2>\d{{1,4}}) to|up to|to|below|under|less than) (?P<high>\d{{1,4}}))?", lambda q, m: _of_kind(q, also(m, low="low2")) if m["count"] or (m["high"] and "below" not in m[0] and "under" not in m[0] and "less" not in m[0]) else None, (" number",)),
    Intent(r"how many (?P<kind>even|odd|square|cube|triangular) numbers (?:are )?(?:there )?(?:between (?P<low>\d{1,4}) and|from (?P<low2>\d{1,4}) to|up to) (?P<high>\d{1,4})", lambda q, m: _of_kind(q, also(m, low="low2")), (" number",)),
    Intent(rf"{_ASK}(?:the )?(?P<nth>\d{{1,6}})(?:st|nd|rd|th) (?P<kind>even|odd|square|cube|triangular|triangle) number", lambda q, m: _of_kind(q, given(m, kind=m["kind"].replace("triangle", "triangular"))), (" number",)),
    Intent(rf"{_ASK}(?:the )?(?:next|1st|first|nearest|previous|last) (?P<kind>even|odd) number (?P<way>after|before|above|below|from) (?P<n>\d{{1,12}})", _next_of, (" number",)),
    Intent(rf"{_ASK}(?:the )?(?:average|mean) of (?:all )?(?:the )?(?:whole )?(?:numbers |integers )?(?:from )?(?P<a>\d{{1,9}}) (?:to|through) (?P<b>\d{{1,9}})", _average_to, ("average", "mean")),
    Intent(rf"{_ASK}(?:all )?(?:the )?(?:(?:first|1st) (?P<count>\d{{1,2}}) )?multiples of (?P<n>\d{{1,6}})(?: (?:up to|below|to|until) (?P<top>\d{{1,6}}))?", _multiples, ("multiples",)),
    Intent(r"count(?: up| down| backwards)? from (?P<a>\d{1,5}) (?:up |down |back )?to (?P<b>\d{1,5})(?: (?:by|in) (?P<step>\d{1,3})s?)?", _counted, ("count",)),
    Intent(rf"count (?:up )?(?:by|in) (?P<by>{'|'.join(_SKIP)})(?: up)? to (?P<b>\d{{1,4}})|count (?:up )?to (?P<c>\d{{1,4}}) (?:by|in) (?P<by2>{'|'.join(_SKIP)})", lambda q, m: _skipped(q, m) if m["by"] else None, ("count",)),
    Intent(r"how many primes?(?: numbers?)? (?:are there )?(?P<way>under|below|less than|up to|between (?P<a>\d{1,5}) and|smaller than|from (?P<a2>\d{1,5}) to) (?P<b>\d{1,6})", lambda q, m: _count_primes(q, m) if not m["a2"] else None, ("prime",)),
    Intent(r"are (?:both )?(?P<list>\d{1,11}(?:(?: and)? \d{1,11})+) (?:both |all )?prime(?: numbers?)?", _all_prime, ("prime",)),
    Intent(rf"{_ASK}(?:the )?roman numerals (?:from )?(?P<a>\d{{1,4}}) (?:to|through) (?P<b>\d{{1,4}})", _romans, ("roman",)),
    Intent(rf"{_ASK}(?:if (?:i|we) )?(?:share|divide|split|deal|hand out|sharing|dividing|distribute)(?: out| up)? (?P<n>\d{{1,6}}) (?:[a-z]+ ){{1,3}}?(?:equally |evenly )?(?:between|among|amongst|by|into|across) (?P<people>\d{{1,4}}) {_WHO}(?: (?:equally|evenly|how many|how much|each|do|does|will|would|get|gets|they|each 1|child|kid|person|have|is|that|there|are|we))*", _handful, ("shar", "divid", "split", "deal", "hand", "distribute")),
    Intent(rf"(?:(?:i have |there are |we have |if i have )(?=.* and )|(?!.* and ))(?P<n>\d{{1,6}}) (?:[a-z]+ ){{1,3}}?(?:for|and|to share between|to share among|between|among) (?P<people>\d{{1,4}}) {_WHO} (?:how many (?:do|does|will|would|can|for|is)?(?: they| each)?(?: each)?(?: get| have| 1| child| kid| person)*|how many each)|how many(?: [a-z]+)? (?:each|does each(?: [a-z]+)? get|do they each get) (?:if|when) (?P<n2>\d{{1,6}}) (?:[a-z]+ ){{1,3}}?(?:are |is )?(?:shared|divided|split) (?:equally |evenly )?(?:by|between|among|amongst) (?P<people2>\d{{1,4}}) {_WHO}", lambda q, m: _handful(q, also(m, n="n2", people="people2")) if "each" in m[0] or "they" in m[0] else None, ("how many",)),
    Intent(rf"(?:if )?(?P<n>\d{{1,6}}) (?:[a-z]+ ){{1,3}}?(?:is |are )?(?:shared|divided|split)(?: out| up)?(?: equally| evenly)? (?:between|among|amongst|by|into) (?P<people>\d{{1,4}}) {_WHO}(?: (?:equally|evenly|how many|how much|each|do|does|will|would|get|gets|they|each 1|child|kid|person|have|is|that|there|are|we))*", _handful, ("shared", "divided", "split")),
)  # fmt: skip
