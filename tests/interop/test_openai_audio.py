"""The openai packages of Python and of npm, as their users write and hear sound with them."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import openai
import pytest
from tests.engines import Ears, Mouth
from tests.serving import PATIENCE_S, serving

from hub import sound
from hub.ports import Sound, SpeechToText, TextToSpeech

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.serving import Serving

WAV = sound.pack(Sound(b"\x00\x20" * 32_000))
SCRIPT = Path(__file__).with_name("openai_audio_npm.mjs")
PACKAGE = Path(__file__).parents[2] / "node_modules" / "openai"
NODE = shutil.which("node")


@pytest.fixture
async def voiced(tmp_path: Path) -> AsyncIterator[Serving]:
    async with serving(tmp_path / "hub") as served:
        served.hub.provide(SpeechToText, Ears())
        served.hub.provide(TextToSpeech, Mouth())
        yield served


@pytest.fixture
async def client(voiced: Serving) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=voiced.v1, api_key=voiced.key, max_retries=0) as made:
        yield made


async def test_python_writes_down(client: openai.AsyncOpenAI) -> None:
    ask = client.audio.transcriptions.create
    plain = await ask(model="whisper-1", file=("a.wav", WAV))
    assert plain.text == "2.0 seconds at 16000."
    whole = await ask(
        model="whisper-1", file=("a.wav", WAV), response_format="verbose_json",
        timestamp_granularities=["segment"], language="de",
    )  # fmt: skip
    assert (whole.language, float(whole.duration)) == ("de", 2.0)
    assert whole.segments
    assert (whole.segments[0].start, whole.segments[0].end) == (0.0, 2.0)
    assert await ask(model="whisper-1", file=WAV, response_format="srt") == (
        "1\n00:00:00,000 --> 00:00:02,000\n2.0 seconds at 16000.\n\n"
    )
    stream = await ask(model="gpt-4o-transcribe", file=("a.wav", WAV), stream=True)
    events = [event async for event in stream]
    assert [event.type for event in events] == ["transcript.text.delta", "transcript.text.done"]
    assert events[-1].text == plain.text
    with pytest.raises(openai.NotFoundError):
        await ask(model="gpt-9", file=("a.wav", WAV))
    with pytest.raises(openai.BadRequestError):
        await ask(model="whisper-1", file=("a.wav", WAV), language="tlh")


async def test_python_speaks(client: openai.AsyncOpenAI, tmp_path: Path) -> None:
    whole = await client.audio.speech.create(
        model="tts-1", voice="nova", input="one two", response_format="wav"
    )
    back, _ = await sound.decode(whole.content)
    assert back.seconds == pytest.approx(0.2, abs=0.05)
    async with client.audio.speech.with_streaming_response.create(
        model="tts-1", voice="nova", input="one two"
    ) as stream:
        await stream.stream_to_file(tmp_path / "a.mp3")
    assert (await sound.decode((tmp_path / "a.mp3").read_bytes()))[0].seconds == pytest.approx(0.2, abs=0.12)


@pytest.mark.skipif(NODE is None or not PACKAGE.is_dir(), reason="needs Node.js and `npm ci`")
async def test_npm_writes_down_and_speaks(voiced: Serving) -> None:
    assert NODE is not None
    pipes = {
        "stdout": asyncio.subprocess.PIPE,
        "stderr": asyncio.subprocess.PIPE,
        "stdin": asyncio.subprocess.PIPE,
    }
    node = await asyncio.create_subprocess_exec(NODE, str(SCRIPT), voiced.v1, voiced.key, **pipes)
    printed, complaint = await asyncio.wait_for(node.communicate(WAV), PATIENCE_S)
    assert node.returncode == 0, complaint.decode()
    told = json.loads(printed)
    assert told["text"] == told["streamed"] == "2.0 seconds at 16000."
    assert told["duration"] == 2
    assert told["vtt"].startswith("WEBVTT")
    assert told["speech"][:4] == [0x52, 0x49, 0x46, 0x46]  # RIFF
    assert told["wrong"] == ["BadRequestError", 400]
