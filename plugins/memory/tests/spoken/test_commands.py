"""What is asked of the memory, and what only sounds like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub_memory.spoken.commands import Drop, DropAll, Keep, Know, understand

ASKED = {
    "Remember that my sister is called Vera.": Keep("My sister is called Vera."),
    "please remember that I take my coffee black": Keep("I take my coffee black"),
    "Can you remember that the bins go out on Tuesday?": Keep("The bins go out on Tuesday"),
    "Could you please remember that the bins go out on Tuesday.": Keep("The bins go out on Tuesday."),
    "Remember: the spare key is with Mrs. Hart.": Keep("The spare key is with Mrs. Hart."),
    "Don't forget that Tom is allergic to nuts!": Keep("Tom is allergic to nuts!"),
    "Keep in mind that we are away in August": Keep("We are away in August"),
    "Make a note that the boiler was serviced in May": Keep("The boiler was serviced in May"),
    "Remember how to close up: lock the door and turn off the lights.": Keep(
        "To close up, lock the door and turn off the lights.", how=True
    ),
    "Remember that to close up, you lock the door": Keep("To close up, you lock the door", how=True),
    "Please remember how we water the ferns, two cups every Sunday": Keep(
        "To water the ferns, two cups every Sunday", how=True
    ),
    "Remember that to my sister, Sunday is holy": Keep("To my sister, Sunday is holy"),
    "Remember my shoe size is 43": Keep("My shoe size is 43"),
    "remember I'm left-handed": Keep("I'm left-handed"),
    "Remember our Wi-Fi password has a capital T": Keep("Our Wi-Fi password has a capital T"),
    "What do you know about me?": Know(),
    "Tell me everything you know about me": Know(),
    "What do you remember about my sister?": Know("my sister"),
    "What have you learned about us": Know(),
    "What's in your memory?": Know(),
    "Forget that.": Drop(),
    "Please forget what I just said": Drop(),
    "Delete that last thing I said": Drop(),
    "Forget what I said about the boiler": Drop("the boiler"),
    "Forget everything about my sister, please": Drop("my sister"),
    "Erase all that you know about Tom": Drop("Tom"),
    "forget that my pin is 1234": Drop("my pin is 1234"),
    "Forget everything": DropAll(),
    "Forget everything you know about me": DropAll(),
    "Wipe my memory": DropAll(),
    "Delete all my memories": DropAll(),
    "forget me": DropAll(),
}
NOT_ASKED = (
    "Remember to call Ann tomorrow.", "Remind me that the bins go out", "Do you remember the film we saw?",
    "Remember when we went to Rome?", "Forget it.", "Forget about it", "Never mind.",
    "I can't remember where my keys are", "I always forget that", "Don't forget to water the plants",
    "Forget the timer", "Cancel that", "Delete that file", "What do you know?? I mean really, of all people",
    "Remember.", "I forgot what I said about the boiler", "Can people forget everything?", "", "   ",
    "What did you say about the weather?", "Note", "remember me", "Clear the screen", "Delete the alarm about eggs",
)  # fmt: skip


@pytest.mark.parametrize("text", list(ASKED))
def test_what_is_asked_is_understood(text: str) -> None:
    assert understand(text) == ASKED[text]


@pytest.mark.parametrize("text", NOT_ASKED)
def test_what_only_sounds_like_it_is_left_alone(text: str) -> None:
    assert understand(text) is None


@given(st.text(max_size=300))
def test_any_words_are_read_in_time(text: str) -> None:
    for before in ("", "remember that ", "forget everything about ", "what do you know about "):
        understand(before + text)


def test_dictation_is_no_command() -> None:
    assert understand("remember that " + "word " * 1_000) is None
