"""The engines' ports on the hub's side, over the real child: words and sound beside the talks."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from contextlib import aclosing
from typing import Any, cast

import numpy as np
import pytest
from plugins.voice.tests.conftest import SHARED, Ear, s16, silence, word_errors

from hub import Accepted, AudioFormat, HubError, Sound, Unavailable
from hub.testing import check_speech_to_text, check_text_to_speech
from hub_voice.pcm import Resampler, Samples
from hub_voice.requests import ChildEars, ChildMouth, Requests
from hub_voice.speech import ChildSpeech

pytestmark = [pytest.mark.models, SHARED]
Speak = Callable[..., Samples]

SAID = "Turn off the lights in the kitchen."


def sound(samples: Samples, rate: int = 16_000) -> Sound:
    bent = samples if rate == 16_000 else Resampler(16_000, rate).push(samples)
    return Sound(s16(bent), rate)


async def test_ears_and_mouth_keep_the_contracts_of_their_ports(speech: ChildSpeech, piper: Speak) -> None:
    assert speech.ears.info.name == "moonshine-tiny"
    await check_speech_to_text(lambda: speech.ears, speech=sound(piper(SAID)), said=SAID)
    await check_text_to_speech(lambda: speech.mouth)
    await text_becomes_sound(speech)


ROOMS = ("kitchen", "bathroom", "garden", "garage", "bedroom", "office")


async def test_a_minute_is_heard_in_segments_and_a_talk_goes_first(speech: ChildSpeech, piper: Speak) -> None:
    told = [f"Please open the window in the {room}, and then close it." for room in ROOMS * 3]
    parts = [await asyncio.to_thread(piper, text) for text in told]  # the child is watched by this loop
    long = np.concatenate([part for said in parts for part in (said, silence(0.6))])
    assert len(long) > 55 * 16_000
    asked = asyncio.create_task(speech.ears.transcribe(sound(long)))
    ear = Ear(await speech.open("talk", AudioFormat()))
    await ear.session.listen(push_to_talk=True)
    await ear.hear(piper("What time is it?"), fast=True)
    await ear.session.finish()
    assert word_errors("What time is it?", (await ear.wait(Accepted)).text) <= 0.25
    assert not asked.done()
    assert word_errors(" ".join(told), (await asked).text) <= 0.1
    await ear.session.close()


async def text_becomes_sound(speech: ChildSpeech) -> None:
    voices = await speech.mouth.voices()
    assert voices
    parts = [part async for part in speech.mouth.speak(SAID, voice=voices[0].name)]
    assert parts[-1].remaining == 0
    assert len(parts) > 1
    rate = parts[0].sound.rate
    said = await speech.ears.transcribe(Sound(b"".join(part.sound.pcm for part in parts), rate))
    assert word_errors(SAID, said.text) <= 0.15
    marked = f"## **Note**\n\n`{SAID}` \U0001f642"
    pcm = b"".join([part.sound.pcm async for part in speech.mouth.speak(marked)])
    heard = (await speech.ears.transcribe(Sound(pcm, rate))).text.lower()
    assert "kitchen" in heard
    assert not {"star", "asterisk", "hash", "backtick"} & set(heard.split())
    told = cast("Any", speech.mouth.speak("This is one sentence of very many. " * 500))
    async with aclosing(told) as parts:
        await anext(parts)
        await asyncio.sleep(1.0)
        boxes = speech._requests._boxes
        assert sum(box.qsize() for box in boxes.values()) <= 8
    assert not boxes
    assert [part async for part in speech.mouth.speak("Yes.")]


async def test_a_child_that_dies_fails_what_was_asked_and_the_next_one_answers(
    speech: ChildSpeech, piper: Speak
) -> None:
    child = speech._child
    assert child is not None
    assert child.pid is not None
    long = sound(np.concatenate([piper(SAID)] * 40))
    asked = [asyncio.create_task(speech.ears.transcribe(long)) for _ in range(3)]
    await asyncio.sleep(0.3)
    os.kill(child.pid, signal.SIGKILL)
    for one in asked:
        with pytest.raises(Unavailable) as caught:
            await one
        assert caught.value.fix
    assert await child.ready(60)
    assert word_errors(SAID, (await speech.ears.transcribe(sound(piper(SAID)))).text) <= 0.15


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (Sound(b"\0\0" * 100, 7_999), "7999 Hz"),
        (Sound(b"\0\0" * 100, 96_001), "96001 Hz"),
        (Sound(bytes(2 * 8_000 * 601), 8_000), "10 minutes"),
    ],
)
async def test_what_cannot_be_heard_does_not_reach_the_child(given: Sound, says: str) -> None:
    async def send(kind: str, data: dict[str, Any], payload: bytes | None) -> None:
        raise AssertionError(kind)

    ears = ChildEars(Requests(send), dict)
    with pytest.raises(HubError, match=says) as caught:
        await ears.transcribe(given)
    assert caught.value.fix
    with pytest.raises(HubError, match="characters at once"):
        await anext(ChildMouth(Requests(send), dict).speak("a" * 200_001))  # type: ignore[call-overload]


async def test_a_child_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    told = list[str]()

    async def send(kind: str, data: dict[str, Any], payload: bytes | None) -> None:
        told.append(kind)

    monkeypatch.setattr("hub_voice.requests.WAIT_S", 0.1)
    requests = Requests(send)
    with pytest.raises(Unavailable, match="does not answer"):
        await ChildEars(requests, dict).transcribe(Sound(bytes(320)))
    assert told == ["hub.transcribe", "hub.cancel"]
    assert not requests._boxes


async def test_without_a_child_the_ports_say_why() -> None:
    async def send(kind: str, data: dict[str, Any], payload: bytes | None) -> None:
        raise Unavailable("My ears are not there.", fix="Wait a moment.")

    requests = Requests(send)
    ears, mouth = ChildEars(requests, dict), ChildMouth(requests, dict)
    with pytest.raises(Unavailable, match="not there"):
        await ears.transcribe(Sound(bytes(3200)))
    with pytest.raises(Unavailable, match="not there"):
        _ = [part async for part in mouth.speak("Hello.")]
    assert await mouth.voices() == ()
    assert ears.info.name == "moonshine-tiny"
    assert mouth.info.name == "piper"
