"""Know whole numbers: primes, factors, Roman numerals, bases, rounding, fractions and simple equations."""

# ruff: noqa: E501  a pattern reads best in one line

from __future__ import annotations

import re
from fractions import Fraction
from math import comb, gcd, isqrt, lcm, perm, prod
from statistics import median as middle
from typing import TYPE_CHECKING

from hub.intents.calculator import PI, NotReal, Parser, TooLarge, decimal, grouped, spoken, tokenize
from hub.intents.intent import Intent, Question, also, given
from hub.intents.numbers import ending, in_words

if TYPE_CHECKING:
    from collections.abc import Callable

_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip
_BASES = {
    "binary": 2,
    "base 2": 2,
    "octal": 8,
    "base 8": 8,
    "hex": 16,
    "hexadecimal": 16,
    "base 16": 16,
    "decimal": 10,
    "base 10": 10,
}
_POWERS = {"ten": "10", "hundred": "100", "thousand": "1000", "million": "1000000", "billion": "1000000000"}
_N = r"-?\d{1,15}(?:\.\d{1,9})?"
_FORMS = {2: "b", 8: "o", 16: "X", 10: "d"}
_NAMES = {2: "binary", 8: "octal", 16: "hexadecimal", 10: "decimal"}


def roman(n: int) -> str:
    """Write 1 to 3999 in Roman numerals."""
    text = ""
    for value, letters in _ROMAN:
        text += letters * (n // value)
        n %= value
    return text


def from_roman(text: str) -> int | None:
    """Read Roman numerals in their usual form; None for anything else."""
    values = {"M": 1000, "D": 500, "C": 100, "L": 50, "X": 10, "V": 5, "I": 1}
    if not text or set(text) - set(values):
        return None
    total = 0
    for here, after in zip(text, [*text[1:], ""], strict=True):
        total += -values[here] if values[here] < values.get(after, 0) else values[here]
    return total if 0 < total < 4000 and roman(total) == text else None  # noqa: PLR2004


def factors(n: int) -> list[int]:
    """Return the prime factors of ``n`` >= 2, smallest first."""
    found: list[int] = []
    k = 2
    while k * k <= n:
        while n % k == 0:
            found.append(k)
            n //= k
        k += 1
    return [*found, n] if n > 1 else found


def is_prime(n: int) -> bool:
    """Say whether ``n`` is prime; by trial, so for up to some 10^10."""
    return n > 1 and all(n % k for k in range(2, isqrt(n) + 1))


def _and(items: list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _ints(text: str) -> list[int]:
    return [int(n) for n in re.findall(r"\d{1,15}", text)]


def _to_roman(_question: Question, match: re.Match[str]) -> str | None:
    n = int(match["n"])
    return f"{n} is {roman(n)} in Roman numerals." if 0 < n < 4000 else "Roman numerals go from 1 to 3999."  # noqa: PLR2004


def _of_roman(_question: Question, match: re.Match[str]) -> str | None:
    text = match["roman"].upper().replace(" ", "")
    n = from_roman(text)
    sure = (
        re.search("roman|what (?:number|year) is", match[0])
        or len(text) > 2  # noqa: PLR2004
        or text in ("IV", "IX", "VI", "XI", "II", "XV", "XX", "VII")
    )
    return f"{text} is {n}." if n and sure else None


def _in_base(_question: Question, match: re.Match[str]) -> str | None:
    base = _BASES[match["base"]]
    text = match["n"]
    if base == 10 and set(text) <= {"0", "1"}:  # noqa: PLR2004  1010 in decimal must have been binary
        return f"{text} in binary is {int(text, 2)} in decimal."
    return f"{text} is {int(text):{_FORMS[base]}} in {_NAMES[base]}." if base != 10 else None  # noqa: PLR2004


def _from_base(_question: Question, match: re.Match[str]) -> str | None:
    found = match.groupdict()
    source = _BASES[
        found.get("source") or found.get("source2") or ("hex" if match["n"].startswith("0x") else "binary")
    ]
    target = _BASES[found.get("target") or "decimal"]
    text = re.sub(r"^0[xb]", "", match["n"].replace(" ", ""))
    try:
        value = int(text, source)
    except ValueError:
        return None
    if value >= 10**18:
        return None
    return f"{text.upper()} in {_NAMES[source]} is {value:{_FORMS[target]}} in {_NAMES[target]}."


def _prime(_question: Question, match: re.Match[str]) -> str | None:
    n = int(match["n"])
    if n > 10**10:
        return None
    factor = next((k for k in range(2, isqrt(n) + 1) if n % k == 0), None)
    if n < 2:  # noqa: PLR2004
        return f"No, {n} is not a prime number."
    return f"No, {n} is not prime: {factor} divides it." if factor else f"Yes, {n} is a prime number."


def _next_prime(_question: Question, match: re.Match[str]) -> str | None:
    n, up = (
        int(match["n"]),
        match["way"] in ("after", "greater than", "above", "larger than", "bigger than", "following"),
    )
    if n > 10**8:
        return None
    step = 1 if up else -1
    k = n + step
    while k > 1 and not is_prime(k):
        k += step
    if k < 2:  # noqa: PLR2004
        return f"There is no prime number below {n}."
    return f"The {'next' if up else 'largest'} prime {'after' if up else 'below'} {n} is {k}."


def _primes(_question: Question, match: re.Match[str]) -> str | None:
    found = match.groupdict()
    if found.get("nth"):
        wanted = int(found["nth"])
        if not 1 <= wanted <= 1000:  # noqa: PLR2004
            return None
        return f"The {wanted}{ending(wanted)} prime number is {_first_primes(wanted)[-1]}."
    if found.get("count"):
        count = int(found["count"])
        return f"{_and([str(p) for p in _first_primes(count)])}." if 1 <= count <= 25 else None  # noqa: PLR2004
    below, least = int(found["below"]), int(found.get("least") or 2)
    if below > 200:  # noqa: PLR2004  too many to say
        return None
    primes = [str(n) for n in range(max(2, least), below + 1) if is_prime(n)]
    return f"{_and(primes)}." if primes else None


def _first_primes(count: int) -> list[int]:
    found: list[int] = []
    n = 2
    while len(found) < count:
        if is_prime(n):
            found.append(n)
        n += 1
    return found


def _factors(_question: Question, match: re.Match[str]) -> str | None:
    n = int(match["n"])
    if not 1 <= n <= 10**9:
        return None
    if "prime" in match[0]:
        return (
            f"{n} is {' times '.join(map(str, factors(n)))}."
            if n > 1 and not is_prime(n)
            else f"{n} is a prime number itself."
            if n > 1
            else None
        )
    all_of = sorted({d for k in range(1, isqrt(n) + 1) if n % k == 0 for d in (k, n // k)})
    if match[0].startswith("how many"):
        return f"{n} has {len(all_of)} factor{'' if len(all_of) == 1 else 's'}."
    return f"The factors of {n} are {_and(list(map(str, all_of)))}." if len(all_of) <= 40 else None  # noqa: PLR2004


def _gcd(_question: Question, match: re.Match[str]) -> str | None:
    numbers = _ints(match["list"])
    if len(numbers) < 2 or 0 in numbers:  # noqa: PLR2004
        return None
    multiple = "multiple" in match[0] or "lcm" in match[0] or "denominator" in match[0]
    value = lcm(*numbers) if multiple else gcd(*numbers)
    if value > 10**18:
        return None
    name = "least common multiple" if multiple else "greatest common divisor"
    return f"The {name} of {_and([str(n) for n in numbers])} is {grouped(value)}."


def _divisible(_question: Question, match: re.Match[str]) -> str | None:
    a, b = int(match["a"]), int(match["b"])
    if not b:
        return "Nothing can be divided by zero, so that has no answer."
    return f"{'Yes' if a % b == 0 else 'No'}, {a} divided by {b} is {spoken(Fraction(a, b))}."


def _is_factor(_question: Question, match: re.Match[str]) -> str | None:
    a, b = int(match["a"]), int(match["b"])
    if not a or not b:
        return None
    divides = b % a == 0 if match["what"] in ("factor", "divisor") else a % b == 0
    return f"{'Yes' if divides else 'No'}, {max(a, b)} divided by {min(a, b)} is {spoken(Fraction(max(a, b), min(a, b)))}."


def _square(_question: Question, match: re.Match[str]) -> str | None:
    n = int(match["n"])
    if "cube" in match["kind"]:
        near = round(n ** (1 / 3))
        whole = next((r for r in (near - 1, near, near + 1) if r**3 == n), None)
        return f"Yes, {n} is {whole} cubed." if whole is not None else f"No, {n} is not a perfect cube."
    root = isqrt(n)
    return f"Yes, {n} is {root} squared." if root * root == n else f"No, {n} is not a perfect square."


def _fibonacci(_question: Question, match: re.Match[str]) -> str | None:
    n = int(match["n"])
    if not 1 <= n <= 200:  # noqa: PLR2004
        return None
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return f"The {n}{ending(n)} Fibonacci number is {grouped(a)}, counted from 1 and 1."


def _choose(_question: Question, match: re.Match[str]) -> str | None:
    n, k = int(match["n"]), int(match["k"])
    if k > n or n > 300:  # noqa: PLR2004
        return None
    ordered = "permut" in match[0]
    value = perm(n, k) if ordered else comb(n, k)
    return f"That is {grouped(value)}." if value < 10**60 else None


def _arrange(_question: Question, match: re.Match[str]) -> str | None:
    n = int(match["n"])
    return f"{n} factorial, that is {grouped(prod(range(1, n + 1)))}." if 1 <= n <= 30 else None  # noqa: PLR2004


_STATISTICS: dict[str, Callable[[list[Fraction]], Fraction]] = {
    "median": lambda t: Fraction(middle(t)),
    "range": lambda t: max(t) - min(t),
    "product": lambda t: prod(t, start=Fraction(1)),
    **dict.fromkeys(("mean", "average"), lambda t: sum(t, Fraction(0)) / len(t)),
    **dict.fromkeys(("sum", "total"), lambda t: sum(t, Fraction(0))),
    **dict.fromkeys(("largest", "biggest", "maximum", "highest", "greatest", "max"), max),
    **dict.fromkeys(("smallest", "minimum", "lowest", "min", "least"), min),
}


def _statistic(_question: Question, match: re.Match[str]) -> str | None:
    terms = [Fraction(t) for t in re.findall(_N, match["list"])]
    if len(terms) < 2:  # noqa: PLR2004
        return None
    kind = match["kind"]
    listed = _and([spoken(t) for t in terms])
    if kind == "mode":
        most = max(terms.count(t) for t in terms)
        modes = sorted({t for t in terms if terms.count(t) == most})
        if most == 1:
            return f"Each of {listed} comes once, so there is no mode."
        return f"The mode of {listed} is {_and([spoken(t) for t in modes])}."
    value = _STATISTICS[kind](terms)
    return f"The {kind} of {listed} is {spoken(value)}."


def _sum_to(_question: Question, match: re.Match[str]) -> str | None:
    a, b = int(match["a"]), int(match["b"])
    if not a < b <= 10**9:
        return None
    return f"The sum of the whole numbers from {a} to {b} is {grouped((a + b) * (b - a + 1) // 2)}."


def _round(_question: Question, match: re.Match[str]) -> str | None:
    value, found = Fraction(match["n"]), match.groupdict()
    if places := found.get("places"):
        digits = int(places)
        if digits > 9:  # noqa: PLR2004
            return None
        step = Fraction(1, 10**digits)
    else:
        step = _STEPS.get(found["nearest"] or "whole number") or Fraction(found["nearest"])
    if not step:
        return None
    size = abs(value) / step
    count = int(size + Fraction(1, 2))  # a half goes up, as one learns at school
    result = count * step * (-1 if value < 0 else 1)
    text = decimal(abs(result), 9)
    if places and "." in text:
        text = text.ljust(len(text.split(".")[0]) + 1 + int(places), "0")
    return f"{match['n']} rounded is {'minus ' if result < 0 else ''}{text}."


_STEPS = {
    "whole number": Fraction(1), "integer": Fraction(1), "1": Fraction(1), "unit": Fraction(1), "10": Fraction(10), "ten": Fraction(10), "hundred": Fraction(100), "100": Fraction(100),
    "thousand": Fraction(1000), "1000": Fraction(1000), "10th": Fraction(1, 10), "tenth": Fraction(1, 10), "100th": Fraction(1, 100), "1000th": Fraction(1, 1000), "half": Fraction(1, 2), "quarter": Fraction(1, 4), "million": Fraction(10**6), "1000000": Fraction(10**6),
}  # fmt: skip


def _simplify(_question: Question, match: re.Match[str]) -> str | None:
    a, b = int(match["a"]), int(match["b"])
    if not b:
        return None
    top, bottom = a // gcd(a, b), b // gcd(a, b)
    if ":" in match[0] or "ratio" in match[0] or f"{a} to {b}" in match[0]:
        return f"{a} to {b} is {top} to {bottom} ({top}:{bottom})."
    if bottom == 1:
        return f"{a}/{b} is {top}."
    return f"{a}/{b} is {top}/{bottom}{' already' if top == a else ''}."


def _as_fraction(_question: Question, match: re.Match[str]) -> str:
    value = Fraction(match["n"])
    return f"{match['n']} is {value} as a fraction."


def _as_decimal(_question: Question, match: re.Match[str]) -> str | None:
    try:
        value = Fraction(match["n"].strip("()").replace(" ", ""))
    except ZeroDivisionError:
        return "Nothing can be divided by zero, so that has no answer."
    text = spoken(value)
    return (
        f"{match['n'].strip('()')} is {'about ' + text.rsplit('about ', 1)[1] if 'about' in text else text}."
    )


def _spoken_fraction(_question: Question, match: re.Match[str]) -> str:
    top, bottom = 1 if match["top"].startswith("a") else int(match["top"]), int(match["bottom"])
    value = Fraction(top, bottom) * (1 if match["form"] == "decimal" else 100)
    text = spoken(value)
    text = "about " + text.rsplit("about ", 1)[1] if "about" in text else text
    return f"{top}/{bottom} is {text}{'' if match['form'] == 'decimal' else ' percent'}."


def _ratio(_question: Question, match: re.Match[str]) -> str | None:
    total, parts = Fraction(match["n"]), [int(p) for p in re.findall(r"\d+", match["ratio"])]
    if len(parts) < 2 or not sum(parts):  # noqa: PLR2004
        return None
    shares = [spoken(total * part / sum(parts)) for part in parts]
    return f"That is {_and(shares)}."


def _zeros(_question: Question, match: re.Match[str]) -> str | None:
    n = match["n"]
    count = len(n) - len(n.rstrip("0"))
    return (
        f"{in_words(int(n)).capitalize()} has {count} zero{'' if count == 1 else 's'}."
        if n.startswith("1") and set(n[1:]) <= {"0"}
        else None
    )


def _how_many_in(_question: Question, match: re.Match[str]) -> str | None:
    a, b = int(match["a"]), int(match["b"])
    return f"There are {grouped(b // a)} of them." if a and b % a == 0 and b > a else None


def _words(_question: Question, match: re.Match[str]) -> str | None:
    n = int(match["n"])
    return f"{n}: {in_words(n)}." if n < 10**15 else None


def _neighbour(_question: Question, match: re.Match[str]) -> str:
    n, up = int(match["n"]), match["way"] in ("after", "follows", "comes after")
    return f"{n + 1 if up else n - 1}."


def _pi(_question: Question, match: re.Match[str]) -> str | None:
    places = int(match["n"] or 5)
    return f"Pi is about {decimal(PI, places)}." if 1 <= places <= 30 else None  # noqa: PLR2004  as many as are known here


def _table(_question: Question, match: re.Match[str]) -> str | None:
    n = int(match["n"])
    return ", ".join(f"{k} times {n} is {k * n}" for k in range(1, 11)) + "." if 1 <= n <= 100 else None  # noqa: PLR2004


def _linear(letter: str, equation: str) -> str | None:
    """Solve an equation of the first degree in one unknown, and check what came out."""
    text = re.sub(r"\bequals?\b|\bis equal to\b|\bis\b", "=", equation)
    text = re.sub(
        rf"(\d) ?{letter}\b",
        r"\1 * @",
        re.sub(rf"\b{letter}\b", "@", re.sub(rf"(\d){letter}\b", r"\1 * @", text)),
    )
    if (
        text.count("=") != 1
        or "@" not in text
        or re.search(r"\^|squared|cubed|root|/ ?\(?.*@|divided by.*@|%", text)
    ):
        return None
    left, right = text.split("=")
    values = [v for at in (0, 1, 2, 5) if (v := _difference(left, right, Fraction(at))) is not None]
    if len(values) < 4:  # noqa: PLR2004  one of the four could not be reckoned
        return None
    at0, at1, at2, at5 = values
    slope = at1 - at0
    if not slope or at2 != at0 + 2 * slope or at5 != at0 + 5 * slope:
        return None
    answer = -at0 / slope
    return f"{letter} is {spoken(answer)}." if _difference(left, right, answer) == 0 else None


def _difference(left: str, right: str, at: Fraction) -> Fraction | None:
    sides = []
    for side in (left, right):
        try:
            value = Parser(tokenize(side.replace("@", f"({at.numerator}/{at.denominator})")) or []).parse()
        except (SyntaxError, TooLarge, NotReal, ZeroDivisionError):
            return None
        if not value.exact or value.percent:
            return None
        sides.append(value.number)
    return sides[0] - sides[1]


_LIST = rf"(?P<list>{_N}(?:(?: and| ,)? {_N})+)"
_ASK = r"(?:what is|what are|what is the value of|calculate|find|give me|work out|compute|convert|write|express|how do you (?:write|say)|what does|how much is)"
_BASE = "|".join(sorted(_BASES, key=len, reverse=True))
_ROMANS = r"(?:roman numerals?|roman numbers?|roman|roman numeral form)"
INTENTS = (
    Intent(rf"(?:{_ASK} )?(?:the )?(?:number |year )?(?P<n>\d{{1,6}}) (?:in|to|as|into|using)(?: an?)? {_ROMANS}", _to_roman, ("roman",)),
    Intent(rf"(?:what is )?(?:the )?{_ROMANS} (?:for|of) (?:the number )?(?P<n>\d{{1,6}})", _to_roman, ("roman",)),
    Intent(rf"(?:what (?:number |year )?(?:is|does|are)|convert|what is the value of|how much is|read) (?:the )?(?:{_ROMANS} )?(?P<roman>[ivxlcdm]{{2,15}}|(?<=numeral )[ivxlcdm])(?: (?:mean|equal|stand for|represent|make))?(?: (?:in|to|as|into) (?:an? )?(?:roman numerals|roman|numbers?|arabic numerals|decimal|normal numbers|digits|modern numbers|regular numbers))?(?: (?:mean|equal|stand for))?", _of_roman),
    Intent(rf"(?:{_ASK} )?(?:the number |decimal )?(?P<n>\d{{1,18}})(?: decimal)? (?:in|to|into|as) (?P<base>{_BASE})", _in_base),
    Intent(rf"(?:{_ASK} )?(?:the )?(?P<source>{_BASE})(?: number)? (?P<n>[0-9a-f]{{1,15}}) (?:in|to|into|as)(?: an?)? (?P<target>{_BASE})(?: number)?", _from_base),
    Intent(rf"(?:{_ASK} )?(?P<n>(?:0[xb])?[0-9a-f]{{1,16}}) (?:in |from )?(?P<source>{_BASE}) (?:in|to|into|as) (?P<target>{_BASE})", _from_base),
    Intent(rf"(?:{_ASK} )?(?P<n>0x[0-9a-f]{{1,15}}|0b[01]{{1,60}})(?: (?:in|to|into|as) (?P<target>{_BASE}))?", _from_base),
    Intent(r"(?:what is )?(?:the )?(?P<source>binary|hex|hexadecimal|octal) (?:number )?(?P<n>[0-9a-f]{1,15})(?: equal| as a number)?", lambda q, m: _from_base(q, m) if re.search(r"\d", m["n"]) else None, ("binary", "hex", "octal")),
    Intent(r"(?:is|are) (?:the number )?(?P<n>\d{1,11}) (?:an? )?prime(?: number)?(?: or not| or composite)?", _prime, ("prime",)),
    Intent(r"(?:what is |which is |find )?(?:the )?(?:next|first|largest|biggest|highest|previous|last|smallest|nearest)? ?prime(?: number)? (?:that is |which comes |number )?(?P<way>after|greater than|above|larger than|bigger than|following|before|below|less than|smaller than|under) (?P<n>\d{1,8})", _next_prime, ("prime",)),
    Intent(r"(?:what is |which is )?(?:the )?(?P<nth>\d{1,4})(?:st|nd|rd|th) prime(?: number)?", _primes, ("prime",)),
    Intent(r"(?:what are |list |give me |name |tell me |say )?(?:the )?(?:first|1st) (?P<count>\d{1,2}) primes?(?: numbers?)?", _primes, ("prime",)),
    Intent(r"(?:what are |list |give me |name )?(?:all )?(?:the )?primes?(?: numbers?)? (?:below|under|less than|up to|smaller than|between (?P<least>\d{1,3}) and|from (?P<l2>\d{1,3}) to) (?P<below>\d{1,3})", lambda q, m: _primes(q, m) if not m["l2"] else None, ("prime",)),
    Intent(rf"(?:{_ASK} )?(?:all )?(?:the )?(?:prime )?(?:factors|divisors|factorization|factorisation|factor) (?:of|for) (?P<n>\d{{1,9}})|how many (?:factors|divisors) does (?P<n2>\d{{1,9}}) have", lambda q, m: _factors(q, also(m, n="n2")), ("factor", "divisor")),
    Intent(rf"(?:{_ASK} )?(?:the )?(?:greatest|highest|largest|biggest|least|lowest|smallest)? ?(?:common (?:divisor|factor|denominator|multiple)|gcd|gcf|hcf|lcm|lcd) (?:of|for|between) (?P<list>\d{{1,12}}(?:(?: and)? \d{{1,12}})+)", _gcd, ("common", "gcd", "gcf", "hcf", "lcm", "lcd")),
    Intent(r"is (?P<a>\d{1,30}) (?:evenly )?(?:divisible|dividable) by (?P<b>\d{1,30})|(?:does|is) (?P<b2>\d{1,30}) (?:evenly )?divide(?:s)? (?:evenly )?(?:into )?(?P<a2>\d{1,30})(?: evenly)?", lambda q, m: _divisible(q, also(m, a="a2", b="b2")), ("divi",)),
    Intent(r"is (?P<a>\d{1,12}) an? (?P<what>multiple|factor|divisor) of (?P<b>\d{1,12})", _is_factor, (" of ",)),
    Intent(r"is (?P<n>\d{1,15}) an? (?P<kind>perfect square|square number|square|perfect cube|cube number|cube)", _square, ("square", "cube")),
    Intent(r"(?:what is )?(?:the )?(?P<n>\d{1,3})(?:st|nd|rd|th)? (?:fibonacci number|number (?:in|of) the fibonacci (?:sequence|series)|term of the fibonacci sequence)|fibonacci (?:number|of) (?P<n2>\d{1,3})", lambda q, m: _fibonacci(q, m) if m["n"] else None, ("fibonacci",)),
    Intent(rf"(?:{_ASK} )?(?P<n>\d{{1,3}}) (?:choose|permute) (?P<k>\d{{1,3}})|(?:{_ASK} |how many (?:combinations|permutations) (?:of|are there (?:of|for)|are there choosing) )(?P<k2>\d{{1,3}})(?: items| things| people)? (?:from|out of|chosen from) (?P<n2>\d{{1,3}})(?: items| things| people)?", lambda q, m: _choose(q, also(m, n="n2", k="k2")) if re.search("choose|combin|permut", m[0]) else None, ("choose", "combin", "permut")),
    Intent(r"(?:in )?how many (?:different )?ways (?:can (?:you|i|we) |are there to |to )?(?:arrange|order|line up|sort) (?P<n>\d{1,2}) (?:books|people|items|things|objects|letters|cards|different [a-z]+)(?: be arranged)?(?: in a (?:row|line))?(?: on a shelf)?", _arrange, ("ways",)),
    Intent(rf"(?:{_ASK} |which (?:number |1 )?is )?(?:the )?(?P<kind>median|mode|range|mean|average|sum|total|product|largest|biggest|maximum|highest|greatest|max|smallest|minimum|lowest|min|least)(?: number| value)?(?: of| among| between| in| from)?(?: the numbers)? {_LIST}", lambda q, m: _statistic(q, m) if not re.search(r" and [\d.]+ and | between ", m[0]) else None),
    Intent(r"(?:what is |calculate |add )?(?:the )?(?:sum of )?(?:all )?(?:the )?(?:whole |natural |positive )?(?:numbers|integers)?(?: from)? ?(?P<a>\d{1,9}) (?:to|through) (?P<b>\d{1,9})|(?:what is )?(?:the )?sum of (?:the )?(?:first|1st) (?P<n>\d{1,9}) (?:whole |natural |positive )?(?:numbers|integers)", lambda q, m: _sum_to(q, m if m["a"] else given(m, a="1", b=m["n"])) if re.search(r"sum|add .*(?:numbers|integers)", m[0]) else None, ("numbers", "integers", "sum")),
    Intent(rf"(?:what is )?(?:round(?:ed)? )?(?P<n>{_N}) ?(?:rounded )?(?:up |off )?to (?:the )?(?:nearest (?P<nearest>whole number|integer|unit|10th|100th|1000th|tenth|ten|hundred|thousand|million|half|quarter|\d{{1,7}})|(?P<places>\d) (?:decimal places?|decimals?|places|dp))", lambda q, m: _round(q, m) if "round" in m[0] else None, ("round",)),
    Intent(rf"round (?P<n>{_N})", lambda q, m: _round(q, given(m, places=None, nearest=None)), ("round",)),
    Intent(r"(?:what is |can you )?(?:simplify|reduce|the simplest form of|the lowest terms of|simplify the fraction|simplify the ratio|reduce the fraction)(?: the)?(?: fraction| ratio)? \(?(?P<a>\d{1,12}) ?(?:/|:|over|to|divided by) ?(?P<b>\d{1,12})\)?(?: to (?:its |the )?(?:lowest terms|simplest form))?", _simplify),
    Intent(
        r"(?:what is )?(?:the )?(?:ratio |fraction )?(?:of )?(?P<a>\d{1,12}) ?(?:/|:|over|to) ?(?P<b>\d{1,12}) (?:simplified|reduced|in (?:its |the )?(?:simplest|lowest) (?:form|terms)|as a simple ratio)(?P<ratio>)",
        _simplify,
        ("simpl", "reduced", "lowest"),
    ),
    Intent(rf"(?:{_ASK} )?(?P<n>\d*\.\d{{1,9}}) (?:as|to|into|in)(?: an?)? (?:simplified )?fraction(?: form)?", _as_fraction, ("fraction",)),
    Intent(rf"(?:{_ASK} )?(?P<n>\(?\d{{1,9}} ?/ ?\d{{1,9}}\)?) (?:as|to|into|in)(?: an?)? decimal(?: number| form)?", _as_decimal, ("decimal",)),
    Intent(rf"(?:{_ASK} )?(?P<top>an?|\d{{1,3}}) (?P<bottom>\d{{1,3}})(?:rd|th|st|nd)s? (?:as|to|into|in)(?: an?)? (?P<form>decimal|percent|percentage|%)", _spoken_fraction, ("decimal", "per", "%")),
    Intent(rf"(?:{_ASK} )?(?:divide|split|share)? ?(?:[$€£])?(?P<n>\d{{1,12}}(?:\.\d{{1,4}})?)(?: dollars| euros| pounds)? (?:divided |split |shared )?(?:in|into|by) (?:the |a )?ratio(?: of)? (?P<ratio>\d{{1,4}}(?: ?(?::|to) ?\d{{1,4}})+)", _ratio, ("ratio",)),
    Intent(r"how many (?:zeros|zeroes|0s|noughts)(?: are| does)?(?: there)?(?: in)? (?:a |1 )?(?P<n>\d{3,30})(?: have| has)?", _zeros, ("zero", "0s", "nought")),
    Intent(r"how many (?P<a>10+|ten|hundred|thousand|million|billion)s(?: are)?(?: there)? (?:in|make|make up) (?:a |an |1 )?(?P<b>10+)", lambda q, m: _how_many_in(q, given(m, a=_POWERS.get(m["a"], m["a"])))),
    Intent(r"(?:what is |write |say |spell |spell out |how do you (?:write|say|spell|read) |convert |put )(?:the number )?(?P<n>\d{1,15})(?: out)?(?: in| to| into| as| using)?(?: a)? (?:words?|english words|word form|english|letters|full)", _words, ("word", "english", "letters", "full")),
    Intent(r"(?:what is |give me |say |tell me )?(?:the )?(?:value of |first digits of )?pi(?: (?:rounded )?(?:to|with|at|correct to) (?P<n>\d{1,2}) (?:decimal places?|decimals?|digits|places|dp))?|how much is pi", _pi, ("pi",)),
    Intent(r"(?:what|which) (?:number )?(?:comes|is) (?:right |just |directly |immediately )?(?P<way>after|before) (?:the number )?(?P<n>\d{1,15})|what number (?P<w2>follows|precedes) (?P<n2>\d{1,15})|(?:what is )?(?:the )?(?P<next>next|previous) (?:whole )?(?:number|1)(?: after| before| from| up from)? (?P<n3>\d{1,15})", lambda q, m: _neighbour(q, given(m, n=m["n"] or m["n3"], way=m["way"] or ("before" if m["next"] == "previous" or " before " in m[0] else "after"))) if m["n"] or m["n3"] else None),
    Intent(r"(?:what is |say |give me |recite |tell me )?(?:the )?(?P<n>\d{1,3}) times table|(?:what is |say |give me |recite )?(?:the )?times table (?:of|for) (?P<n2>\d{1,3})|multiplication table (?:of|for) (?P<n3>\d{1,3})", lambda q, m: _table(q, given(m, n=m["n"] or m["n2"] or m["n3"])), ("table",)),
    Intent(r"(?:solve|what is (?P<x>[a-z]) if|find (?P<x2>[a-z]) if|if|solve for (?P<x3>[a-z])(?: in| if)?|what is the value of (?P<x4>[a-z]) if|find the value of (?P<x5>[a-z]) if|what does (?P<x6>[a-z]) equal if)? ?(?P<equation>[^=]*?(?:=|\bequals?\b|\bis equal to\b|\bis\b)[^=]*?)(?: (?:what is|what does|find|solve for|then what is|then)(?: the value of)? (?P<x7>[a-z])(?: equal)?)?", lambda q, m: _equation(q, m)),  # noqa: PLW0108  names the groups
)  # fmt: skip


def _equation(_question: Question, match: re.Match[str]) -> str | None:
    named = next((match[g] for g in ("x", "x2", "x3", "x4", "x5", "x6", "x7") if match[g]), "")
    equation = match["equation"].removeprefix("for ")
    letters = set(re.findall(r"(?<![a-z])[b-z](?![a-z])", equation))
    if (
        len(equation) > 60  # noqa: PLR2004  a bound of its kind
        or len(letters) != 1
        or (named and {named} != letters)
        or not re.search(r"\d", equation)
    ):
        return None
    if not named and not match[0].startswith(("solve", "if")):  # an equation alone asks nothing
        return None
    return _linear(letters.pop(), equation)
