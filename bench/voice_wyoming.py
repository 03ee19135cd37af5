"""Ask Wyoming servers, ours and those of Home Assistant, as the official client does; one alive at a time."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voice_corpus import CACHE, MODELS, RATE, whisper_folder
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient
from wyoming.error import Error
from wyoming.tts import Synthesize

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from voice_corpus import Pcm

BIN = Path(sys.executable).parent
CHUNK = RATE // 10
START_S = 60


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextlib.asynccontextmanager
async def serving(program: str, *options: str) -> AsyncIterator[int]:
    """Run a server of the environment on a free port, alone, and yield the port."""
    port = free_port()
    env = {**os.environ, "HF_HUB_OFFLINE": "1"}
    command = [str(BIN / program), "--uri", f"tcp://127.0.0.1:{port}", *options]
    log = CACHE / f"{program}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=env)
        try:
            await _alive(process, port, log)
            yield port
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
            if process.poll() is None:
                process.kill()


async def until_open(port: int) -> None:
    """Wait until somebody listens on ``port``."""
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.1)
    raise TimeoutError("it does not listen")


async def _alive(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Wait until the server listens; tell its last words when it does not come up."""
    opening = asyncio.ensure_future(until_open(port))
    while not opening.done():
        if process.poll() is not None:
            opening.cancel()
            raise RuntimeError(f"it ended: {log.read_text()[-500:]}")
        await asyncio.wait({opening}, timeout=0.5)
    await opening


def faster_whisper() -> contextlib.AbstractAsyncContextManager[int]:
    """Run wyoming-faster-whisper on the weights of tiny.en, int8, beam 1, two threads: its quickest here."""
    return serving(
        "wyoming-faster-whisper", "--model", str(whisper_folder()), "--stt-library", "faster-whisper",
        "--local-files-only", "--data-dir", str(CACHE), "--beam-size", "1", "--cpu-threads", "2",
        "--compute-type", "int8", "--language", "en",
    )  # fmt: skip


def piper() -> contextlib.AbstractAsyncContextManager[int]:
    """Run wyoming-piper with the hub's own voice."""
    data = CACHE / "piper"
    data.mkdir(parents=True, exist_ok=True)
    for name in ("en_US-joe-medium.onnx", "en_US-joe-medium.onnx.json"):
        if not (data / name).exists():
            (data / name).symlink_to(MODELS / name)
    return serving(
        "wyoming-piper", "--voice", "en_US-joe-medium", "--data-dir", str(data), "--local-files-only"
    )


async def transcribe(port: int, pcm: Pcm) -> tuple[float, str]:
    """Send ``pcm`` at once; return the milliseconds from audio-stop to the transcript, and its words."""
    async with AsyncTcpClient("127.0.0.1", port) as client:
        await client.write_event(Transcribe(language="en").event())
        await client.write_event(AudioStart(RATE, 2, 1).event())
        for at in range(0, len(pcm), CHUNK):
            data = pcm[at : at + CHUNK].astype("<i2").tobytes()
            await client.write_event(AudioChunk(RATE, 2, 1, data).event())
        await asyncio.sleep(0.05)  # the sound is there before it ends, as in a talk
        began = time.perf_counter()
        await client.write_event(AudioStop().event())
        event = await _until(client, Transcript)
        return (time.perf_counter() - began) * 1e3, Transcript.from_event(event).text


async def first_sound(port: int, text: str) -> float:
    """Return the milliseconds from the request to the first chunk of sound; the rest is read, too."""
    async with AsyncTcpClient("127.0.0.1", port) as client:
        began = time.perf_counter()
        await client.write_event(Synthesize(text=text).event())
        await _until(client, AudioChunk)
        first = (time.perf_counter() - began) * 1e3
        await _until(client, AudioStop)
        return first


async def _until(client: AsyncTcpClient, kind: Any) -> Any:
    while (event := await asyncio.wait_for(client.read_event(), 30)) is not None:
        if kind.is_type(event.type):
            return event
        if Error.is_type(event.type):
            raise RuntimeError(Error.from_event(event).text)
    raise ConnectionError("it hung up")
