"""Whether the microphone hears the answer, by its sound."""

from __future__ import annotations

import numpy as np
import pytest

from hub_voice.settings import RATE, WINDOW
from hub_voice.turn.echo import Overlap
from hub_voice.turn.mirror import RING, Mirror, Sent


def speechlike(seed: int, seconds: float = 3.0) -> np.ndarray:
    """Noise in bands that come and go as syllables do."""
    dice = np.random.default_rng(seed)
    count = int(seconds * RATE)
    out = np.zeros(count)
    for low in (200, 500, 1100, 2000, 3000):
        rhythm = np.repeat(dice.random(int(seconds * 8) + 1) ** 3, RATE // 8)[:count]
        out += rhythm * np.sin(2 * np.pi * np.cumsum(low * (1 + 0.2 * dice.normal(0, 1, count))) / RATE)
    return (0.1 * out).astype(np.float32)


def likeness(out: np.ndarray, heard: np.ndarray, delay: float) -> float:
    """Play ``out`` and hear ``heard``, which begins ``delay`` seconds after the listener hears."""
    sent, mirror = Sent(RATE), Mirror()
    sent.add((out * 32767).astype("<i2").tobytes())
    heard = np.concatenate([np.zeros(int(delay * RATE), np.float32), heard])
    for number, at in enumerate(range(0, len(heard) - WINDOW, WINDOW)):
        mirror.sounds(number, sent, at + WINDOW, "")
        mirror.hear(number, heard[at : at + WINDOW])
    return mirror.overlap(20, 60).likeness


@pytest.mark.parametrize("delay", [0.0, 0.06, 0.25])
def test_an_echo_is_like_what_went_out_however_late_and_muffled(delay: float) -> None:
    out = speechlike(1)
    room = np.zeros(3000)
    room[[0, 700, 1500, 2900]] = (1, 0.5, -0.3, 0.2)
    assert likeness(out, 0.1 * np.convolve(out, room)[: len(out)].astype(np.float32), delay) > 0.8


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_another_voice_is_not(seed: int) -> None:
    assert likeness(speechlike(1), speechlike(seed), 0.1) < 0.6


def test_a_silence_before_it_makes_no_voice_an_echo() -> None:
    out, other = speechlike(1), speechlike(2)
    out[: RATE // 2] = other[: RATE // 2] = 1e-4
    sent, mirror = Sent(RATE), Mirror()
    sent.add((out * 32767).astype("<i2").tobytes())
    for number, at in enumerate(range(0, len(other) - WINDOW, WINDOW)):
        mirror.sounds(number, sent, at + WINDOW, "")
        mirror.hear(number, other[at : at + WINDOW])
    assert mirror.overlap(6, 30).likeness < 0.75


def test_nothing_to_compare_is_nothing_alike() -> None:
    assert Mirror().overlap(0, 100) == Overlap()
    assert likeness(np.zeros(RATE, np.float32), np.zeros(2 * RATE, np.float32), 0.0) == 0.0


def test_a_listener_who_tells_their_place_now_and_then_goes_on_in_between_and_to_the_end() -> None:
    """Ten windows come at once, and the place told last is that of the first of them."""
    out = speechlike(1)
    sent, mirror = Sent(RATE), Mirror()
    sent.add((out * 32767).astype("<i2").tobytes())
    for number, at in enumerate(range(0, len(out) - WINDOW, WINDOW)):
        if at < 2 * RATE:
            mirror.sounds(number, sent, number // 10 * 10 * WINDOW + WINDOW, "as told")
        mirror.hear(number, out[at : at + WINDOW])
    assert mirror.overlap(10, 50).likeness > 0.9
    assert mirror.overlap(64, 90).likeness > 0.9, "what the room still gives after the last place told"


def test_the_words_are_those_of_the_time_when_it_was_heard() -> None:
    sent, mirror, window = Sent(RATE), Mirror(), np.zeros(WINDOW, np.float32)
    sent.add(bytes(4 * RATE))
    for number in range(60):
        if number < 40:
            mirror.sounds(number, sent, number * WINDOW, "one two" if number < 20 else "three four")
        mirror.hear(number, window)
    assert mirror.overlap(5, 15).saying == "one two"
    assert mirror.overlap(30, 38).saying == "three four"
    assert mirror.overlap(41, 50).saying == "three four", "a room rings"
    for number in range(60, 200):
        mirror.hear(number, window)
    assert mirror.overlap(40 + RING, 200) == Overlap()
