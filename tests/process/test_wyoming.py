"""A whole hub as a Wyoming server and behind `/v1/realtime`: its own voice says a question, its ears hear it."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import shutil
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioChunkConverter, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.info import Describe, Info
from wyoming.tts import Synthesize

from hub.testing import RunningHub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = [pytest.mark.models, pytest.mark.slow]

PATIENCE_S = 60.0
QUESTION = "What is twelve times seven?"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[tuple[RunningHub, int]]:
    models = Path(os.environ.get("HUB_MODELS", Path(__file__).parents[2] / ".data/models"))
    shutil.copytree(models, tmp_path / "models", copy_function=os.link)
    port = free_port()
    (tmp_path / "hub.toml").write_text(f'[plugins.voice]\nwyoming_server = "{port}"\n')
    async with RunningHub(tmp_path) as hub:
        await hub.sign_in()
        await hub.until_ready("voice")
        yield hub, port


async def until(client: AsyncTcpClient, kind: str) -> list[Any]:
    found = []
    while not found or found[-1].type != kind:
        event = await client.read_event()
        assert event is not None
        assert event.type != "error", event.data
        found.append(event)
    return found


async def spoken(client: AsyncTcpClient, text: str) -> tuple[bytes, int]:
    await client.write_event(Synthesize(text).event())
    chunks = [AudioChunk.from_event(one) for one in await until(client, "audio-stop") if one.payload]
    return b"".join(chunk.audio for chunk in chunks), chunks[0].rate


async def test_the_official_client_hears_and_is_heard_and_a_realtime_client_is_answered_aloud(
    house: tuple[RunningHub, int],
) -> None:
    hub, port = house
    async with AsyncTcpClient("127.0.0.1", port, connect_timeout=5, read_timeout=PATIENCE_S) as client:
        await client.write_event(Describe().event())
        info = Info.from_event((await until(client, "info"))[-1])
        assert info.asr
        assert info.tts[0].voices
        pcm, rate = await spoken(client, f"**{QUESTION}**")
        form: Any = {"rate": rate, "width": 2, "channels": 1}
        await client.write_event(Transcribe(language="en").event())
        await client.write_event(AudioStart(**form).event())
        for at in range(0, len(pcm), 4096):
            await client.write_event(AudioChunk(**form, audio=pcm[at : at + 4096]).event())
        await client.write_event(AudioStop().event())
        heard = Transcript.from_event((await until(client, "transcript"))[-1]).text
        assert "times" in heard.lower()
    said, answer = await _ask_aloud(hub, pcm, rate)
    assert "times" in said.lower()
    assert "84" in answer


async def _ask_aloud(hub: RunningHub, pcm: bytes, rate: int) -> tuple[str, str]:
    """Ask over ``/v1/realtime`` as a microphone would; return what was heard, and what was answered aloud."""
    bend = AudioChunkConverter(rate=24_000)
    sound = bend.convert(AudioChunk(rate=rate, width=2, channels=1, audio=pcm)).audio + bytes(2 * 24_000)
    address = f"{hub.url.replace('http', 'ws', 1)}/v1/realtime?model=hub/auto"
    said, seconds = "", 0.0
    async with hub.client.ws_connect(address, max_msg_size=0) as live:
        microphone = asyncio.create_task(_stream(live, sound))
        async with asyncio.timeout(PATIENCE_S):
            while True:
                message = await live.receive()
                assert message.type is aiohttp.WSMsgType.TEXT, message
                event = json.loads(message.data)
                assert event["type"] != "error", event
                if event["type"] == "conversation.item.input_audio_transcription.completed":
                    said = event["transcript"]
                elif event["type"] == "response.output_audio.delta":
                    seconds += len(base64.b64decode(event["delta"])) / 48_000
                elif event["type"] == "response.done" and event["response"]["status"] == "completed":
                    microphone.cancel()
                    assert seconds > 0.5
                    return said, event["response"]["output"][0]["content"][0]["transcript"]


async def _stream(live: aiohttp.ClientWebSocketResponse, sound: bytes) -> None:
    """Send ``sound`` in real time, then silence."""
    step, at = 2_400, 0
    while True:
        part = sound[at : at + step].ljust(step, b"\x00")
        audio = base64.b64encode(part).decode()
        await live.send_str(json.dumps({"type": "input_audio_buffer.append", "audio": audio}))
        at += step
        await asyncio.sleep(step / 48_000)
