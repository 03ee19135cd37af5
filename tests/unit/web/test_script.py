from __future__ import annotations

import pytest

from hub.store.transcripts import Turn
from hub.web import script


def turn(**values) -> Turn:
    told = {
        "state": "done",
        "answer": "So.",
        "provider": "embedded",
        "quality": "basic",
        "seconds": 0.42,
    } | values
    return Turn("1", "talk", 0.0, "text", "Why?", **told)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, "The small model, 0.4 s. Basic: check what matters."),
        ({"quality": "exact", "seconds": 0.0}, "Exact: worked out, not guessed."),
        ({"quality": "canned"}, "A fixed line: no model could answer."),
        ({"quality": "full", "provider": "Grok"}, "Grok, 0.4 s."),
        ({"seconds": 0.01}, "The small model, at once. Basic: check what matters."),
        ({"state": "interrupted"}, "Stopped here. The small model, 0.4 s. Basic: check what matters."),
    ],
)
def test_an_answer_says_who_gave_it_and_how_far_to_trust_it(values, text) -> None:
    assert script.note(turn(**values)) == script.Note(text)


def test_a_failure_says_why_and_an_answer_in_the_making_nothing() -> None:
    failed = script.note(turn(state="failed"), "out of RAM")
    assert failed is not None
    assert "out of RAM" in failed.care
    assert script.note(turn(state="answering")) is None
