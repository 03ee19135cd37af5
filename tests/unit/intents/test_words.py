from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.intents.numbers import ONES, TENS
from hub.intents.words import numbers, plain


def said(n: int, *, join: bool) -> str:
    """Say a number in English, with or without "and"."""
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10 - 2] + (f" {ONES[n % 10]}" if n % 10 else "")
    for size, name in ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if n >= size:
            rest = n % size
            link = " and " if join and rest and rest < 100 else " "
            return f"{said(n // size, join=join)} {name}" + (link + said(rest, join=join) if rest else "")
    raise AssertionError


@given(st.integers(0, 10**12 - 1), st.booleans())
def test_reads_every_number_word(n, join):
    assert numbers(said(n, join=join)) == str(n)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("Um, what's the time, please?", "what is the time"),
        ("three and a half", "3.5"),
        ("one point two five", "1.25"),
        ("nineteen seventy six", "19 76"),
        ("twenty twenty six", "20 26"),
        ("a hundred and one", "101"),
        ("two and a half million", "2500000"),
        ("twenty first", "21st"),
        ("5 o'clock", "5 oclock"),
        ("1,000,000", "1000000"),
        ("to the power of two", "to the power of 2"),
    ],
)
def test_plain_form(text, want):
    assert plain(text) == want
