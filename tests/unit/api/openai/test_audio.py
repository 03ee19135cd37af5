"""Sound through the OpenAI-compatible API: what goes in is what the ears hear, what they say comes out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from tests.engines import Ears, Mouth

from hub import sound
from hub.ports import Slice, Sound, SpeechToText, TextToSpeech

if TYPE_CHECKING:
    from tests.serving import Serving

LOUD = Sound(b"\x00\x20" * 16_000)
WAV = sound.pack(LOUD)


@pytest.fixture
def ears(api: Serving) -> Ears:
    api.hub.provide(SpeechToText, made := Ears())
    return made


@pytest.fixture
def mouth(api: Serving) -> Mouth:
    api.hub.provide(TextToSpeech, made := Mouth())
    return made


async def send(api: Serving, file: bytes | None = WAV, **fields: str) -> tuple[int, str, str]:
    """Send a form; return status, media type and body."""
    form = aiohttp.FormData()
    for name, value in {"model": "whisper-1", **fields}.items():
        if value:
            form.add_field(name, value)
    if file is not None:
        form.add_field("file", file, filename="a.wav")
    async with api.client() as client, client.post("/v1/audio/transcriptions", data=form) as answer:
        return answer.status, answer.content_type, await answer.text()


async def test_words_in_every_form(api: Serving, ears: Ears) -> None:
    assert await send(api) == (
        200, "application/json", '{"text":"1.0 seconds at 16000.","usage":{"type":"duration","seconds":1}}',
    )  # fmt: skip
    assert ears.heard == [LOUD]
    assert await send(api, response_format="text") == (200, "text/plain", "1.0 seconds at 16000.\n")
    _, kind, text = await send(api, response_format="srt")
    assert (kind, text) == ("text/plain", "1\n00:00:00,000 --> 00:00:01,000\n1.0 seconds at 16000.\n\n")
    assert (await send(api, response_format="vtt"))[2].startswith("WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n")
    _, _, text = await send(api, response_format="verbose_json", language="de")
    assert '"language":"de"' in text
    assert '"duration":1.0' in text
    assert '"start":0.0,"end":1.0' in text


async def test_the_words_come_as_events_too(api: Serving, ears: Ears) -> None:
    status, kind, text = await send(api, stream="true")
    assert (status, kind) == (200, "text/event-stream")
    assert 'event: transcript.text.delta\ndata: {"type":"transcript.text.delta","delta":"1.0 sec' in text
    assert text.endswith('"text":"1.0 seconds at 16000."}\n\n')


async def test_other_files_are_decoded_and_long_ones_heard_piece_by_piece(api: Serving, ears: Ears) -> None:
    async def slices():
        yield Slice(Sound(LOUD.pcm * 25))

    file = b"".join([block async for block in sound.encode(slices(), "mp3")])
    status, _, text = await send(api, file, response_format="verbose_json")
    assert status == 200
    assert [one.rate for one in ears.heard] == [16_000] * 2
    assert sum(one.seconds for one in ears.heard) == pytest.approx(25, abs=0.2)
    assert text.count('"id":') == 2


async def test_silence_has_no_words_and_troubles_nobody(api: Serving, ears: Ears) -> None:
    assert (await send(api, sound.pack(Sound(bytes(32_000)))))[2].startswith('{"text":""')
    assert ears.heard == []


@pytest.mark.parametrize(
    ("file", "fields", "status", "param"),
    [
        (WAV, {"model": "gpt-9"}, 404, "model"),
        (WAV, {"model": ""}, 400, "model"),
        (None, {}, 400, "file"),
        (b"", {}, 400, "file"),
        (b"this is no sound", {}, 415, "file"),
        (WAV, {"language": "tlh"}, 400, "language"),
        (WAV, {"response_format": "diarized_json"}, 400, "response_format"),
        (WAV, {"stream": "perhaps"}, 400, "stream"),
        (WAV, {"timestamp_granularities[]": "word"}, 400, "timestamp_granularities"),
    ],
)
async def test_what_is_not_right_is_refused_with_the_field(  # noqa: PLR0917
    api, ears, file, fields, status, param
) -> None:
    got, _, text = await send(api, file, **fields)
    assert got == status, text
    assert f'"param":"{param}"' in text
    assert '"fix":""' not in text


async def test_a_body_that_is_no_form_is_refused(api: Serving, ears: Ears) -> None:
    answer = await api.ask("/v1/audio/transcriptions", b"{}")
    assert (answer.status, answer.json["error"]["param"]) == (400, "file")


async def test_too_much_is_refused(api: Serving, ears: Ears) -> None:
    status, _, _ = await send(api, bytes(sound.LARGEST + (2 << 16)))
    assert status == 413


async def say(api: Serving, text: str = "one two three", **more: Any) -> Any:
    return await api.ask("/v1/audio/speech", {"model": "tts-1", "input": text, "voice": "alloy", **more})


async def test_a_text_comes_as_every_kind_of_sound(api: Serving, mouth: Mouth) -> None:
    for kind, media in sound.KINDS.items():
        answer = await say(api, response_format=kind)
        assert (answer.status, answer.headers["content-type"]) == (200, media), kind
        if kind == "pcm":
            assert len(answer.body) == pytest.approx(24_000 * 2 * 0.3, rel=0.1)
        else:
            back, _ = await sound.decode(answer.body)
            assert back.seconds == pytest.approx(0.3, abs=0.12), kind
    assert (await say(api)).headers["content-type"] == "audio/mpeg"
    assert {voice for _, voice, _ in mouth.said} == {""}


async def test_voice_and_speed_reach_the_mouth(api: Serving, mouth: Mouth) -> None:
    assert (await say(api, voice="high", speed=2.0, response_format="wav")).status == 200
    assert (await say(api, voice={"id": "low"}, instructions="Whisper.")).headers["x-hub-ignored"]
    assert mouth.said == [("one two three", "high", 2.0), ("one two three", "low", 1.0)]


@pytest.mark.parametrize(
    ("more", "status", "param"),
    [
        ({"voice": "nobody"}, 400, "voice"), ({"model": "x"}, 404, "model"), ({"input": ""}, 400, "input"),
        ({"input": "x" * 4_097}, 400, "input"), ({"speed": 9}, 400, "speed"),
        ({"response_format": "midi"}, 400, "response_format"), ({"stream_format": "sse"}, 400, "stream_format"),
    ],
)  # fmt: skip
async def test_what_cannot_be_said_is_refused(api, mouth, more, status, param) -> None:
    answer = await say(api, **more)
    assert (answer.status, answer.json["error"]["param"]) == (status, param), answer.body


async def test_who_leaves_ends_the_speech(api: Serving, mouth: Mouth) -> None:
    mouth.pause = 0.02
    body = {"model": "tts-1", "input": "word " * 800, "voice": "alloy", "response_format": "wav"}
    async with api.client() as client, client.post("/v1/audio/speech", json=body) as answer:
        await answer.content.readany()
        answer.close()
    async with asyncio.timeout(60):
        while not mouth.stopped:
            await asyncio.sleep(0.02)


async def test_without_ears_and_voice_it_says_what_would_help(api: Serving) -> None:
    status, _, text = await send(api)
    assert status == 503
    assert "Enable the voice plugin." in text
    answer = await say(api)
    assert (answer.status, answer.json["error"]["fix"]) == (503, "Enable the voice plugin.")


async def test_strangers_hear_nothing(api: Serving, mouth: Mouth) -> None:
    answer = await api.ask("/v1/audio/speech", {"model": "tts-1", "input": "x"}, key="")
    assert answer.status == 401
    assert mouth.said == []
