"""Which ears a machine gets: by what it can, by what is there, by what somebody wants."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hub_voice.engine import tiers
from hub_voice.engine.hearing import Words
from hub_voice.pcm import Samples

ALL = set(tiers.TITLES)
TINY = {"moonshine-tiny"}


@pytest.mark.parametrize(
    ("wanted", "ms", "there", "ears", "tier", "fix"),
    [
        ("auto", 60, ALL, "moonshine-base", "quick", ""),
        ("auto", 60, TINY, "moonshine-tiny", "quick", "hub voice prepare"),
        ("auto", 199.9, ALL, "moonshine-base", "quick", ""),
        ("auto", 200, ALL, "moonshine-tiny", "fair", ""),
        ("auto", 5000, ALL, "moonshine-tiny", "slow", "Hold the button"),
        ("auto", None, ALL, "moonshine-tiny", "", "hub voice bench"),
        ("", 60, ALL, "moonshine-base", "quick", ""),
        ("moonshine-tiny", 60, ALL, "moonshine-tiny", "", ""),
        ("moonshine-base", 5000, ALL, "moonshine-base", "", ""),
        ("whisper", None, ALL, "whisper", "", ""),
        ("whisper", 60, TINY, "moonshine-tiny", "", "whisper-tiny-en"),
        ("wyoming", 60, TINY, "moonshine-tiny", "", "wyoming_ears"),
    ],
)
def test_the_table(  # noqa: PLR0917  a table
    wanted: str, ms: float | None, there: set[str], ears: str, tier: str, fix: str
) -> None:
    choice = tiers.choose(wanted, ms, there)
    assert (choice.ears, choice.tier, choice.ms) == (ears, tier, ms)
    assert choice.reason
    assert fix in choice.fix
    assert bool(fix) == bool(choice.fix)


def test_what_was_measured_is_kept_for_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "deep/tier.json"
    assert tiers.kept(file) is None
    tiers.keep(file, 61.23)
    assert tiers.kept(file) == 61.2
    monkeypatch.setattr(tiers, "machine", lambda: "another")
    assert tiers.kept(file) is None
    for rubbish in ("", "[]", '{"ms": "x"}', "\0"):
        file.write_text(rubbish, "utf-8")
        assert tiers.kept(file) is None
    tiers.keep(Path("/proc/nowhere/tier.json"), 1.0)  # logged, and no more


class Busy:
    name, languages = "busy", ("en",)

    def __init__(self) -> None:
        self.heard = list[int]()

    def write(self, samples: Samples, wanted: Callable[[], bool], language: str = "") -> Words:
        self.heard.append(len(samples))
        end = time.thread_time() + 0.01 * len(self.heard)
        while time.thread_time() < end:
            pass
        return Words("")


def test_the_least_of_some_passes_counts() -> None:
    busy = Busy()
    ms = tiers.measure(busy, np.zeros(10 * 16_000, np.float32))
    assert 9 < ms < 30
    assert set(busy.heard) == {5 * 16_000}
    assert len(busy.heard) <= tiers.PASSES
