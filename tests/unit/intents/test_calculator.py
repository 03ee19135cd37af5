from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.intents.calculator import NotReal, Parser, TooLarge, Value, root, spoken, tokenize

_NUMBERS = st.decimals(0, 10**6, places=2, allow_nan=False, allow_infinity=False).map(
    lambda d: (f"{d:f}", Fraction(d))
)


@st.composite
def expressions(draw, depth=3):
    """An expression as text, with its value by Fraction; None when it divides by zero."""
    if depth == 0 or draw(st.booleans()):
        return draw(_NUMBERS)
    (left, a), (right, b) = draw(expressions(depth - 1)), draw(expressions(depth - 1))
    op = draw(st.sampled_from("+-*/"))
    if a is None or b is None or (op == "/" and b == 0):
        return f"({left}) {op} ({right})", None
    value = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b}[op]()
    return f"({left}) {op} ({right})", value


@given(expressions())
def test_agrees_with_fractions(expression):
    text, value = expression
    tokens = tokenize(text)
    if tokens is None:  # longer than the bound
        return
    if value is None:
        with pytest.raises(ZeroDivisionError):
            Parser(tokens).parse()
        return
    assert Parser(tokens).parse() == Value(value)


@given(
    st.lists(st.tuples(st.sampled_from("+-*/"), st.integers(1, 99)), min_size=1, max_size=12),
    st.integers(0, 99),
)
def test_precedence_is_that_of_arithmetic(rest, first):
    text = str(first) + "".join(f" {op} {n}" for op, n in rest)
    oracle = f"Fraction({first})" + "".join(f" {op} Fraction({n})" for op, n in rest)
    assert Parser(tokenize(text)).parse().number == eval(oracle, {"Fraction": Fraction})


@given(st.integers(0, 10**12), st.integers(1, 10**6), st.sampled_from([2, 3]))
def test_roots_are_exact_where_they_are_rational(top, bottom, order):
    number = Fraction(top, bottom)
    assert root(Value(number**order), order) == Value(number)


@given(st.text(alphabet="0123456789+-*/^%().! sqrtof", max_size=90))
def test_any_text_is_bounded(text):
    tokens = tokenize(text)
    if tokens is None:
        return
    try:
        value = Parser(tokens).parse()
    except (SyntaxError, TooLarge, NotReal, ZeroDivisionError):
        return
    assert spoken(value.number, exact=value.exact)


@pytest.mark.parametrize(
    "text", ["9^9^9", "2^99999", "(" * 50 + "1" + ")" * 50, "-" * 79 + "1", "999!", "9" * 60]
)
def test_hostile_expressions_end_at_once(text):
    tokens = tokenize(text)
    if tokens is not None:
        with pytest.raises((TooLarge, SyntaxError)):
            Parser(tokens).parse()
