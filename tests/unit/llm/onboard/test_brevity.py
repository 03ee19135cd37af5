from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.llm.onboard.brevity import Brevity


def brief(text: str, size: int, sentences: int = 3) -> str:
    cut = Brevity(sentences)
    shown = "".join(cut.feed(text[at : at + size]) for at in range(0, len(text), size))
    return shown + cut.finish()


@pytest.mark.parametrize("size", [1, 3, 7, 500])
@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("One. Two! Three? Four.", "One. Two! Three?"),
        ("  Hello there.", "Hello there."),
        ("It is 3.5 km. Dr. Who knows.", "It is 3.5 km. Dr. Who knows."),
        ("Sure, here it is:\n\n1. Bread\n2. Milk", "Sure, here it is:"),
        ("One line\nand another", "One line and another"),
        ("No end", "No end"),
        ("Wait... what? Yes. No. Never.", "Wait... what? Yes."),
    ],
)
def test_cuts_the_same_however_it_streams(text, want, size):
    assert brief(text, size) == want


@given(st.text(alphabet="ab .!?\n-*1", max_size=60), st.integers(1, 9))
def test_never_shows_what_was_not_written(text, size):
    shown = brief(text, size)
    assert " ".join(text.split()).replace(" ", "").startswith(shown.replace(" ", "")) or "\n" in text
