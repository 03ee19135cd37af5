"""Conversion of a client's sound: every rate, every cut, every kind of rubbish."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub import AudioFormat
from hub_voice.pcm import Converter, Resampler, to_float

RATES = (8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000)


def tone(hertz: float, rate: int, seconds: float = 1.0) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)).astype(np.float32)


def level(sound: np.ndarray) -> float:
    middle = sound[len(sound) // 4 : -len(sound) // 4]
    return float(np.sqrt((middle**2).mean()))


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("hertz", [100, 1000, 3200])
def test_what_is_heard_passes_unchanged(rate: int, hertz: float) -> None:
    out = Resampler(rate).push(tone(hertz, rate))
    assert abs(len(out) - 16_000) <= 50
    assert level(out) == pytest.approx(0.5 / np.sqrt(2), rel=0.01)


@pytest.mark.parametrize("rate", [22_050, 24_000, 44_100, 48_000])
def test_what_cannot_be_represented_does_not_fold_back(rate: int) -> None:
    out = Resampler(rate).push(tone(rate * 0.45, rate))
    assert level(out) < 0.5e-3


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(RATES), st.lists(st.integers(0, 3000), min_size=1, max_size=12))
def test_the_cuts_leave_no_seams(rate: int, cuts: list[int]) -> None:
    sound = np.random.default_rng(0).normal(0, 0.1, sum(cuts) + 1).astype(np.float32)
    stream, whole = Resampler(rate), Resampler(rate).push(sound)
    pieces = [stream.push(piece) for piece in np.split(sound, np.cumsum(cuts))]
    np.testing.assert_allclose(np.concatenate(pieces), whole, atol=1e-6)


@settings(max_examples=200)
@given(st.binary(max_size=999), st.sampled_from(["s16le", "f32le"]))
def test_no_bytes_do_harm(rubbish: bytes, encoding: str) -> None:
    sound = to_float(rubbish, encoding)
    assert np.isfinite(sound).all()
    assert (np.abs(sound) <= 1).all()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.binary(max_size=4001), max_size=8), st.integers(8_000, 48_000))
def test_rubbish_of_any_length_at_any_rate(frames: list[bytes], rate: int) -> None:
    converter = Converter(AudioFormat("f32le", rate))
    assert all(np.isfinite(converter.push(frame)).all() for frame in frames)


def test_two_channels_become_their_mean_at_any_cut() -> None:
    left = np.sin(np.arange(9600) / 20).astype(np.float32)
    both = np.stack([left, 0.5 * left], axis=1).ravel().astype("<f4").tobytes()
    mono = (0.75 * left).astype("<f4").tobytes()
    one, two = Converter(AudioFormat("f32le", 48_000)), Converter(AudioFormat("f32le", 48_000, 2))
    whole = one.push(mono)
    parts = np.concatenate([two.push(both[at : at + 776]) for at in range(0, len(both), 776)])
    assert np.allclose(parts, whole, atol=1e-5)


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 48_000, 96_000])
def test_a_tone_of_any_rate_stays_the_tone_that_it_is(rate: int) -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
    heard = Converter(AudioFormat("s16le", rate)).push((tone * 20_000).astype("<i2").tobytes())
    steady = heard[800:]  # the filter's own beginning is past
    crossings = np.sum(np.diff(np.signbit(steady)))
    assert abs(crossings - 2 * 440 * len(steady) / 16_000) <= 2
