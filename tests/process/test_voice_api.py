"""The voice for programs with the real child and its real models: what is said aloud is heard again."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from hub import Sound, sound
from hub.testing import RunningHub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = [pytest.mark.models, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
MODELS = Path(os.environ.get("HUB_MODELS", ROOT / ".data" / "models"))
TEXT = "The weather is fine today. Please bring me a cup of tea."
WORDS = {"weather", "fine", "today", "bring", "cup", "tea"}


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[RunningHub]:
    if not MODELS.is_dir():
        pytest.skip(f"no models in {MODELS}: run `hub models pull`")
    shutil.copytree(MODELS, tmp_path / "models", copy_function=os.link)
    async with RunningHub(tmp_path, env={"PIP_NO_INDEX": "1"}) as running:
        await running.sign_in()
        async with asyncio.timeout(120):
            while not await _ready(running):
                await asyncio.sleep(0.2)
        yield running


async def _ready(hub: RunningHub) -> bool:
    return any(
        one["name"] == "voice" and one["state"] == "ready" for one in (await hub.get("/status"))["plugins"]
    )


def words(text: str) -> set[str]:
    return set("".join(one if one.isalpha() else " " for one in text.lower()).split())


def heard(text: str) -> bool:
    """Say whether ``text`` has the words that matter, but for one: the voice never says them twice alike."""
    return len(WORDS & words(text)) >= len(WORDS) - 1


async def post(hub: RunningHub, path: str, **body: Any) -> bytes:
    async with hub.client.post(hub.url + path, **body) as answer:
        data = await answer.read()
        assert answer.status == 200, data[:500]
        return data


async def test_what_is_said_is_heard_again_by_every_way(hub: RunningHub) -> None:
    wav = await post(hub, "/speak", json={"text": TEXT})
    spoken, _ = await sound.decode(wav)
    assert 2 < spoken.seconds < 8

    told = json.loads(await post(hub, "/transcribe", data=wav))
    assert heard(told["text"]), told
    assert told["language"] == "en"
    assert told["engine"]

    mp3 = await post(hub, "/v1/audio/speech", json={"model": "tts-1", "voice": "alloy", "input": TEXT})
    assert mp3[:3] in {b"ID3", b"\xff\xfb\x90"} or mp3[0] == 0xFF
    form = aiohttp.FormData({"model": "whisper-1", "response_format": "verbose_json"})
    form.add_field("file", mp3, filename="a.mp3")
    told = json.loads(await post(hub, "/v1/audio/transcriptions", data=form))
    assert heard(told["text"]), told
    assert told["segments"]

    for _ in range(3):  # it may be misheard, but not each time
        order = await post(hub, "/speak", json={"text": "Set a timer for ten minutes."})
        meant = json.loads(await post(hub, "/understand", data=order, headers={"content-type": "audio/wav"}))
        if meant["entities"].get("seconds") == 600:
            break
    assert (meant["intent"], meant["entities"].get("seconds")) == ("set_timer", 600.0), meant

    await _streamed(hub, spoken)
    listed = await hub.get("/voices")
    assert listed["voices"]
    async with hub.client.get(f"{hub.url}/voices", headers={"accept": "text/html"}) as answer:
        assert listed["voices"][0]["title"] in await answer.text()
    async with hub.client.post(f"{hub.url}/transcribe?language=tlh", data=wav) as answer:
        assert answer.status == 422
        assert (await answer.json())["fix"]
    silent = sound.pack(Sound(bytes(64_000)))
    assert json.loads(await post(hub, "/transcribe", data=silent))["text"] == ""


async def _streamed(hub: RunningHub, spoken: Any) -> None:
    """Send what was spoken over the socket, faster than real time, with a pause behind it."""
    address = f"{hub.url.replace('http', 'ws', 1)}/stream"
    async with hub.client.ws_connect(address) as socket:
        await socket.send_str(json.dumps({"type": "start", "rate": spoken.rate}))
        pcm = bytes(spoken.rate) + spoken.pcm + bytes(spoken.rate * 2)
        for at in range(0, len(pcm), spoken.rate // 5):
            await socket.send_bytes(pcm[at : at + spoken.rate // 5])
            await asyncio.sleep(0.02)
        await socket.send_str('{"type": "finish"}')
        finals: list[str] = []
        async with asyncio.timeout(60):
            while (told := json.loads((await socket.receive()).data))["type"] != "finished":
                assert told["type"] != "error", told
                if told["type"] == "transcript" and told["is_final"]:
                    finals.append(told["text"])
    assert heard(" ".join(finals)), finals
