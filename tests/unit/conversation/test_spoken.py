"""What is said aloud of an answer, and where in the answer that is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.conversation.sentences import Pieces
from hub.conversation.spoken import Spoken


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("Just words.", "Just words."),
        ("**Bold** and *soft* and `code`.", "Bold and soft and code."),
        ("# Title", "Title"),
        ("- one", "one"),
        ("* one", "one"),
        ("> quoted", "quoted"),
        ("See [the page](https://x.example/a) now.", "See the page now."),
        ("![A cat](https://x.example/cat.png)", "A cat"),
        ("2 * 3 is 6, and 4*5 is 20.", "2 * 3 is 6, and 4*5 is 20."),
        ("snake_case stays", "snake_case stays"),
        ("__both__ ~~ways~~", "both ways"),
        ("1. first", "1. first"),
        ("It is -3 degrees.", "It is -3 degrees."),
        ("[1] is a note", "[1] is a note"),
    ],
)
def test_markup_is_not_said(answer: str, said: str) -> None:
    assert Spoken().feed(answer) == said


def test_code_is_not_said_at_all() -> None:
    spoken = Spoken()
    answer = "Do this:\n```python\nprint(1)\n```\nThen go on."
    pieces = Pieces()
    said = "".join(spoken.feed(piece) for piece in [*pieces.feed(answer), pieces.finish()])
    assert said == "Do this:\nThen go on."
    assert answer[: spoken.place(len("Do this:\n"))].startswith("Do this:\n")
    assert spoken.place(len(said)) == len(answer)


def test_a_place_in_what_is_said_is_a_place_in_the_answer() -> None:
    spoken, answer = Spoken(), "A **bold** word"
    said = spoken.feed(answer)
    assert said == "A bold word"
    assert spoken.place(0) == 0
    assert answer[: spoken.place(1)] == "A"
    assert answer[: spoken.place(len("A bold"))] == "A **bold**"
    assert answer[: spoken.place(len(said))] == answer
    assert spoken.place(10_000) == len(answer)


MARKED = st.lists(
    st.sampled_from(["word", " ", "**", "*", "`", "```\n", "\n", "- ", "# ", "[a](", "http://x)", ". ", "_"]),
    max_size=60,
).map("".join)


@given(answer=MARKED, cuts=st.lists(st.integers(0, 200), max_size=6))
def test_what_was_heard_only_grows_and_ends_with_the_answer(answer: str, cuts: list[int]) -> None:
    spoken, said, at = Spoken(), "", 0
    for cut in sorted({*(c for c in cuts if c < len(answer)), len(answer)}):
        said += spoken.feed(answer[at:cut])
        at = cut
    places = [spoken.place(chars) for chars in range(len(said) + 2)]
    assert places == sorted(places)
    assert places[0] == 0
    assert places[-1] <= len(answer)
    assert not said or spoken.place(len(said)) == len(answer)
    letters = iter(answer)
    assert all(letter in letters for letter in said)  # only ever left out
