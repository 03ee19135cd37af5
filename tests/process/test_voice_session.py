"""A voice session through a whole hub: where its time went is told, and a child that dies costs no talk."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import struct
import time
from pathlib import Path
from typing import Any

import pytest

from hub.testing import RunningHub, Tab, say_into, silence, speak

pytestmark = pytest.mark.models

ROOT = Path(__file__).parents[2]
MODELS = Path(os.environ.get("HUB_MODELS", ROOT / ".data" / "models"))
SPEECH = "hub_voice.child"


@pytest.fixture
async def hub(tmp_path: Path):
    data = tmp_path / "data"
    data.mkdir()
    shutil.copytree(MODELS, data / "models", copy_function=os.symlink)
    async with RunningHub(data) as hub:
        await hub.sign_in()
        await hub.until_ready("voice")
        yield hub


class Listener:
    """Plays what comes in real time, says so every 100 ms, and keeps the messages."""

    def __init__(self, tab: Tab) -> None:
        self.tab, self.seen = tab, list[dict[str, Any]]()
        self._epoch = self._samples = 0
        self._began: float | None = None
        self._rate = 22_050
        self._news = asyncio.Condition()
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._tell())]

    async def _read(self) -> None:
        while True:
            message = await self.tab.receive(timeout=600)
            if message["type"] == "audio":
                _, _, self._epoch, self._rate = struct.unpack_from("<BBHI", message["data"])
                self._began = self._began or time.monotonic()
                self._samples += (len(message["data"]) - 8) // 2
            async with self._news:
                self.seen.append(message)
                self._news.notify_all()

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(0.1)
            if self._began is not None:
                played = min(self._samples, int((time.monotonic() - self._began) * self._rate))
                await self.tab.send(type="played", epoch=self._epoch, samples=played, dry=0)

    def all(self, kind: str) -> list[dict[str, Any]]:
        return [message for message in self.seen if message["type"] == kind]

    async def wait(self, kind: str, count: int = 1, **fields: Any) -> dict[str, Any]:
        def found() -> list[dict[str, Any]]:
            return [one for one in self.all(kind) if fields.items() <= one.items()]

        async with asyncio.timeout(60), self._news:
            await self._news.wait_for(lambda: len(found()) >= count)
        return found()[count - 1]

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()


async def test_a_turns_time_is_told_to_the_tab_the_page_and_the_metrics(hub: RunningHub) -> None:
    pcm, rate = speak("What time is it?")
    async with hub.tab(audio={"encoding": "s16le", "rate": rate}) as tab:
        listener = Listener(tab)
        await tab.send(type="start_recording")
        await listener.wait("recording_started")
        await say_into(tab, pcm, rate)
        quiet = asyncio.create_task(silence(tab, rate, 60))
        timing = await listener.wait("timing")
        while timing["played"] is None:
            timing = await listener.wait("timing", len(listener.all("timing")) + 1)
        await listener.wait("playback_complete")
        quiet.cancel()
        listener.close()
    steps = [timing[name] for name in ("tail", "text", "endpoint", "token", "sound", "sent", "played")]
    assert None not in steps
    assert 0 < timing["endpoint"] <= timing["sent"] <= timing["played"]
    told = await hub.get("/api/voice")
    assert told["figures"]["turns"] == 1
    assert told["figures"]["latest"][0]["turn"] == timing["turn"]
    assert round(told["figures"]["latest"][0]["played"]) == timing["played"]
    assert {step["name"] for step in told["figures"]["steps"]} >= {"tail", "endpoint", "sent", "played"}
    assert told["state"]["ears"]
    assert told["state"]["mouth"]
    assert told["state"]["most"] >= 1
    async with hub.client.get(f"{hub.url}/metrics") as answer:
        metrics = await answer.text()
    assert "hub_voice_first_audio_seconds_count 1.0" in metrics
    assert "hub_voice_first_played_seconds_count 1.0" in metrics
    assert 'hub_voice_turns_total{sure="' in metrics


@pytest.mark.parametrize("state", ["recording", "playing"])
async def test_a_child_that_is_killed_is_told_and_the_talk_goes_on(hub: RunningHub, state: str) -> None:
    pcm, rate = speak("What time is it?")
    async with hub.tab(audio={"encoding": "s16le", "rate": rate}) as tab:
        listener = Listener(tab)
        await tab.send(type="start_recording")
        await listener.wait("state", state="recording")
        if state == "playing":
            await say_into(tab, pcm, rate)
            quiet = asyncio.create_task(silence(tab, rate, 60))
            await listener.wait("state", state="playing")
            quiet.cancel()
        os.kill(hub.children()[SPEECH].pid, signal.SIGKILL)
        trouble = await listener.wait("error")
        assert trouble["code"] == "speech"
        assert trouble["fix"]
        await hub.until_ready("voice")
        before = len(listener.all("playback_started"))
        await silence(tab, rate, 0.5)
        await say_into(tab, pcm, rate)
        quiet = asyncio.create_task(silence(tab, rate, 60))
        await listener.wait("playback_started", before + 1)
        quiet.cancel()
        listener.close()
