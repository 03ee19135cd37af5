"""Our mouth over Wyoming, against the real server and against servers that misbehave."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

from hub.errors import HubError, Unavailable
from hub.ports.engines import Sound
from hub_voice.wyoming.address import Address
from hub_voice.wyoming.backed import BackedMouth
from hub_voice.wyoming.mouth import WyomingMouth
from hub_voice.wyoming.tempo import Tempo

from .conftest import Counting, described, free_port, odd_server, spoken, tell

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from wyoming.event import Event

    from hub.ports.engines import Slice

TEXT = "The kettle is boiling. Please take it off the stove."


async def said(mouth: Any, text: str, **how: Any) -> list[Sound]:
    return [part.sound async for part in mouth.speak(text, **how)]


@pytest.mark.models
async def test_the_real_server_speaks_and_is_understood(
    piper_server: Address, whisper_server: Address
) -> None:
    from hub_voice.wyoming.ears import WyomingEars

    mouth, lengths = WyomingMouth(piper_server), {}
    for speed in (1.0, 1.5, 0.7):
        parts = await said(mouth, TEXT, speed=speed, voice="en_US-joe-medium")
        assert len(parts) > 5, "it comes in pieces"
        whole = Sound(b"".join(part.pcm for part in parts), parts[0].rate)
        lengths[speed] = whole.seconds
        heard = (await WyomingEars(whisper_server).transcribe(whole)).text.lower()
        assert "kettle" in heard
        assert "stove" in heard
    assert lengths[1.5] == pytest.approx(lengths[1.0] / 1.5, rel=0.15)
    assert lengths[0.7] == pytest.approx(lengths[1.0] / 0.7, rel=0.15)


@pytest.mark.models
async def test_the_real_server_lists_voices_and_unknown_ones_are_refused(piper_server: Address) -> None:
    mouth = WyomingMouth(piper_server)
    assert any(one.name == "en_US-joe-medium" for one in await mouth.voices())
    with pytest.raises(HubError, match="has no voice 'nobody'"):
        await said(mouth, TEXT, voice="nobody")
    assert await said(mouth, "") == []
    assert await said(mouth, " \U0001f600 ") == []


@pytest.mark.models
async def test_leaving_early_ends_it_and_the_next_text_is_spoken(piper_server: Address) -> None:
    mouth = WyomingMouth(piper_server)
    async with aclosing(cast("AsyncGenerator[Slice, None]", mouth.speak(TEXT * 5))) as parts:
        async for _ in parts:
            break
    assert await said(mouth, "Yes.")


@pytest.mark.parametrize("streams", [False, True])
async def test_a_server_that_dies_in_mid_answer(streams: bool) -> None:
    async def answer(event: Event, writer: asyncio.StreamWriter) -> bool:
        if event.type == "describe":
            return await tell(writer, described(streams=streams))
        if event.type in {"synthesize", "synthesize-stop"}:
            await tell(writer, *spoken(bytes(3200))[:2])
            return False
        return True

    async with odd_server(answer) as address:
        got: list[Sound] = []
        with pytest.raises(Unavailable, match="broke off"):
            async for part in WyomingMouth(address).speak(TEXT):
                got.append(part.sound)  # noqa: PERF401  what came before it broke counts
        assert got == [Sound(bytes(3200))]


async def test_stereo_of_eight_bits_becomes_mono_of_sixteen() -> None:
    async def answer(event: Event, writer: asyncio.StreamWriter) -> bool:
        if event.type == "describe":
            return await tell(writer, described())
        if event.type == "synthesize":
            first, middle, last = spoken(bytes([192, 64] * 100 + [1]))
            middle.data |= {"width": 1, "channels": 2}
            return await tell(writer, first, middle, last)
        return True

    async with odd_server(answer) as address:
        (sound,) = await said(WyomingMouth(address), TEXT)
    assert np.frombuffer(sound.pcm, "<i2").tolist() == [0] * 100


@pytest.mark.parametrize("odd", [{"rate": 1}, {"rate": "x"}, {"width": 9}, {"channels": 0}])
async def test_sound_that_makes_no_sense_is_unavailable(odd: dict[str, Any]) -> None:
    async def answer(event: Event, writer: asyncio.StreamWriter) -> bool:
        if event.type == "describe":
            return await tell(writer, described())
        _, middle, _ = spoken(bytes(100))
        middle.data |= odd
        return await tell(writer, middle)

    async with odd_server(answer) as address:
        with pytest.raises(Unavailable):
            await said(WyomingMouth(address), TEXT)


async def test_the_own_voice_takes_over_and_it_is_told_once() -> None:
    told: list[Unavailable | None] = []
    own = Counting("own")
    mouth = BackedMouth(WyomingMouth(Address("127.0.0.1", free_port())), own, told.append)
    assert await said(mouth, "Hello", voice="en_US-amy-low")
    assert await said(mouth, "Again")
    assert own.texts == ["Hello", "Again"]
    assert len(told) == 1


async def test_a_text_is_not_spoken_twice_when_the_server_dies_in_it() -> None:
    async def answer(event: Event, writer: asyncio.StreamWriter) -> bool:
        if event.type == "describe":
            return await tell(writer, described())
        await tell(writer, *spoken(bytes(3200))[:2])
        return False

    own = Counting("own")
    async with odd_server(answer) as address:
        mouth = BackedMouth(WyomingMouth(address), own)
        with pytest.raises(Unavailable):
            await said(mouth, TEXT)
        assert own.texts == []
        assert await said(mouth, "Next.")
        assert own.texts == ["Next."]


@pytest.mark.parametrize("speed", [0.5, 0.8, 1.25, 2.0])
@pytest.mark.parametrize("cut", [160, 1024, 22_050])
def test_tempo_changes_the_length_and_not_the_pitch(speed: float, cut: int) -> None:
    rate, hz = 22_050, 180
    tone = (np.sin(2 * np.pi * hz * np.arange(2 * rate) / rate) * 8000).astype("<i2")
    tempo = Tempo(speed)
    made = b"".join(
        tempo.push(Sound(tone[at : at + cut].tobytes(), rate)).pcm for at in range(0, len(tone), cut)
    )
    wave = np.frombuffer(made + tempo.finish().pcm, "<i2").astype(float)
    assert len(wave) == pytest.approx(2 * rate / speed, rel=0.05)
    middle = wave[len(wave) // 4 : len(wave) * 3 // 4]
    power = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    assert np.argmax(power) * rate / len(middle) == pytest.approx(hz, rel=0.03)
    assert np.abs(middle).max() == pytest.approx(8000, rel=0.1)
