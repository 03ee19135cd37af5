"""Cutting an answer into pieces to speak."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub_voice.playback.pieces import LONGEST, cut, ends_sentence


def cut_all(text: str) -> list[str]:
    found: list[str] = []
    while text:
        length = cut(text, first=not found, whole=True)
        if length == 0:
            break
        found.append(text[:length])
        text = text[length:]
    return found


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("Okay.", ["Okay."]),
        ("Hello there. How are you?", ["Hello there.", " How are you?"]),
        ("Everything looks fine, and it is late.", ["Everything looks fine,", " and it is late."]),
        ("You have 3.5 gigabytes left.", ["You have 3.5 gigabytes left."]),
        ("Dr. Smith called at 5 p.m. today.", ["Dr. Smith called at 5 p.m. today."]),
        ("no end mark", ["no end mark"]),
    ],
)
def test_pieces(text: str, pieces: list[str]) -> None:
    assert cut_all(text) == pieces


def test_unfinished_text_waits() -> None:
    assert cut("The answer is", first=True, whole=False) == 0
    assert cut("The answer is 3", first=True, whole=False) == 0


def test_pauses() -> None:
    assert ends_sentence("Done.")
    assert not ends_sentence("First, ")


@given(st.text(alphabet="ab .,!?:;\n—-", max_size=900))
def test_nothing_is_lost_and_nothing_is_too_long(text: str) -> None:
    pieces = cut_all(text)
    assert text.startswith("".join(pieces))
    assert not text[sum(map(len, pieces)) :].strip()
    assert all(0 < len(piece) <= LONGEST + len(piece) - len(piece.rstrip()) + 1 for piece in pieces)
