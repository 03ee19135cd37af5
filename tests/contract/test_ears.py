"""The contract of recognisers: a good one passes, and each way to break it is found."""

from __future__ import annotations

import array
import asyncio
import math
from itertools import pairwise

import pytest

from hub import EngineInfo, HubError, Sound, Transcript, Unavailable
from hub.ports.engines import NullSpeechToText, always
from hub.testing import check_speech_to_text, ears

SAID = "turn the lamp on"
TONE = Sound(
    array.array(
        "h", [int(9000 * math.sin(at * 2 * math.pi * 700 / 16_000)) for at in range(16_000)]
    ).tobytes()
)


def _tones(sound):
    """Return how often the tone of 700 Hz begins: by how often it crosses zero."""
    samples = array.array("h", sound.pcm[: len(sound.pcm) // 2 * 2])
    begun, before = 0, False
    for at in range(0, len(samples), sound.rate // 2):
        part = samples[at : at + sound.rate // 2]
        loud = [one for one in part if abs(one) > 2000]
        crossings = sum((a < 0) != (b < 0) for a, b in pairwise(part))
        hertz = crossings * sound.rate / 2 / max(1, len(part))
        heard = len(loud) > len(part) / 3 and 500 < hertz < 900
        begun, before = begun + (heard and not before), heard
    return begun


class Ears:
    """Hears one sentence in a tone; ``bad`` is the one thing that it gets wrong."""

    def __init__(self, bad=""):
        self.bad, self.closed = bad, False
        self.info = EngineInfo("tones" * (bad != "nameless"), "Tones")

    async def transcribe(self, sound, *, language="", wanted=always):
        if self.closed and self.bad != "open":
            raise Unavailable("I am closed.", fix="" if self.bad == "fixless" else "Open me.")
        if language and language != "en" and self.bad != "polyglot":
            raise HubError("I know English only.", fix="Speak English.")
        if not 8_000 <= sound.rate <= 96_000:
            if self.bad == "any rate":
                return Transcript("")
            raise HubError("I cannot take that rate.", fix="Send 16 kHz.")
        if self.bad == "halves" and len(sound.pcm) % 2:
            raise ValueError("half a sample")
        if self.bad != "deaf to no" and not wanted():
            return Transcript("")
        if self.bad == "stubborn" and sound.seconds > 10:
            try:
                await asyncio.sleep(0.3)
            except asyncio.CancelledError:
                return Transcript("")
        else:
            await asyncio.sleep(0.01)
        times = min(_tones(sound), 1 if self.bad == "forgets" else 9)
        heard = " ".join([SAID] * times) or ("You" if self.bad == "phantom" else "")
        sure = 7.0 if self.bad == "too sure" else None
        blank = " " if self.bad == "blanks" else ""
        if self.bad == "mumbles" and heard:
            heard = "tern"
        return Transcript(heard + blank, engine="tones", confidence=sure)

    def close(self):
        self.closed = True


async def test_ears_that_keep_the_contract_pass():
    await check_speech_to_text(Ears, speech=TONE, said=SAID, close=Ears.close)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ("nameless", "a name and a title"), ("polyglot", "does not know raises"), ("any rate", "must be refused"),
        ("halves", "half a sample"), ("deaf to no", "never asked"), ("stubborn", "cancellation must end it"),
        ("phantom", "it heard 'You' in silence"), ("too sure", "of 0 to 1"), ("blanks", "no blanks"),
        ("mumbles", "it heard 'tern'"), ("forgets", "of 30 s it heard"), ("open", "without ears it must raise"), ("fixless", "and what to do"),
    ],
)  # fmt: skip
async def test_the_suite_finds_what_breaks_the_contract(bad, says, monkeypatch):
    monkeypatch.setattr(ears, "SOON_S", 0.5)
    with pytest.raises(AssertionError, match="breaks the contract") as caught:
        await check_speech_to_text(lambda: Ears(bad), speech=TONE, said=SAID, close=Ears.close)
    assert says in str(caught.value)


async def test_without_ears_the_port_says_why():
    await check_speech_to_text(NullSpeechToText, hears=False)
    with pytest.raises(AssertionError, match="says why"):
        await check_speech_to_text(lambda: NullSpeechToText("", ""), hears=False)
    with pytest.raises(AssertionError, match=r"must raise hub\.Unavailable"):
        await check_speech_to_text(Ears, hears=False)
