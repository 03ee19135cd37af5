"""Evaluate an expression in words or signs, exactly, with fractions and bounds; never with `eval`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PI = Fraction(314159265358979323846264338327950288, 10**35)
"""The ratio of a circle's round to its width, to 35 decimals."""
MAX_TOKENS = 80
MAX_DEPTH = 20
MAX_BITS = 4096
"""Bounds of an expression and of every number in it: it is answered in well under a millisecond."""

_ROOT_DIGITS = 10**40
_MAX_FACTORIAL = 300


class TooLarge(ValueError):  # noqa: N818  a fact about the number
    """The number is larger than can sensibly be said."""


class NotReal(ValueError):  # noqa: N818  a fact about the number
    """A root of a negative number."""


@dataclass(frozen=True, slots=True)
class Value:
    """A number; ``exact`` is False after a root that is not rational; ``percent``: written with a % sign."""

    number: Fraction
    exact: bool = True
    percent: bool = False


_WORDS = (
    (
        r"\b(?:raised )?to the (?:power (?:of )?)?(?:minus|negative) (\d+)(?:st|nd|rd|th)?(?: power)?",
        r" ^ -\1 ",
    ),
    (r"\*\*", "^"),
    (r"(?<=[\d) ])x(?=[\d( ])|[×·∙]", " * "),  # noqa: RUF001  what people type
    (r"÷|(?<=\d) ?: ?(?=\d)", " / "),
    (r"[−–]", "-"),  # noqa: RUF001  what people type
    (r"√", " sqrt "),
    (r"\bpi\b|π", " pi "),
    (r"\b(?:multiplied by|times)\b", " * "),
    (r"\b(?:divided by|over)\b", " / "),
    (r"\b(?:plus|added to)\b|(?<=\d) add(?= \d)", " + "),
    (r"\b(?:minus|take away|subtract)\b|\bless\b(?= \d)", " - "),
    (r"\bnegative (?=\d)", " -"),
    (r"\b(?:raised )?to the (?:power of (\d+)|(\d+)(?:st|nd|rd|th) power|power (\d+))", r" ^ \1\2\3 "),
    (r"\b(?:raised to|to the power of|to the power)\b", " ^ "),
    (r"\bto the (\d+)(?:st|nd|rd|th)\b", r" ^ \1 "),
    (r"\bsquared\b", " ^ 2 "),
    (r"\bcubed\b", " ^ 3 "),
    (r"\b(?:the )?(?:cube|cubic|3rd) root of\b", " cbrt "),
    (r"\b(?:the )?(?:square )?root of\b", " sqrt "),
    (r"\b(?:the )?square of (\d+(?:\.\d+)?)", r" \1 ^ 2 "),
    (r"\b(?:the )?cube of (\d+(?:\.\d+)?)", r" \1 ^ 3 "),
    (r"\bper ?cent(?:age)?\b", " % "),
    (r"\b(?:a |1 )?half of(?: a)?\b", " 0.5 of "),
    (r"\b(?:a |1 )?quarter of(?: a)?\b", " 0.25 of "),
    (r"\b(\d+) quarters of\b", r" \1 / 4 of "),
    (r"\b(?:a |an |1 )?(\d+)th of\b", r" 1 / \1 of "),
    (r"\b(\d+) (\d+)(?:ths?|rds?)\b", r" ( \1 / \2 ) "),
    (r"\b(?:a |1 )3rd of\b", " 1 / 3 of "),
    (r"\b(\d+) (?:halves|half)\b", r" ( \1 / 2 ) "),
    (r"\b(\d+) quarters?\b", r" ( \1 / 4 ) "),
    (r"\b(?:twice|double)\b", " 2 * "),
    (r"\btriple\b", " 3 * "),
    (r"\ba half\b|\bone half\b", " 0.5 "),
    (r"\bhalf\b", " 0.5 "),
    (r"\b(?:a|1) quarter\b", " 0.25 "),
    (r"\b(?:a|an) (\d+)(?:th|rd)\b", r" ( 1 / \1 ) "),
    (r"\b(?:modulo|mod)\b", " mod "),
    (r"\bfactorial\b", " ! "),
    (r"\b(?:open )?brackets? (.+?) (?:closed?|end) brackets?\b", r" ( \1 ) "),
    (r"(?<![a-z] )\bbrackets? ([^()]+)$", r" ( \1 ) "),
    (r"^(.+) all +(?=[*/^])", r" ( \1 ) "),
    (r"\bopen (?:bracket|parenthesis|paren)\b", " ( "),
    (r"\bclose (?:bracket|parenthesis|paren)\b", " ) "),
)
_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?|\.\d+)|(sqrt|cbrt|of|off|mod|pi)\b|([-+*/^%()!]))")


def tokenize(text: str) -> list[str] | None:
    """Cut an expression in plain form into tokens; None when anything else is in it."""
    if re.search(
        r"divided by|over|\^|(?<=\d) [/÷] (?=\d)|power", text
    ):  # a fraction without spaces is one number
        text = re.sub(r"(?<![\d.)/(^])(\d+)/(\d+)(?![\d./(^!])", r"( \1 / \2 )", text)
    for pattern, by in _WORDS:
        text = re.sub(pattern, by, text)
    tokens: list[str] = []
    at = 0
    text = text.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found or len(tokens) >= MAX_TOKENS or found.end() - found.start() > 40:  # noqa: PLR2004  digits
            return None
        tokens.append(found[1] or found[2] or found[3])
        at = found.end()
    return tokens


class Parser:
    """A recursive-descent parser over tokens; every step is bounded.

    sum: product (+- product)*; product: power ((*/ mod of off) power)*; power: unary (^ power)?.
    """

    def __init__(self, tokens: list[str]) -> None:
        self._tokens, self._at, self._depth = tokens, 0, 0

    def parse(self) -> Value:
        """Return the value of all tokens; `SyntaxError` when they are no expression."""
        value = self._sum()
        if self._peek():
            raise SyntaxError(self._peek())
        return value

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _sum(self) -> Value:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise SyntaxError("too deep")
        left = self._product()
        while self._peek() in ("+", "-"):
            sign = 1 if self._take() == "+" else -1
            right = self._product()
            left = _add(left, sign, right)
        self._depth -= 1
        return left

    def _product(self) -> Value:
        left = self._unary()
        while (op := self._peek()) in ("*", "/", "mod", "of", "off"):
            self._take()
            left = _OPERATIONS[op](left, self._unary())
        return left

    def _unary(self) -> Value:
        if self._peek() in ("-", "+"):
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise SyntaxError("too deep")
            sign = -1 if self._take() == "-" else 1
            value = self._unary()
            self._depth -= 1
            return Value(sign * value.number, value.exact, value.percent)
        if self._peek() in ("sqrt", "cbrt"):
            order = 2 if self._take() == "sqrt" else 3
            return root(self._unary(), order)
        return self._power()

    def _power(self) -> Value:
        base = self._postfix()
        if self._peek() != "^":
            return base
        self._take()
        return power(base, self._unary())

    def _postfix(self) -> Value:
        value = self._atom()
        while self._peek() in ("%", "!"):
            if self._take() == "!":
                value = factorial(value)
            elif value.percent:
                raise SyntaxError("%")
            else:
                value = Value(value.number / 100, value.exact, percent=True)
        return value

    def _atom(self) -> Value:
        token = self._take()
        if token == "(":  # noqa: S105  a sign, not a secret
            value = self._sum()
            if self._take() != ")":
                raise SyntaxError("bracket")
            return Value(value.number, value.exact)
        if token == "pi":  # noqa: S105  a sign, not a secret
            return Value(PI, exact=False)
        if not token or not (token[0].isdigit() or token[0] == "."):
            raise SyntaxError(token)
        return Value(Fraction(token))


def _add(left: Value, sign: int, right: Value) -> Value:
    if left.percent != right.percent and left.percent:
        raise SyntaxError("a percentage plus a number means nothing")
    if right.percent and not left.percent:  # as on every pocket calculator: 200 + 10 % is 220
        return _bounded(left.number * (1 + sign * right.number), left, right)
    both = left.percent and right.percent
    value = _bounded(left.number + sign * right.number, left, right)
    return Value(value.number, value.exact, both)


def _bounded(number: Fraction, *of: Value) -> Value:
    if max(number.numerator.bit_length(), number.denominator.bit_length()) > MAX_BITS:
        raise TooLarge
    return Value(number, all(value.exact for value in of))


def _off(left: Value, right: Value) -> Value:
    if not left.percent:
        raise SyntaxError("off")
    return _bounded(right.number * (1 - left.number), left, right)


def _modulo(left: Value, right: Value) -> Value:
    return _bounded(left.number % right.number, left, right)


_OPERATIONS: dict[str, Callable[[Value, Value], Value]] = {
    "*": lambda a, b: _bounded(a.number * b.number, a, b),
    "of": lambda a, b: _bounded(a.number * b.number, a, b),
    "/": lambda a, b: _bounded(a.number / b.number, a, b),
    "mod": _modulo,
    "off": _off,
}


def power(base: Value, exponent: Value) -> Value:
    """Raise to a whole power, or to a half; `SyntaxError` for other powers, which are not rational."""
    if exponent.number == Fraction(1, 2):
        return root(base, 2)
    if exponent.number.denominator != 1:
        raise SyntaxError("a power that is not whole")
    times = exponent.number.numerator
    bits = max(base.number.numerator.bit_length(), base.number.denominator.bit_length())
    if abs(times) * bits > MAX_BITS:
        raise TooLarge
    return _bounded(base.number**times, base, exponent)


def root(value: Value, order: int) -> Value:
    """Return the square or cube root: exact where it is rational, else to forty digits."""
    number = value.number
    if number < 0 and order == 2:  # noqa: PLR2004
        raise NotReal
    sign = -1 if number < 0 else 1
    top, bottom = abs(number.numerator), number.denominator
    exact_top, exact_bottom = _integer_root(top, order), _integer_root(bottom, order)
    if exact_top**order == top and exact_bottom**order == bottom:
        return Value(sign * Fraction(exact_top, exact_bottom), value.exact)
    scaled = _integer_root(top * bottom ** (order - 1) * _ROOT_DIGITS**order, order)
    return Value(sign * Fraction(scaled, bottom * _ROOT_DIGITS), exact=False)


def _integer_root(number: int, order: int) -> int:
    if order == 2:  # noqa: PLR2004
        return isqrt(number)
    low, high = 0, 1 << (number.bit_length() // 3 + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**3 <= number else (low, middle - 1)
    return low


def factorial(value: Value) -> Value:
    """Return n! of a small whole number."""
    n = value.number
    if n.denominator != 1 or n < 0:
        raise SyntaxError("factorial")
    if n > _MAX_FACTORIAL:
        raise TooLarge
    product = 1
    for k in range(2, int(n) + 1):
        product *= k
    return Value(Fraction(product), value.exact)


def spoken(number: Fraction, *, exact: bool = True) -> str:
    """Write a number for the ear: exactly if short, else "about", with the fraction if simple."""
    sign = "minus " if number < 0 else ""
    size = abs(number)
    if size.denominator == 1:
        return sign + ("about " if not exact else "") + grouped(size.numerator)
    if exact and ends_within(size.denominator, 6):
        return sign + decimal(size, 6)
    about = f"about {sign}{significant(size)}"
    if exact and size.denominator <= 100 and size < 1000:  # noqa: PLR2004  as far as one can hear a fraction
        whole, part = divmod(size, 1)
        mixed = f"{whole} and {part}" if whole else str(part)
        return f"{sign}{mixed}, {about}"
    return about


def grouped(number: int) -> str:
    """Write a whole number; millions and more with commas."""
    return f"{number:,}" if number >= 10**6 else str(number)


def ends_within(denominator: int, places: int) -> bool:
    """Say whether a fraction ends within so many decimals."""
    return bool(10**places % denominator == 0)


def decimal(number: Fraction, places: int) -> str:
    """Write a positive number rounded to ``places`` decimals, without trailing zeros."""
    scaled = round(number * 10**places)
    whole, part = divmod(scaled, 10**places)
    tail = str(part).rjust(places, "0").rstrip("0") if places else ""
    return grouped(whole) + ("." + tail if tail else "")


def significant(number: Fraction) -> str:
    """Write a positive number to four decimals, or small ones to four digits."""
    if number >= Fraction(1, 10):
        return decimal(number, 4)
    places = 4
    while places < 40 and number * 10**places < 1000:  # noqa: PLR2004
        places += 1
    return decimal(number, places)
