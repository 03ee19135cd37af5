"""What people type into the search field, and what is made of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlcipher3 import dbapi2

from hub.store.query import MOST_TERMS, parse
from hub.store.schema import SEARCH


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", ""),
        ("   ", ""),
        ("cat", '("cat"*)'),
        ("cat ", '("cat")'),
        ("a", '("a")'),
        ("grey cat", '("grey" AND "cat"*)'),
        ('"grey cat"', '("grey cat")'),
        ('"grey cat', '("grey cat")'),
        ("cat -dog", '("cat") NOT ("dog")'),
        ("cat -dog -bird", '("cat") NOT ("dog" OR "bird")'),
        ('-"a dog" cat', '("cat"*) NOT ("a dog")'),
        ("-dog", ""),
        ("foo-bar", '("foo bar"*)'),
        ("AND OR NOT NEAR", '("AND" AND "OR" AND "NOT" AND "NEAR"*)'),
        ("said:cat", '("said cat"*)'),
        ("!!! ... ()", ""),
        ("cat* ^dog", '("cat" AND "dog"*)'),
        ("😀", ""),
        ("Ünïcode", '("Ünïcode"*)'),
    ],
)
def test_what_is_asked(text: str, match: str) -> None:
    assert parse(text).match == match


def test_a_query_is_never_endless() -> None:
    assert parse("word " * 1_000).match.count('"word') == MOST_TERMS


@pytest.fixture(scope="module")
def index() -> dbapi2.Connection:
    database = dbapi2.connect(":memory:", isolation_level=None)
    for statement in SEARCH[0].split(";"):
        database.execute(statement)
    database.execute("INSERT INTO words (rowid, said, answered) VALUES (1, 'the grey cat', 'purrs')")
    return database


HOSTILE = st.text(
    st.one_of(st.sampled_from("\"'-*^():+{}.,;\\\0 \n\tANDORTNE"), st.characters()), max_size=120
)


@given(text=HOSTILE)
@settings(max_examples=400, deadline=None)
def test_the_index_understands_whatever_is_asked(index: dbapi2.Connection, text: str) -> None:
    match = parse(text).match
    if match:
        index.execute("SELECT rowid FROM words WHERE words MATCH ?", (match,)).fetchall()


@given(words=st.lists(st.sampled_from(["the", "grey", "cat", "purrs"]), min_size=1, max_size=4))
def test_words_that_are_there_are_found(index: dbapi2.Connection, words: list[str]) -> None:
    rows = index.execute("SELECT rowid FROM words WHERE words MATCH ?", (parse(" ".join(words)).match,))
    assert rows.fetchall() == [(1,)]
