"""Idioms, songs, other languages, and questions that only look like ours: a wrong claim is worse than none."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.intents import answer

from .questions import NOW

NEAR = (Path(__file__).parent / "near_misses.txt").read_text().splitlines()


def test_near_misses_are_declined():
    claimed = {question: said for question in NEAR if (said := answer(question, NOW))}
    assert not claimed


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("when is ramadan", "lunar"),
        ("convert 20 pounds to euros", "rates"),
        ("how many grams in a cup", "depends"),
        ("how many kilograms in a mile", "cannot be turned"),
        ("what day was 5 march 1066", "Gregorian"),
        ("what day is the 31st of June", "no such date"),
        (
            "there is a fire and I need help, it is a long story and I will tell you all of it word by word so that you know what went on",
            "emergency",
        ),
    ],
)
def test_limits_are_said_plainly(question, line):
    assert line in (answer(question, NOW) or "")
