"""The wake word in its own process: heard when it is said, and a model that is none ends only that process."""

from __future__ import annotations

import asyncio
import tomllib
from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from hub import AudioFormat, Unavailable
from hub_voice.wake import Wake

from .conftest import ROOT, SmallHub, s16, silence

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from hub_voice.pcm import Samples

pytestmark = pytest.mark.models
PATIENCE_S = 60.0


@pytest.fixture
async def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[..., Wake]]:
    import os

    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'src'}{os.pathsep}{ROOT / 'plugins/voice/src'}")
    made: list[Wake] = []

    def one(**settings: Any) -> Wake:
        made.append(Wake(SmallHub(tmp_path), settings))  # type: ignore[arg-type]  # as much as it uses
        return made[-1]

    yield one
    for wake in made:
        await wake.stop()


async def started(wake: Wake) -> Wake:
    await wake.start()
    assert wake._child is not None
    assert await wake._child.ready(PATIENCE_S)
    return wake


class Heard:
    """How often the word was said."""

    def __init__(self) -> None:
        self.times, self._news = 0, asyncio.Event()

    def __call__(self) -> None:
        self.times += 1
        self._news.set()

    async def wait(self) -> None:
        async with asyncio.timeout(PATIENCE_S):
            await self._news.wait()


async def say(watch: Any, sound: Samples) -> None:
    for at in range(0, len(sound), 320):
        await watch.push(s16(sound[at : at + 320]))


async def test_the_word_is_heard_and_others_are_not(
    make: Callable[..., Wake], piper: Callable[[str], Samples]
) -> None:
    wake, heard, other = await started(make(wake_word="hey_jarvis")), Heard(), Heard()
    assert wake.word == "Hey Jarvis"
    here = await wake.watch("a", AudioFormat(), heard)
    there = await wake.watch("b", AudioFormat("f32le", 48_000), other)
    await say(here, np.concatenate([silence(0.5), piper("Good morning."), silence(0.5)]))
    await say(here, np.concatenate([piper("Hey Jarvis."), silence(0.5)]))
    await heard.wait()
    wide = np.concatenate([silence(0.5), piper("Hey Jarvis."), silence(0.5)])
    await there.push(np.repeat(wide, 3).astype("<f4").tobytes())
    await other.wait()
    assert (heard.times, other.times) == (1, 1)
    await here.close()
    await here.close()
    await say(here, piper("Hey Jarvis."))
    await there.close()
    assert heard.times == 1


async def test_no_word_is_listened_for_unless_one_is_chosen(make: Callable[..., Wake]) -> None:
    for settings in ({}, {"wake_word": "off"}):
        wake = make(**settings)
        await wake.start()
        assert wake._child is None
        with pytest.raises(Unavailable, match="No wake word"):
            await wake.watch("a", AudioFormat(), lambda: None)


async def test_a_file_that_is_no_model_ends_its_process_and_is_told(
    make: Callable[..., Wake], tmp_path: Path
) -> None:
    wrong = tmp_path / "hello.tflite"
    wrong.write_bytes(b"this is no model" * 100)
    wake = make(wake_word="okay_nabu", wake_model=str(wrong))
    await wake.start()
    async with asyncio.timeout(PATIENCE_S):
        while wake.trouble is None:
            await asyncio.sleep(0.05)
    assert "hello.tflite is no wake word's model" in wake.trouble.reason
    with pytest.raises(Unavailable, match=r"hello\.tflite"):
        await wake.watch("a", AudioFormat(), lambda: None)


async def test_a_process_that_ends_is_started_again_and_goes_on_listening(
    make: Callable[..., Wake], piper: Callable[[str], Samples]
) -> None:
    wake, heard = await started(make(wake_word="hey_jarvis")), Heard()
    watch = await wake.watch("a", AudioFormat(), heard)
    child = wake._child
    assert child is not None
    assert child.pid
    import os
    import signal

    os.kill(child.pid, signal.SIGKILL)
    async with asyncio.timeout(PATIENCE_S):
        while child.state == "ready":
            await asyncio.sleep(0.01)
    await say(watch, silence(0.2))  # lost, and nobody minds
    assert await child.ready(PATIENCE_S)
    await asyncio.sleep(0)
    word = np.concatenate([silence(0.5), piper("Hey Jarvis."), silence(0.5)])
    for _ in range(5):
        await say(watch, word)
        await asyncio.sleep(0.2)
        if heard.times:
            break
    await heard.wait()


def test_what_is_said_of_the_licence_is_what_the_package_says() -> None:
    package = metadata.distribution("pyopen-wakeword")
    assert package.metadata["License"] == "Apache-2.0"
    named = [str(path) for path in package.files or () if "licen" in str(path).lower()]
    assert len(named) == 1
    licence = package.read_text("licenses/LICENSE") or ""
    assert "Apache License" in licence
    said = (licence + str(package.metadata)).lower()
    assert "creative commons" not in said, "it says nothing of the models apart"
    about = tomllib.loads((ROOT / "plugins/voice/src/hub_voice/hub-plugin.toml").read_text())
    assert "says Apache-2.0, and nothing else" in about["settings"]["wake_word"]["description"]
