"""Real models, real speech, and a hub just large enough to start the real speech child."""

from __future__ import annotations

import asyncio
import io
import os
import re
import subprocess
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import pytest_asyncio

from hub import SpeechEvent, SpeechSession
from hub.events import Bus
from hub.models import Models, read_manifest
from hub.supervise.children import Children
from hub_voice.pcm import Resampler, Samples
from hub_voice.speech import MODELS, ChildSpeech
from hub_voice.turn.endings import words

from .even import even_voice

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine

ROOT = Path(__file__).parents[3]
MANIFEST = ROOT / "plugins/voice/src/hub_voice/models.toml"
FOLDER = Path(os.environ.get("HUB_MODELS", ROOT / ".data/models"))
RATE = 16_000
SHARED = pytest.mark.asyncio(loop_scope="module")
"""Of modules that use ``speech``."""


@pytest.fixture(scope="session")
def model() -> Callable[[str], Path]:
    """Paths of the real models by name."""
    entries = read_manifest(MANIFEST)
    files = {entry.name: FOLDER / entry.file for entry in entries}
    needed = [files[entry.name] for entry in entries if not entry.optional]
    if missing := [path.name for path in needed if not path.exists()]:
        pytest.skip(f"models are missing: {', '.join(missing)}; `make dev` fetches them")
    return files.__getitem__


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def piper(model: Callable[[str], Path], cache: Path) -> Callable[[str], Samples]:
    """Speak with the real voice, a sentence always alike; 16 kHz."""
    voice = even_voice(model("piper-voice"), model("piper-voice-config"), cache)

    def speak(text: str) -> Samples:
        sound = np.concatenate([part.sound for part in voice.speak(text)])
        return Resampler(voice.rate).push(sound.astype(np.float32) / 32768)

    return speak


@pytest.fixture(scope="session")
def espeak() -> Callable[..., Samples]:
    """Speak with another voice than the hub's own."""

    def speak(text: str, voice: str = "en-us") -> Samples:
        made = subprocess.run(["espeak-ng", "-v", voice, "--stdout", text], capture_output=True, check=True)
        return read_wav(made.stdout)

    return speak


@pytest.fixture(scope="session")
def human(model: Callable[[str], Path]) -> Samples:
    """Ten seconds of a person: "Ever tried. Ever failed. ..."."""
    return read_wav(model("speech-sample").read_bytes())


def read_wav(packed: bytes) -> Samples:
    with wave.open(io.BytesIO(packed)) as file:
        sound = np.frombuffer(file.readframes(10**9), "<i2").astype(np.float32) / 32768
        return Resampler(file.getframerate()).push(sound)


def s16(sound: Samples) -> bytes:
    return (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()


def silence(seconds: float) -> Samples:
    """A quiet room."""
    return np.random.default_rng(1).normal(0, 3e-4, int(seconds * RATE)).astype(np.float32)


def word_errors(said: str, heard: str) -> float:
    """Word error rate."""
    want, got = (words(re.sub("to-(day|morrow)", r"to\1", text).replace("-", " ")) for text in (said, heard))
    row = list(range(len(got) + 1))
    for i, one in enumerate(want, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(got, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (one != other))
    return row[-1] / max(1, len(want))


class SmallHub:
    """What the voice plugin uses of a hub: the real bus, the real models, background tasks."""

    def __init__(self, data: Path) -> None:
        self.data, self.bus, self.children = data, Bus(), Children()
        self.models = Models(FOLDER, read_manifest(MANIFEST), self.bus)
        self._tasks: set[asyncio.Task[Any]] = set()

    def spawn(self, work: Coroutine[Any, Any, Any], *, name: str) -> asyncio.Task[Any]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def recheck(self, plugin: str) -> None:
        assert plugin == "voice"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def speech(
    model: Callable[[str], Path], cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[ChildSpeech]:
    """The real port over the real child: one for a module, whose tests must share a loop (`SHARED`)."""
    del model  # it skips where they are not
    data = tmp_path_factory.mktemp("speech")
    (data / "cache").symlink_to(cache)
    hub = SmallHub(data)
    await hub.models.ensure(MODELS)
    port = ChildSpeech(hub)  # type: ignore[arg-type]  # as much of a hub as it uses
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{ROOT / 'src'}{os.pathsep}{ROOT / 'plugins/voice/src'}")
        await port.start()
        assert port._child is not None
        assert await port._child.ready(60)
        yield port
        await port.stop()


class Ear:
    """Collects a session's events and waits for some."""

    def __init__(self, session: SpeechSession) -> None:
        self.session, self.events = session, list[SpeechEvent]()
        self._news = asyncio.Condition()
        self._task = asyncio.create_task(self._collect())

    async def _collect(self) -> None:
        async for event in self.session.events():
            async with self._news:
                self.events.append(event)
                self._news.notify_all()

    def all(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]

    async def wait(self, kind: type, count: int = 1, seconds: float = 60) -> Any:
        """Return the ``count``-th event of ``kind``."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(lambda: len(self.all(kind)) >= count)
        return self.all(kind)[count - 1]

    async def hear(self, sound: Samples, *, fast: bool = False) -> None:
        """Push sound as a microphone would: 20 ms frames in real time, or in a burst."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        for at in range(0, len(sound), 320):
            await self.session.push(s16(sound[at : at + 320]))
            if not fast and (left := began + (at + 320) / RATE - loop.time()) > 0:
                await asyncio.sleep(left)
