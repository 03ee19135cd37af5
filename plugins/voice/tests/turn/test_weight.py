"""What the words of a look weigh, beside the words of the looks before it and those of the answer."""

from __future__ import annotations

import pytest

from hub_voice.turn.echo import Overlap
from hub_voice.turn.weight import COMMAND, LONE, PLAIN, SEVERAL, STAYING, commands, weight

OVER = Overlap("I would look at the old harbour first, because the light is best there.")


@pytest.mark.parametrize(
    ("text", "seen", "weighs"),
    [
        ("", (), 0.0),
        ("Mhm.", (), 0.0),
        ("That's interesting.", ("that's", "interesting"), 0.0),
        ("Louder", (), 0.0),
        ("Old harbours", (), 0.0),
        ("So I have", (), PLAIN),
        ("And it was so", ("and", "it"), SEVERAL),
        ("What about tomorrow", (), SEVERAL),
        ("Louder", ("louder",), LONE),
        ("Actually,", ("act",), LONE),
        ("Actually, read", ("act",), STAYING),
        ("Thank you.", ("thank",), LONE),
        ("Stop", (), COMMAND),
        ("Cancelled about", (), COMMAND),
    ],
)
def test_weights(text: str, seen: tuple[str, ...], weighs: float) -> None:
    assert weight(text, seen, OVER) == weighs


@pytest.mark.parametrize("word", ["now", "waiter", "quite", "hold-up", "stops"])
def test_only_long_commands_are_known_with_an_ending(word: str) -> None:
    assert not commands([word])


def test_a_command_that_the_answer_says_is_none() -> None:
    assert weight("Never stop", (), Overlap("We never stop here.")) < COMMAND
