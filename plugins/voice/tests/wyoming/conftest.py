"""Servers of Home Assistant as their makers ship them, each in a process of its own, and servers that misbehave."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from plugins.voice.tests.engine import optional
from wyoming.asr import Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.event import Event, async_read_event, async_write_event
from wyoming.info import AsrModel, AsrProgram, Attribution, Info, TtsProgram, TtsVoice

from hub.ports.engines import EngineInfo, Slice, Sound, VoiceInfo
from hub.ports.engines import Transcript as Words
from hub_voice.engine.hearers import WHISPER
from hub_voice.wyoming.address import Address

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

ROOT = Path(__file__).parents[4]
FOLDER = Path(os.environ.get("HUB_MODELS", ROOT / ".data/models"))
BIN = Path(sys.executable).parent
PATIENCE_S = 60.0
QUICK = ("--compute-type", "int8", "--beam-size", "1", "--cpu-threads", "2")
US = Attribution("a test", "")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.contextmanager
def running(program: str, *options: str) -> Iterator[Address]:
    """Run a console script with ``--uri`` on a free port until the end of the block."""
    address = Address("127.0.0.1", free_port())
    command = [str(BIN / program), "--uri", f"tcp://{address}", *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(process, address)
        yield address
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:  # it waits for what it was asked before
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], address: Address) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        assert process.poll() is None, "it ended"
        with contextlib.suppress(OSError), socket.create_connection((address.host, address.port), 1):
            return
        time.sleep(0.1)
    raise AssertionError("it does not listen")


@pytest.fixture(scope="session")
def piper_server(model: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """The real wyoming-piper with the hub's own voice."""
    del model
    data = tmp_path_factory.mktemp("piper")
    for name in ("en_US-joe-medium.onnx", "en_US-joe-medium.onnx.json"):
        (data / name).symlink_to(FOLDER / name)
    options = ("--voice", "en_US-joe-medium", "--data-dir", str(data), "--local-files-only")
    with running("wyoming-piper", *options) as address:
        yield address


@pytest.fixture(scope="session")
def whisper_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Address]:
    """The real wyoming-faster-whisper with the smallest weights that a registry has."""
    data = tmp_path_factory.mktemp("whisper")
    options = ("--stt-library", "faster-whisper", *QUICK)
    place = ("--data-dir", str(data), "--local-files-only")
    with running(
        "wyoming-faster-whisper", "--model", str(asyncio.run(whisper_weights(data))), *options, *place
    ) as address:
        yield address


async def whisper_weights(temporary: Path) -> Path:
    """Return a folder with Whisper tiny.en, named as CTranslate2 looks for it."""
    folder = temporary / "whisper-tiny-en"
    folder.mkdir()
    files = await optional.whisper()
    for name, plain in WHISPER.items():
        (folder / plain).symlink_to(files[name].resolve())
    return folder


@contextlib.asynccontextmanager
async def odd_server(
    answer: Callable[[Event, asyncio.StreamWriter], Awaitable[bool]],
) -> AsyncIterator[Address]:
    """A server that does what ``answer`` does with each frame, until that returns False."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while (event := await async_read_event(reader)) is not None:
                if not await answer(event, writer):
                    break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield Address("127.0.0.1", server.sockets[0].getsockname()[1])
    finally:
        server.close()


def described(*, streams: bool = False) -> Event:
    """What a small server says of itself."""
    asr = AsrProgram("small", US, True, "Small ears", "1", [AsrModel("m", US, True, None, "1", ["en"])])
    voice = TtsVoice("low", US, True, "Low", "1", ["en_US"])
    return Info(asr=[asr], tts=[TtsProgram("small", US, True, "Small voice", "1", [voice], streams)]).event()


class Counting:
    """Ears and a mouth that need no model: they tell how long a sound is, and make a tone for each letter."""

    def __init__(self, name: str = "counting", fails: Exception | None = None) -> None:
        self.info = EngineInfo(name, name.title())
        self.fails, self.sounds, self.texts = fails, list[Sound](), list[str]()

    async def transcribe(self, sound: Sound, **_: object) -> Words:
        if self.fails:
            raise self.fails
        self.sounds.append(sound)
        return Words(f"{sound.seconds:.1f} seconds", engine=self.info.name)

    async def voices(self) -> tuple[VoiceInfo, ...]:
        return (VoiceInfo("low", "Low"), VoiceInfo("tief", "Tief", "de-DE"))

    async def speak(self, text: str, *, voice: str = "", speed: float = 1.0) -> AsyncIterator[Slice]:
        del voice, speed
        if self.fails:
            raise self.fails
        self.texts.append(text)
        for _ in text:
            yield Slice(Sound(b"\x01\x00" * 800))


async def tell(writer: asyncio.StreamWriter, *events: Event) -> bool:
    for event in events:
        await async_write_event(event, writer)
    return True


def spoken(pcm: bytes, rate: int = 16_000) -> list[Event]:
    """An answer of one chunk."""
    form = {"rate": rate, "width": 2, "channels": 1}
    return [AudioStart(**form).event(), AudioChunk(**form, audio=pcm).event(), AudioStop().event()]


def words(text: str) -> Event:
    return Transcript(text).event()
