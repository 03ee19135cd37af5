"""The speech child with both of its engines on Wyoming servers, and with its own once they are gone."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from plugins.voice.tests.conftest import ROOT, SmallHub

from hub.ports.engines import Sound
from hub_voice.speech import MODELS, ChildSpeech

from .conftest import FOLDER, QUICK, running, whisper_weights

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hub_voice.pcm import Samples

pytestmark = [pytest.mark.models, pytest.mark.slow]


async def test_servers_hear_and_speak_and_the_own_engines_take_over_when_they_are_gone(
    model: object,
    cache: Path,
    piper: Callable[[str], Samples],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    del model
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'src'}{os.pathsep}{ROOT / 'plugins/voice/src'}")
    (tmp_path / "cache").symlink_to(cache)
    voice = tmp_path / "voice"
    voice.mkdir()
    for name in ("en_US-joe-medium.onnx", "en_US-joe-medium.onnx.json"):
        (voice / name).symlink_to(FOLDER / name)
    weights = ("--model", str(await whisper_weights(tmp_path)), "--stt-library", "faster-whisper", *QUICK)
    heard = Sound((np.clip(piper("Where is my red umbrella?"), -1, 1) * 32767).astype("<i2").tobytes())
    with (
        running(
            "wyoming-faster-whisper", *weights, "--data-dir", str(tmp_path), "--local-files-only"
        ) as ears,
        running(
            "wyoming-piper", "--voice", "en_US-joe-medium", "--data-dir", str(voice), "--local-files-only"
        ) as mouth,
    ):
        hub = SmallHub(tmp_path)
        await hub.models.ensure(MODELS)
        settings = {"ears": "wyoming", "wyoming_ears": str(ears), "wyoming_voice": str(mouth)}
        port: Any = ChildSpeech(hub, settings)  # type: ignore[arg-type]  # as much of a hub as it uses
        await port.start()
        try:
            assert await port._child.ready(60)
            found = await port.ears.transcribe(heard)
            assert (found.engine, "umbrella" in found.text.lower()) == ("wyoming:faster-whisper", True)
            voices = [one.name for one in await port.mouth.voices()]
            assert voices[0] == "wyoming"
            assert [part async for part in port.mouth.speak("It is in the hall.")]
            assert port.mouth.info.name.startswith("wyoming:piper")
        except BaseException:
            await port.stop()
            raise
    try:  # both are gone now
        found = await port.ears.transcribe(heard)
        assert (found.engine, "umbrella" in found.text.lower()) == ("moonshine-tiny", True)
        assert [part async for part in port.mouth.speak("It is in the hall.")]
    finally:
        await port.stop()
