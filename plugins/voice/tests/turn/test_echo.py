"""The answer's own words in what the microphone hears."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub_voice.turn.echo import SURE, Overlap, novel, overlap

SAYING = "It will rain in the morning, and the sun comes out in the afternoon."


@pytest.mark.parametrize(
    "heard",
    [
        "it will rain in the morning",
        "Rain in the morning and the son comes out",
        "the sun comes out in the after noon",
        "sun come out in the afternoon you",
    ],
)
def test_an_echo(heard: str) -> None:
    assert overlap(heard, SAYING) >= 0.6


@pytest.mark.parametrize(
    "heard",
    ["What about tomorrow?", "Please be quiet for a minute.", "Can you tell me the news?", "Stop it", ""],
)
def test_no_echo(heard: str) -> None:
    assert overlap(heard, SAYING) < 0.6


@pytest.mark.parametrize(
    ("heard", "saying"),
    [
        ("Excuse,", "Look at the harbour first, because the light is best there."),
        ("That is quite.", "Warm air rises quickly, and the cooler air has to come in below it."),
        ("The.", SAYING),
    ],
)
def test_a_few_letters_in_common_are_no_echo_by_themselves(heard: str, saying: str) -> None:
    assert not Overlap(saying, 0.2).is_echo(heard, 0.6)
    assert Overlap(saying, 0.8).is_echo(heard, 0.6)


def test_an_echo_is_less_doubtful_the_more_alike_it_sounds() -> None:
    doubts = [Overlap(SAYING, likeness).doubt() for likeness in (0.0, 0.4, 0.6, 0.7, SURE, 1.0)]
    assert doubts[0] == doubts[1] == 1.0
    assert doubts == sorted(doubts, reverse=True)
    assert doubts[-1] == doubts[-2] == 0.0


def test_words_in_another_order_are_not_the_answer() -> None:
    assert overlap("afternoon the sun rain morning will it", SAYING) < 0.6


def test_what_the_answer_did_not_say() -> None:
    assert novel(["rain", "stop", "mornings"], SAYING) == ["stop"]
    assert novel(["wait"], "Fry it with water, in white light.") == ["wait"]


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_have_a_share(heard: str, saying: str) -> None:
    assert 0 <= overlap(heard, saying) <= 1
    assert overlap(heard, heard) in {0.0, 1.0}
