"""Whole talks through the real port, the real child and the real models."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

import numpy as np
import pytest

from hub import (
    Accepted,
    Audio,
    AudioFormat,
    BargeIn,
    Draft,
    Finished,
    Heard,
    HubError,
    Started,
    Timed,
    Trouble,
    Unavailable,
    Withdrawn,
)
from hub_voice.pcm import Resampler, Samples
from hub_voice.speech import ChildSpeech

from .conftest import RATE, SHARED, Ear, s16, silence, word_errors

pytestmark = [pytest.mark.models, SHARED]
Speak = Callable[..., Samples]


async def begin(speech: ChildSpeech, name: str = "s", audio: AudioFormat | None = None) -> Ear:
    return Ear(await speech.open(name, audio or AudioFormat()))


async def test_a_question_is_heard_and_the_answer_spoken(speech: ChildSpeech, piper: Speak) -> None:
    ear = await begin(speech)
    await ear.session.listen()
    await ear.hear(np.concatenate([silence(0.5), piper("What is the weather like today?"), silence(1.5)]))
    turn = await ear.wait(Accepted)
    assert word_errors("What is the weather like today?", turn.text) <= 0.2
    assert turn.silence_ms > 0
    answer = "It will rain in the morning, and the sun comes out in the afternoon."
    await ear.session.say("t1", answer, last=True)
    await ear.session.release("t1")
    started = await ear.wait(Started)
    assert started.turn == "t1"
    assert started.ms > 0
    await ear.wait(Finished)
    assert ear.all(Heard)[-1].chars == len(answer)
    sound = np.frombuffer(b"".join(frame.pcm for frame in ear.all(Audio)), "<i2").astype(np.float32) / 32768
    rate = ear.all(Audio)[0].rate
    other = await begin(speech, "listener", AudioFormat("s16le", rate))
    await other.session.listen(push_to_talk=True)
    await other.session.push(s16(sound))
    await other.session.finish()
    assert word_errors(answer, (await other.wait(Accepted)).text) <= 0.2
    assert speech.tile().unit == "to first sound"
    await ear.session.close()
    await other.session.close()


async def test_an_answer_prepared_on_a_draft_is_silent_until_released(speech: ChildSpeech) -> None:
    ear = await begin(speech)
    await ear.session.say("t", "This was only a guess.", last=True)
    await asyncio.sleep(1.0)
    assert not ear.all(Audio)
    epoch = await ear.session.interrupt()
    await ear.session.release("t")
    await ear.session.say("u", "And this is right.", last=True)
    await ear.session.release("u")
    await ear.wait(Finished)
    assert {frame.epoch for frame in ear.all(Audio)} == {epoch}
    await ear.session.close()


@pytest.mark.parametrize("pause", [0.25, 0.4])
async def test_a_pause_at_a_comma_does_not_end_the_turn(
    speech: ChildSpeech, piper: Speak, pause: float
) -> None:
    ear = await begin(speech)
    await ear.session.listen()
    first, second = piper("When you have finished with the kitchen,"), piper("please turn off the lights.")
    # the voice breathes at both ends for as long as it likes: cut that, so that the pause is what it says
    first = first[: np.flatnonzero(np.abs(first) > 0.01)[-1]]
    second = second[np.flatnonzero(np.abs(second) > 0.01)[0] :]
    await ear.hear(np.concatenate([silence(0.4), first, silence(pause), second, silence(1.5)]))
    turn = await ear.wait(Accepted)
    assert (
        word_errors("When you have finished with the kitchen please turn off the lights", turn.text) <= 0.25
    )
    await ear.session.close()


def noises() -> dict[str, Samples]:
    time, random = np.arange(3 * RATE) / RATE, np.random.default_rng(3)
    click = np.zeros(3 * RATE, np.float32)
    click[RATE : RATE + 40] = 0.9
    burst = random.normal(0, 0.3, 3 * RATE) * np.exp(-(((time - 1) / 0.05) ** 2))  # a cough, roughly
    return {
        "silence": silence(3),
        "digital silence": np.zeros(3 * RATE, np.float32),
        "hum": (0.2 * np.sin(2 * np.pi * 50 * time) + 0.1 * np.sin(2 * np.pi * 150 * time)).astype(
            np.float32
        ),
        "clicks": click,
        "cough": burst.astype(np.float32),
        "hiss": random.normal(0, 0.05, 3 * RATE).astype(np.float32),
        "tone": (0.3 * np.sin(2 * np.pi * 1000 * time)).astype(np.float32),
    }


async def test_noise_is_no_turn(speech: ChildSpeech) -> None:
    for name, sound in noises().items():
        ear = await begin(speech, name)
        await ear.session.listen()
        await ear.hear(sound, fast=True)
        await asyncio.sleep(0.5)
        assert not ear.all(Accepted), name
        assert not ear.all(Draft), name
        await ear.session.close()


async def test_silence_while_the_button_is_held_is_no_turn(speech: ChildSpeech) -> None:
    ear = await begin(speech)
    await ear.session.listen(push_to_talk=True)
    await ear.hear(silence(1), fast=True)
    await ear.session.finish()
    await ear.wait(Withdrawn)
    assert not ear.all(Accepted)
    await ear.session.close()


async def test_speaking_over_the_answer_stops_it(speech: ChildSpeech, piper: Speak) -> None:
    ear = await begin(speech)
    await ear.session.listen()
    answer = "Let me tell you a very long story about a ship, a storm and a lighthouse. " * 3
    await ear.session.say("t", answer, last=True)
    await ear.session.release("t")
    await ear.wait(Started)
    await ear.hear(np.concatenate([silence(1.2), piper("Please stop talking about that.")]))
    stop = await ear.wait(BargeIn)
    assert stop.turn == "t"
    assert 0 < stop.heard < len(answer)
    before = len(ear.all(Audio))
    await ear.hear(silence(1.5))
    turn = await ear.wait(Accepted)
    assert word_errors("Please stop talking about that.", turn.text) <= 0.35
    assert len(ear.all(Audio)) == before
    await ear.session.close()


async def test_a_cough_does_not_stop_the_answer(speech: ChildSpeech) -> None:
    ear = await begin(speech)
    await ear.session.listen()
    await ear.session.say("t", "This sentence goes on although somebody coughs in the room.", last=True)
    await ear.session.release("t")
    await ear.wait(Started)
    await ear.hear(noises()["cough"])
    await ear.wait(Finished)
    assert not ear.all(BargeIn)
    await ear.session.close()


@pytest.mark.slow
async def test_a_long_speech_is_heard_to_its_end(speech: ChildSpeech, piper: Speak) -> None:
    text = (
        "It was a bright cold day in spring and the clocks were striking. The old man walked down to "
        "the river and looked at the boats. A dog was sleeping in the sun beside the door of the mill. "
        "The children came home from school and threw stones into the water. Nobody said a word about "
        "the letter. In the evening the wind turned to the north and brought the first rain. The lamps "
        "were lit one after another."
    )
    ear = await begin(speech)
    await ear.session.listen(push_to_talk=True)
    sound = piper(text)
    assert len(sound) > 20 * RATE
    await ear.hear(sound, fast=True)
    await ear.session.finish()
    turn = await ear.wait(Accepted)
    assert word_errors(text, turn.text) <= 0.2
    await ear.session.close()


async def test_two_people_talk_at_once(speech: ChildSpeech, piper: Speak, espeak: Speak) -> None:
    one, two = await begin(speech, "one"), await begin(speech, "two", AudioFormat("f32le", 48_000))
    await one.session.listen()
    await two.session.listen()
    first = np.concatenate([piper("How much memory is free?"), silence(1.5)])
    second = np.concatenate([espeak("What is the time in London?"), silence(1.5)])
    loud = Resampler(16_000, 48_000).push(second)

    async def push_floats() -> None:
        for at in range(0, len(loud), 960):
            await two.session.push(loud[at : at + 960].tobytes())
            await asyncio.sleep(0.02)

    await asyncio.gather(one.hear(first), push_floats())
    assert word_errors("How much memory is free?", (await one.wait(Accepted)).text) <= 0.4
    assert word_errors("What is the time in London?", (await two.wait(Accepted)).text) <= 0.4
    await one.session.close()
    await two.session.close()


async def test_hostile_input_harms_nobody(speech: ChildSpeech, piper: Speak) -> None:
    ear = await begin(speech, audio=AudioFormat("f32le", 16_000))
    session = ear.session
    await session.push(b"\x01" * 3)
    await session.finish()
    await session.release("nobody")
    await session.played(99, 10**12)
    await session.played(0, -5)
    await session.listen()
    await session.listen()
    for rubbish in (b"", b"\x00", b"\xff" * 7, np.full(5000, np.nan, "<f4").tobytes(), b"\x7f" * 3_000_001):
        await session.push(rubbish)
    await session.ignore()
    await session.ignore()
    await session.say("t", "*** \x00 ###", last=True)
    await session.say("t", "late", last=True)
    await session.interrupt()
    await session.interrupt()
    await session.listen()
    sound = np.concatenate([piper("Are you still there?"), silence(1.5)])
    for at in range(0, len(sound), 1000):
        await session.push(sound[at : at + 1000].astype("<f4").tobytes())
    assert word_errors("Are you still there?", (await ear.wait(Accepted)).text) <= 0.3
    await session.close()
    await session.close()
    await session.push(b"1234")
    await session.say("t", "Too late.")
    await session.interrupt()


@pytest.mark.parametrize(
    "audio",
    [AudioFormat("s16le", 7_999), AudioFormat("s16le", 96_001), AudioFormat("s16le", 16_000, 3)],
)
async def test_a_format_that_is_not_taken_says_which_are(speech: ChildSpeech, audio: AudioFormat) -> None:
    with pytest.raises(HubError, match="cannot take"):
        await speech.open("s", audio)


async def test_a_child_killed_in_mid_talk_is_replaced_and_the_session_goes_on(
    speech: ChildSpeech, piper: Speak
) -> None:
    ear = await begin(speech)
    await ear.session.listen()
    await ear.session.say(
        "t", "A long answer that will not be heard to its end, because of a crash.", last=True
    )
    await ear.session.release("t")
    await ear.wait(Started)
    child = speech._child
    assert child is not None
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    trouble = await ear.wait(Trouble)
    assert trouble.reason
    assert trouble.fix
    assert speech.health().state == "degraded"
    await ear.session.push(s16(silence(2)))
    await ear.session.say("gone", "Nobody hears this.")
    epoch = await ear.session.interrupt()
    assert await child.ready(60)
    ear.events.clear()
    await ear.hear(np.concatenate([silence(0.5), piper("Tell me the time, please."), silence(1.5)]))
    assert word_errors("Tell me the time, please.", (await ear.wait(Accepted)).text) <= 0.4
    await ear.session.say("u", "It is noon.", last=True)
    await ear.session.release("u")
    await ear.wait(Finished)
    assert all(frame.epoch > epoch for frame in ear.all(Audio))
    assert speech.health().state == "ready"
    await ear.session.close()


async def test_a_child_that_stands_still_for_seconds_loses_no_word(speech: ChildSpeech, piper: Speak) -> None:
    ear = await begin(speech)
    await ear.session.listen()
    child = speech._child
    assert child is not None
    assert child.pid is not None
    sound = np.concatenate([silence(0.4), piper("Remind me to water the plants tomorrow."), silence(1.5)])
    os.kill(child.pid, signal.SIGSTOP)
    try:
        await ear.hear(sound[: int(2.5 * RATE)])
    finally:
        os.kill(child.pid, signal.SIGCONT)
    await ear.hear(sound[int(2.5 * RATE) :])
    turn = await ear.wait(Accepted)
    assert word_errors("Remind me to water the plants tomorrow.", turn.text) <= 0.2
    assert ear.session.dropped == 0  # type: ignore[attr-defined]  # the remote session's own count
    await ear.session.close()


async def test_stereo_at_96_khz_is_heard(speech: ChildSpeech, piper: Speak) -> None:
    ear = await begin(speech, audio=AudioFormat("s16le", 96_000, 2))
    await ear.session.listen(push_to_talk=True)
    mono = Resampler(16_000, 96_000).push(np.concatenate([silence(0.3), piper("Is the door locked?")]))
    both = s16(np.stack([mono, mono], axis=1).ravel())
    for at in range(0, len(both), 7_680):  # 20 ms
        await ear.session.push(both[at : at + 7_680])
    await ear.session.finish()
    assert word_errors("Is the door locked?", (await ear.wait(Accepted)).text) <= 0.3
    await ear.session.close()


async def test_one_more_than_the_machine_can_hear_is_refused_with_the_reason(
    speech: ChildSpeech, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ChildSpeech, "capacity", 1)
    first, second = await begin(speech, "first"), await begin(speech, "second")
    await first.session.listen()
    with pytest.raises(Unavailable, match="talking with 1") as caught:
        await second.session.listen()
    assert caught.value.fix
    await first.session.listen(push_to_talk=True)  # who talks already may go on
    await first.session.ignore()
    await second.session.listen()
    assert speech.active == 1
    await first.session.close()
    await second.session.close()


async def test_a_voice_that_is_not_there_is_refused_and_the_talk_goes_on(speech: ChildSpeech) -> None:
    ear = await begin(speech)
    with pytest.raises(HubError, match="nobody") as caught:
        await ear.session.use(voice="nobody")
    assert caught.value.fix
    await ear.session.use(half_duplex=True)
    await ear.session.say("t", "I go on.", last=True)
    await ear.session.release("t")
    await ear.wait(Finished)
    await ear.session.close()


async def test_the_time_to_the_first_sound_is_told_step_by_step(speech: ChildSpeech, piper: Speak) -> None:
    ear = await begin(speech)
    await ear.session.listen()
    await ear.hear(np.concatenate([silence(0.5), piper("What is the time?"), silence(1.2)]))
    await ear.wait(Accepted)
    await ear.session.say("t", "It is noon, and the sun is high.", last=True)
    await ear.session.release("t")
    first = await ear.wait(Timed)
    assert (first.turn, first.played) == ("t", None)
    frame = await ear.wait(Audio)
    await asyncio.sleep(0.2)
    await ear.session.played(frame.epoch, frame.rate // 10)
    last = await ear.wait(Timed, 2)
    steps = [last.tail, last.text, last.endpoint, last.token, last.sound, last.sent, last.played]
    assert None not in steps
    assert steps == sorted(steps) or (last.text or 0) <= (last.endpoint or 0)
    assert last.sent <= last.played
    await ear.wait(Finished)
    await ear.session.close()
