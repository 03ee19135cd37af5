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
        (
            "The answer is: The answer is: The answer is: The answer is: yes",
            "The answer is: The answer is: The answer is:",
        ),
        (
            "No, no, never, never, but very, very, very well",
            "No, no, never, never, but very, very, very well",
        ),
        ("Wait... what? Yes. No. Never.", "Wait... what? Yes."),
    ],
)
def test_cuts_the_same_however_it_streams(text, want, size):
    assert brief(text, size) == want


def test_what_goes_in_circles_ends() -> None:
    assert len(brief("To be read: " + "1. " * 200, 3)) < 40
    assert len(brief("You said: how do I make tea? " * 50, 5, sentences=99)) < 120


@given(st.text(alphabet="ab .!?\n-*1", max_size=60), st.integers(1, 9))
def test_never_shows_what_was_not_written(text, size):
    shown = brief(text, size)
    assert " ".join(text.split()).replace(" ", "").startswith(shown.replace(" ", "")) or "\n" in text
