"""What is shown of a found text: the right stretch, the right words marked, and nothing changed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.store.query import parse
from hub.store.snippet import CHARS, Pieces, snippet


def shown(query: str, *texts: str) -> str:
    pieces: Pieces = snippet(texts, parse(query).terms)
    return "".join(f"[{text}]" if marked else text for text, marked in pieces)


@pytest.mark.parametrize(
    ("query", "text", "told"),
    [
        ("cat ", "The cat sat; concatenate.", "The [cat] sat; concatenate."),
        ("cat", "The cats sat.", "The [cats] sat."),
        ("cafe", "Un Café noir", "Un [Café] noir"),
        ("CAFÉ", "a cafe", "a [cafe]"),
        ('"grey cat"', "grey dog, grey  cat", "grey dog, [grey  cat]"),
        ("grey cat", "cat and grey", "[cat] and [grey]"),
        ("foo-bar", "a foo-bar b", "a [foo-bar] b"),
        ("cat -dog", "cat", "[cat]"),
        ("x.y(", "a x y b", "a [x y] b"),
        ("snake", "my_snake_case", "my_[snake]_case"),
    ],
)
def test_words_are_marked(query: str, text: str, told: str) -> None:
    assert shown(query, text) == told


def test_the_stretch_with_most_of_the_words_is_shown() -> None:
    far = "a heron " + "and so on " * 60 + "a heron met an otter " + "and so on " * 60
    told = shown("heron otter", far)
    assert told.startswith("…")
    assert told.endswith("…")
    assert "[heron] met an [otter]" in told
    assert len(told) < CHARS + 20
    assert shown("heron otter", "a heron", far) == told
    assert shown("heron ", "a heron", far) == "a [heron]"


def test_without_a_match_the_beginning_is_shown() -> None:
    assert shown("zebra", "some words") == "some words"


@given(query=st.text(max_size=40), texts=st.lists(st.text(max_size=600), min_size=1, max_size=2))
@settings(max_examples=300, deadline=None)
def test_what_is_shown_is_what_was_said(query: str, texts: list[str]) -> None:
    pieces = snippet(texts, parse(query).terms)
    whole = "".join(text for text, _ in pieces)
    assert any(whole in (text, f"…{core}", f"{core}…", f"…{core}…") or core in text
               for text in texts for core in [whole.removeprefix("…").removesuffix("…")])  # fmt: skip
    assert len(whole) <= CHARS + 2
