"""A whole hub with the better ears, as `hub voice prepare` leaves them: it takes them, and hears a talk with them."""

from __future__ import annotations

import asyncio
import os
import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from plugins.voice.tests.engine import optional

from hub.testing import RunningHub, say_into, silence

from .conftest import FOLDER, RATE, s16, word_errors

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hub.testing import Tab
    from hub_voice.pcm import Samples

SAID = "Please turn off the lights in the kitchen and the hall."

pytestmark = [pytest.mark.models, pytest.mark.slow]


async def ask(tab: Tab, sound: Samples) -> dict[str, Any]:
    """Say it, be silent, and return what came until the answer was whole: the words, and the answer."""
    told: dict[str, Any] = {"sound": 0}
    await say_into(tab, s16(np.concatenate([np.zeros(RATE // 2, np.float32), sound])), RATE)
    quiet = asyncio.create_task(silence(tab, RATE, 60))
    async with asyncio.timeout(90):
        while True:
            message = await tab.receive(timeout=60)
            if message["type"] == "audio":
                told["sound"] += 1
            elif message["type"] == "transcription" and message["is_final"]:
                told["words"] = message["text"]
            elif message["type"] == "llm_response" and message["final"]:
                told["answer"] = message["text"]
            if told["sound"] and "answer" in told:
                break
    quiet.cancel()
    return told


async def test_a_prepared_hub_takes_the_better_ears_and_hears_a_talk(
    model: Callable[[str], Path], piper: Callable[[str], Samples], tmp_path: Path
) -> None:
    model("silero")  # skips where the models are not
    folder, data = await optional.base(), tmp_path / "data"
    shutil.copytree(folder, data / "cache" / folder.name, copy_function=os.symlink)
    shutil.copytree(FOLDER, data / "models", copy_function=os.symlink)
    (data / "hub.toml").write_text('[plugins.voice]\nears = "moonshine-base"\n')
    async with RunningHub(data) as hub:
        await hub.sign_in()
        await hub.until_ready("voice")
        state = (await hub.get("/api/voice"))["state"]
        assert (state["ears"], state["missing"]) == ("Moonshine base", [])
        async with hub.tab(audio={"encoding": "s16le", "rate": RATE}) as tab:
            await tab.send(type="start_recording")
            told = await ask(tab, piper(SAID))
        assert word_errors(SAID, told["words"]) <= 0.2
        assert told["answer"]
        assert (await hub.get("/api/voice"))["figures"]["turns"] == 1
