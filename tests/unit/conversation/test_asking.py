"""What only asks is told from what tells something."""

from __future__ import annotations

import pytest

from hub.conversation.asking import LONGEST, only_asks

ASKS = (
    "What should I read this winter?", "what time is it", "Which instrument do I play", "How do I make good tea",
    "How many minutes are in two hours", "Who serviced the boiler", "Who's there", "Is Ben at home?",
    "Do you like music", "Tell me something nice about the sea.", "Please give me an idea for dinner tonight.",
    "Describe a walk in the forest.", "So, where is my key", "What makes bread rise in the oven",
    "Hey Hub, what is for dinner? And who cooks?", "What about Ann",
)  # fmt: skip
TELLS = (
    "My dentist is Dr. Weber on Mill Street.", "I started playing the cello last spring.",
    "When I was young I lived in Bath.", "What I like best is rain.", "Ben is allergic to peanuts.",
    "My sister lives in Hamburg. Where is that?", "Is it late? I must be at the dentist at nine.",
    "Which reminds me that the bins go out on Monday.", "How I slept is nobody's business.", "Reading helps me.",
    "Can is the name of my dog.", "The spare key is under the blue pot.", "Whatever.",
)  # fmt: skip


@pytest.mark.parametrize("text", ASKS)
def test_what_asks(text: str) -> None:
    assert only_asks(text)


@pytest.mark.parametrize("text", TELLS)
def test_what_tells(text: str) -> None:
    assert not only_asks(text)


def test_a_long_text_tells_something_whatever_it_asks() -> None:
    assert not only_asks("Why " + "so " * LONGEST + "long?")
    assert only_asks("?" * LONGEST)
