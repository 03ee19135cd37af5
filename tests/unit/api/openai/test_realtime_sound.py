"""Sound that the realtime API sends: other rates without what folds back, in pieces of any length."""

from __future__ import annotations

import array
import base64
import math
import sys
from typing import TYPE_CHECKING

import pytest

from hub import HubError
from hub.api.openai.realtime.sound import RATES, Encoder, Format, decode, prepare
from hub.ports import Audio

if TYPE_CHECKING:
    from collections.abc import Sequence


def tone(hertz: float, rate: int, seconds: float = 0.5) -> bytes:
    wave = (round(12_000 * math.sin(2 * math.pi * hertz * at / rate)) for at in range(int(rate * seconds)))
    return array.array("h", wave).tobytes()


def encoded(pcm: bytes, rate: int, form: Format, piece: int = 882) -> array.array[int]:
    encoder, texts = Encoder(form), list[str]()
    for at in range(0, len(pcm), 2 * piece):
        texts.append(encoder.push(Audio(1, 0, rate, pcm[at : at + 2 * piece])))
    texts.append(encoder.rest())
    return array.array("h", b"".join(decode(text, form) for text in texts if text))


def level(samples: Sequence[int], hertz: float, rate: int) -> float:
    """Return the amplitude of one frequency in the middle of ``samples`` (a discrete Fourier sum)."""
    middle = samples[len(samples) // 4 : len(samples) * 3 // 4]
    turn = [2 * math.pi * hertz * at / rate for at in range(len(middle))]
    real = sum(value * math.cos(angle) for value, angle in zip(middle, turn, strict=True))
    imaginary = sum(value * math.sin(angle) for value, angle in zip(middle, turn, strict=True))
    return 2 * math.hypot(real, imaginary) / len(middle)


def loudness(samples: Sequence[int]) -> float:
    middle = samples[len(samples) // 4 : len(samples) * 3 // 4]
    return math.sqrt(2 * sum(value * value for value in middle) / len(middle))


@pytest.mark.parametrize("hertz", [300.0, 3_000.0, 9_000.0])
def test_a_tone_stays_that_tone(hertz: float) -> None:
    out = encoded(tone(hertz, 22_050), 22_050, "audio/pcm")
    assert len(out) == pytest.approx(RATES["audio/pcm"] / 2, abs=2)
    kept, whole = level(out, hertz, 24_000), loudness(out)
    assert kept == pytest.approx(12_000, rel=0.02)
    assert math.sqrt(max(0.0, whole**2 - kept**2)) < 12_000 * 10 ** (-40 / 20), "what is not the tone"


def test_what_a_telephone_cannot_carry_is_taken_away_and_not_folded_back() -> None:
    out = encoded(tone(5_500.0, 22_050), 22_050, "audio/pcmu")
    assert len(out) == pytest.approx(4_000, abs=2)
    assert loudness(out) < 12_000 * 10 ** (-40 / 20)


@pytest.mark.parametrize("piece", [1, 7, 441, 11_025])
def test_it_does_not_matter_how_it_is_cut(piece: int) -> None:
    pcm = tone(440.0, 22_050, 0.2)
    assert encoded(pcm, 22_050, "audio/pcm", piece) == encoded(pcm, 22_050, "audio/pcm")


def test_the_right_rate_goes_through_untouched_and_a_change_loses_nothing() -> None:
    pcm = tone(440.0, 24_000)
    assert encoded(pcm, 24_000, "audio/pcm").tobytes() == pcm
    encoder = Encoder("audio/pcm")
    texts = [encoder.push(Audio(1, 0, rate, tone(440.0, rate))) for rate in (22_050, 24_000, 16_000)]
    assert len(b"".join(base64.b64decode(text) for text in [*texts, encoder.rest()])) == pytest.approx(
        2 * 36_000, abs=12
    )


async def test_what_is_not_installed_is_said_with_the_fix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    monkeypatch.delitem(sys.modules, "av")
    monkeypatch.setattr(sys, "meta_path", [])
    monkeypatch.setattr(sys, "path_importer_cache", {})
    monkeypatch.setattr(sys, "path", [])
    with pytest.raises(HubError, match="not installed") as caught:
        await prepare()
    assert caught.value.fix == "Run: pip install av"
