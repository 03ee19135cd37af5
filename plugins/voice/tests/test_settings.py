"""What a person may set about the voice: how fast it speaks and how long it lets them pause."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from hub import schema
from hub_voice.settings import PATIENCE, Waits, waits
from hub_voice.turn.rule import needed

from .conftest import MANIFEST

if TYPE_CHECKING:
    from collections.abc import Callable

ABOUT = tomllib.loads((MANIFEST.parent / "hub-plugin.toml").read_text())["settings"]


def test_the_manifest_offers_what_the_voice_knows() -> None:
    assert set(ABOUT["patience"]["enum"]) == set(PATIENCE)
    for about in ABOUT.values():
        assert schema.check(about, about["default"]) == ""
    assert schema.check(ABOUT["speed"], 9) != ""


def test_patience_changes_only_the_silences_that_end_a_turn() -> None:
    assert waits("normal") == waits("no such word") == Waits()
    quick, patient = waits("quick"), waits("patient")
    for text, looks in (("Turn it off.", (0.9, 0.9)), ("Turn it off.", (0.3,)), ("And then", (0.1,))):
        asked = [needed(each, text, looks) for each in (quick, Waits(), patient)]
        assert asked == sorted(set(asked))
    assert quick.onset_ms == patient.onset_ms == Waits().onset_ms


def test_patience_may_be_a_factor_within_bounds() -> None:
    assert waits(1.2).factor == 1.2
    assert waits(0.1) == waits("quick")
    assert waits(99) == waits("very patient")


@pytest.mark.models
def test_a_faster_voice_is_shorter(model: Callable[[str], Path], cache: Path) -> None:
    from hub_voice.engine.piper import Voice

    def length(speed: float) -> int:
        voice = Voice(model("piper-voice"), model("piper-voice-config"), cache, speed)
        return sum(len(np.asarray(part.sound)) for part in voice.speak("It will rain in the morning."))

    slow, usual, fast = length(0.5), length(1.0), length(2.0)
    assert slow > 1.5 * usual > 2.2 * fast
