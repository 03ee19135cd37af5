"""Judgements on transcripts."""

from __future__ import annotations

import pytest

from hub_voice.turn.endings import is_phantom, looks_complete


@pytest.mark.parametrize(
    "text",
    [
        "What time is it?",
        "Stop!",
        "Turn it off.",
        "Yes please.",
        "What can you do?",
        "Yes,",
        "Born in May.",
        "Turn the lamp on.",
    ],
)
def test_complete(text: str) -> None:
    assert looks_complete(text)


@pytest.mark.parametrize(
    "text", ["", "Turn on the", "Turn on the.", "Turn on.", "And then,", "Well...", "I want to."]
)
def test_incomplete(text: str) -> None:
    assert not looks_complete(text)


def test_phantoms() -> None:
    assert is_phantom("You", 5000)
    assert is_phantom("So.", 900)
    assert is_phantom("Thank you.", 300)
    assert not is_phantom("Thank you.", 600)
    assert not is_phantom("Yes.", 260)
    assert not is_phantom("No.", 260)
