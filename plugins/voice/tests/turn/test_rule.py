"""How much silence ends a turn."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub_voice.settings import Waits, windows
from hub_voice.turn.rule import agreed, is_sure, needed

WAITS = Waits()
LOOKS = st.lists(st.floats(0, 1), max_size=5)


OUTRIGHT = "How does a sail work?"
LENGTHY = "In the field behind the barn there stands an old plough."


def test_words_and_model_that_agree_need_least() -> None:
    assert needed(WAITS, OUTRIGHT, [0.6, 0.6]) == windows(WAITS.sure_ms)
    assert is_sure(WAITS, OUTRIGHT, [0.95])
    assert not is_sure(WAITS, "How does the.", [0.9, 0.9])
    assert not is_sure(WAITS, OUTRIGHT, [])


def test_a_statement_ends_soon_only_when_it_is_long_and_the_model_agrees_twice() -> None:
    assert is_sure(WAITS, LENGTHY, [0.95, 0.95])
    assert not is_sure(WAITS, LENGTHY, [0.95])
    assert not is_sure(WAITS, LENGTHY, [0.6, 0.6]), "a statement takes more"
    assert not is_sure(WAITS, LENGTHY, [0.95, 0.95, 0.2])
    assert needed(WAITS, "I have two eggs.", [0.99, 0.99]) == windows(WAITS.plain_ms)


@pytest.mark.parametrize(
    "text",
    [
        "Take the bus to the harbour.", "Put the kettle on.", "Play some music in the hall.",
        "Wake me up at six.", "Should I wear the grey coat?", "What do you think of green tiles?",
    ],
)  # fmt: skip
def test_what_is_done_or_chosen_is_often_gone_on_with(text: str) -> None:
    assert needed(WAITS, text, [0.99, 0.99]) == windows(WAITS.further_ms)


def test_whether_something_is_so_takes_a_model_that_is_surest_twice() -> None:
    assert is_sure(WAITS, "Can penguins fly?", [0.95, 0.95])
    assert needed(WAITS, "Can penguins fly?", [0.95, 0.85]) == windows(WAITS.further_ms)


@pytest.mark.parametrize("text", ["Go ahead.", "Yes.", "No, thanks.", "Okay.", "Wait."])
def test_a_few_words_may_be_no_more_than_a_beginning(text: str) -> None:
    assert needed(WAITS, text, [0.99, 0.99]) == windows(WAITS.likely_ms)


def test_nothing_need_follow_a_stop() -> None:
    assert needed(WAITS, "Stop.", [0.99, 0.99]) == windows(WAITS.sure_ms)


def test_a_comma_behind_a_statement_is_believed_longer_than_behind_a_question() -> None:
    assert needed(WAITS, "How does a sail work,", [0.99, 0.99]) == windows(WAITS.sure_ms)
    assert needed(WAITS, "I had two eggs, some toast,", [0.99, 0.99]) == windows(WAITS.plain_ms)


def test_a_sentence_that_is_not_one_yet_waits_longest_whatever_the_model_says_once() -> None:
    assert needed(WAITS, "If I leave the windows open.", [0.99]) == windows(WAITS.open_ms)


def test_patience_and_habit_stretch_it() -> None:
    patient = replace(WAITS, factor=2.0)
    assert needed(patient, OUTRIGHT, [0.9, 0.9]) == windows(2 * WAITS.sure_ms)
    assert needed(WAITS, OUTRIGHT, [0.9, 0.9], 1.5) == windows(1.5 * WAITS.sure_ms)
    assert needed(WAITS, OUTRIGHT, [0.9, 0.9], 0.85) == windows(WAITS.sure_ms), "no habit makes it hasty"
    assert needed(WAITS, "Yes.", [0.9, 0.9], 0.85) == windows(0.85 * WAITS.likely_ms)


@given(LOOKS)
def test_nothing_but_agreement_ends_the_asking(looks: list[float]) -> None:
    assert agreed(WAITS, looks) == (len(looks) > 1 and looks[-1] > WAITS.sure and looks[-2] > WAITS.sure)


@given(st.text(max_size=50), st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=5))
def test_a_surer_model_never_waits_longer(text: str, pairs: list[tuple[float, float]]) -> None:
    surer, other = [max(pair) for pair in pairs], [min(pair) for pair in pairs]
    assert needed(WAITS, text, surer) <= needed(WAITS, text, other)
