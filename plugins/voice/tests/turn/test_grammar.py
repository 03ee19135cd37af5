"""Whether words can stand as a sentence."""

from __future__ import annotations

import pytest

from hub_voice.turn.grammar import wants_more


@pytest.mark.parametrize(
    "text",
    [
        "When my brother comes home.", "Because the train was delayed,", "While the bread is in the oven.",
        "As soon as the water boils.", "In the middle of the night.", "From the top of the tower,",
        "To bake a good loaf.", "Could you tell me.", "Can you describe for a small child.", "Would you please.",
        "I would like, if possible.", "I want to know.", "I have been wondering ever since then.",
        "I was wondering since you mentioned it.",
        "My neighbour, who used to be a pilot.", "The book on the table, the blue one.", "Well, let me see.",
        "First of all.", "By the way,", "Okay. If it rains tomorrow.", "When the guests arrive, tell.",
    ],
)  # fmt: skip
def test_broken_off(text: str) -> None:
    assert wants_more(text)


@pytest.mark.parametrize(
    "text",
    [
        "When was the bridge built?", "When my brother comes home, tell him the parcel is here.",
        "Although it was late, the shops were still open.", "In the kitchen.", "At seven.",
        "Before I go to bed, remind me to lock the door.", "Remind me to call my sister on Friday.",
        "From the top of the tower, can you see the coast?", "Could you explain how a battery works?",
        "I would like, if possible, a table near the window.", "That is great.", "What do you think?",
        "The man at the counter had a grey beard.", "She plays the cello.", "My computer does not start.",
        "Yes.", "Okay.", "Yes, please.", "No, thank you.", "I like poetry.", "Tell me a joke.", "",
        "Wie viel Uhr ist es jetzt?",
    ],
)  # fmt: skip
def test_whole(text: str) -> None:
    assert not wants_more(text)
