"""The ears that the settings ask for, in the real child: used when they are there, and said when they are not."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import pytest
from plugins.voice.tests.conftest import ROOT, Ear, SmallHub, s16, silence, word_errors
from plugins.voice.tests.engine import optional

from hub import Accepted, AudioFormat, Sound
from hub_voice.engine import hearers
from hub_voice.pcm import Samples
from hub_voice.speech import MODELS, ChildSpeech

pytestmark = pytest.mark.models
Speak = Callable[..., Samples]
SAID = "Please turn off the lights in the kitchen and the hall."


@asynccontextmanager
async def speech_with(data: Path, cache: Path, **settings: object) -> AsyncIterator[ChildSpeech]:
    (data / "cache").mkdir()
    for kept in cache.iterdir():
        (data / "cache" / kept.name).symlink_to(kept)
    hub = SmallHub(data)
    await hub.models.ensure(MODELS)
    port = ChildSpeech(hub, settings)  # type: ignore[arg-type]  # as much of a hub as it uses
    await port.start()
    assert port._child is not None
    assert await port._child.ready(60)
    try:
        yield port
    finally:
        await port.stop()


@pytest.fixture(autouse=True)
def _path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'src'}{os.pathsep}{ROOT / 'plugins/voice/src'}")


async def test_ears_that_are_not_there_are_stood_in_for_and_the_plugin_says_so(
    model: Callable[[str], Path], cache: Path, tmp_path: Path, piper: Speak
) -> None:
    async with speech_with(tmp_path, cache, ears="moonshine-base") as speech:
        assert speech.described()["choice"]["ears"] == "moonshine-tiny"
        async with asyncio.timeout(60):
            while speech.health().state != "degraded":
                await asyncio.sleep(0.05)
        assert "Moonshine base is not here" in speech.health().reason
        assert speech.health().fix == "Run: hub voice prepare"
        said = await speech.ears.transcribe(Sound(s16(piper(SAID))))
        assert word_errors(SAID, said.text) <= 0.1


@pytest.mark.slow
async def test_prepared_ears_hear_a_talk_and_what_is_asked_beside_it(
    model: Callable[[str], Path], cache: Path, tmp_path: Path, piper: Speak, human: Samples
) -> None:
    made = await optional.base()
    async with speech_with(tmp_path, cache, ears="auto") as speech:
        assert speech.described()["choice"]["fix"]  # they are not there yet
    (tmp_path / "second").mkdir()
    both = tmp_path / "both"
    both.mkdir()
    for kept in (*cache.iterdir(), made):
        (both / kept.name).symlink_to(kept)
    assert hearers.is_prepared(hearers.base_folder(both))
    async with speech_with(tmp_path / "second", both, ears="moonshine-base") as speech:
        assert speech.ears.info.name == "moonshine-base"
        told = "Ever tried. Ever failed. No matter. Try again. Fail again. Fail better."
        said = await speech.ears.transcribe(Sound(s16(human)))
        assert said.engine == "moonshine-base"
        assert word_errors(told, said.text) <= 0.1
        ear = Ear(await speech.open("talk", AudioFormat()))
        await ear.session.listen(push_to_talk=True)
        await ear.hear(np.concatenate([piper(SAID), silence(0.2)]), fast=True)
        await ear.session.finish()
        assert word_errors(SAID, (await ear.wait(Accepted)).text) <= 0.1
        await ear.session.close()
        assert speech._child is not None
        assert speech._child.rss() < 0.8 * speech._child.spec.memory_mb * 2**20
