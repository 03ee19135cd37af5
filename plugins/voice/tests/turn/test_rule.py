"""How much silence ends a turn."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from hub_voice.settings import Waits, windows
from hub_voice.turn.rule import agreed, is_sure, needed

WAITS = Waits()
LOOKS = st.lists(st.floats(0, 1), max_size=5)


def test_words_and_model_that_agree_need_least() -> None:
    assert needed(WAITS, "Turn off the lamp.", [0.6, 0.6]) == windows(WAITS.sure_ms)
    assert is_sure(WAITS, "Turn off the lamp.", [0.6, 0.6])
    assert not is_sure(WAITS, "Turn off the.", [0.9, 0.9])
    assert not is_sure(WAITS, "Turn off the lamp.", [])


def test_nothing_ends_soon_without_two_looks_that_agree() -> None:
    assert not is_sure(WAITS, "Is it off?", [0.99])
    assert not is_sure(WAITS, "I have two eggs.", [0.95])
    assert not is_sure(WAITS, "I have two eggs.", [0.6, 0.6]), "a statement takes more"
    assert is_sure(WAITS, "I have two eggs.", [0.95, 0.95])
    assert not is_sure(WAITS, "I have two eggs.", [0.95, 0.95, 0.2])


def test_a_few_words_may_be_no_more_than_a_beginning() -> None:
    assert needed(WAITS, "Go ahead.", [0.99, 0.99]) == windows(WAITS.likely_ms)
    assert needed(WAITS, "Stop.", [0.99, 0.99]) == windows(WAITS.sure_ms)


def test_a_sentence_that_is_not_one_yet_waits_longest_whatever_the_model_says_once() -> None:
    assert needed(WAITS, "If I leave the windows open.", [0.99]) == windows(WAITS.open_ms)


def test_patience_and_habit_stretch_it() -> None:
    patient = replace(WAITS, factor=2.0)
    assert needed(patient, "Is it off?", [0.9, 0.9]) == windows(2 * WAITS.sure_ms)
    assert needed(WAITS, "Is it off?", [0.9, 0.9], 1.5) == windows(1.5 * WAITS.sure_ms)


@given(LOOKS)
def test_nothing_but_agreement_ends_the_asking(looks: list[float]) -> None:
    assert agreed(WAITS, looks) == (len(looks) > 1 and looks[-1] > WAITS.sure and looks[-2] > WAITS.sure)


@given(st.text(max_size=50), st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=5))
def test_a_surer_model_never_waits_longer(text: str, pairs: list[tuple[float, float]]) -> None:
    surer, other = [max(pair) for pair in pairs], [min(pair) for pair in pairs]
    assert needed(WAITS, text, surer) <= needed(WAITS, text, other)
