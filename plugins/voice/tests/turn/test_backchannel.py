"""What was said over an answer: command, word, sign, or nothing."""

from __future__ import annotations

import pytest

from hub_voice.turn.backchannel import Weight, heavy, is_sign, only_stops, weigh


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", Weight.NOTHING),
        ("You", Weight.NOTHING),
        ("♪ ♪", Weight.NOTHING),
        ("(coughs)", Weight.NOTHING),
        ("[stop]", Weight.NOTHING),
        ("Mm-hmm.", Weight.SIGN),
        ("Mmmm", Weight.SIGN),
        ("Hahaha", Weight.SIGN),
        ("Yeah, I see.", Weight.SIGN),
        ("Oh, that's interesting.", Weight.SIGN),
        ("Okay, right.", Weight.SIGN),
        ("Louder", Weight.WORD),
        ("Okay, but what about Paris?", Weight.WORD),
        ("Stop!", Weight.COMMAND),
        ("no", Weight.COMMAND),
        ("Okay, wait.", Weight.COMMAND),
    ],
)
def test_weights(text: str, weight: Weight) -> None:
    assert weigh(text) is weight


@pytest.mark.parametrize(
    "text",
    [
        "Makes sense.",
        "Make sense",
        "Makes",
        "That's not",
        "That's nice.",
        "Interest,",
        "Intresting",
        "Of course",
    ],
)
def test_signs_are_known_badly_heard_and_by_their_beginning(text: str) -> None:
    assert is_sign(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Tha",
        "Thank you.",
        "Oh, is Steve up?",
        "What",
        "What's that?",
        "Tell me more",
        "Go back a bit",
        "Oh no, the red",
        "That's not true",
    ],
)
def test_what_is_no_sign(text: str) -> None:
    assert not is_sign(text)


def test_words_of_weight() -> None:
    assert heavy("And then I'm with them, M. H.") == []
    assert heavy("Okay, but what about the, what about Paris?") == ["what", "about", "paris"]


def test_what_only_stops() -> None:
    assert only_stops("Okay, stop.")
    assert only_stops("Shut up.")
    assert not only_stops("No, the other one.")
    assert not only_stops("")
