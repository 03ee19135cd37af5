"""``hub talk`` against a real hub: by a file, and with Space held in a real terminal and programs that play a microphone."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import sys
import time
import wave
from typing import TYPE_CHECKING

import pytest
from tests.conftest import MODELS

from hub.testing import RunningHub

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.models

# A microphone in a quiet room: silence until the question is asked for, the question in real time, silence again.
PAREC = """#!{python}
import os, sys, time
frame, began, number, at = 640, time.monotonic(), 0, 0
sound = open("{question}", "rb").read()
while True:
    asked = os.path.exists("{ask}") and at < len(sound)
    piece = sound[at:at + frame].ljust(frame, b"\\0") if asked else bytes(frame)
    at += frame if asked else 0
    sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()
    if asked and at >= len(sound):
        open("{ask}.said", "w").close()
    number += 1
    time.sleep(max(0, began + number * 0.02 - time.monotonic()))
"""
PACAT = """#!/bin/sh
exec cat >> {played}
"""


async def test_the_hub_is_asked_by_a_file_and_by_a_held_key(data: Path, tmp_path: Path) -> None:
    _speak("What is twelve times seven?", tmp_path / "q.wav")
    async with RunningHub(data) as hub:
        await hub.sign_in()
        await hub.until_ready("voice")
        status, said = await _run(hub, "--file", str(tmp_path / "q.wav"), "--out", str(tmp_path / "a.wav"))
        assert status == 0, said
        assert "84" in said
        with wave.open(str(tmp_path / "a.wav")) as answer:
            assert answer.getnframes() > answer.getframerate() / 2
        await _held_space(hub, tmp_path)
        status, said = await _run(hub, "--hands-free", PATH=str(tmp_path))
        assert status == 1
        assert "parec" in said
    status, said = await _run(hub, "--file", str(tmp_path / "q.wav"), "--out", str(tmp_path / "b.wav"))
    assert status == 1
    assert "hub serve" in said


async def _held_space(hub: RunningHub, tmp_path: Path) -> None:
    """Hold Space in a terminal, ask, let go; the answer is shown and played; Ctrl-C ends it well."""
    bin_, ask, played = tmp_path / "bin", tmp_path / "ask", tmp_path / "played"
    bin_.mkdir()
    _speak("What is nine plus ten?", tmp_path / "s.wav", tmp_path / "s.raw")
    _program(bin_ / "parec", PAREC.format(python=sys.executable, question=tmp_path / "s.raw", ask=ask))
    _program(bin_ / "pacat", PACAT.format(played=played))
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *_command(hub),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=_env(PATH=f"{bin_}:{os.environ['PATH']}"),
    )
    os.close(theirs)
    shown = Shown(ours)
    await shown.until("Hold Space")
    os.write(ours, b" ")
    await shown.until("Listening")
    ask.touch()
    held = asyncio.create_task(_repeat(ours))
    await _until((tmp_path / "ask.said").exists)
    held.cancel()
    await shown.until("What is nine plus ten?")
    await shown.until("19")
    await _until(lambda: played.exists() and played.stat().st_size > 10_000)
    process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(process.wait(), 30) == 0
    shown.close()


class Shown:
    """What the terminal shows, read as it comes."""

    def __init__(self, terminal: int) -> None:
        self.text, self._terminal = "", terminal
        asyncio.get_running_loop().add_reader(terminal, self._read)

    def _read(self) -> None:
        try:
            self.text += os.read(self._terminal, 65_536).decode(errors="replace")
        except OSError:  # the other end is closed
            asyncio.get_running_loop().remove_reader(self._terminal)

    async def until(self, words: str) -> None:
        await _until(lambda: words in self.text, lambda: f"{words!r} is not in {self.text!r}")

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._terminal)
        os.close(self._terminal)


async def _repeat(terminal: int) -> None:
    """Repeat Space as a keyboard does while it is held."""
    while True:
        os.write(terminal, b" ")
        await asyncio.sleep(0.04)


async def _until(holds: Callable[[], bool], why: Callable[[], str] = str) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, why()
        await asyncio.sleep(0.05)


async def _run(hub: RunningHub, *options: str, **env: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *_command(hub), *options, env=_env(**env),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await asyncio.wait_for(process.communicate(), 90)
    return process.returncode or 0, out.decode()


def _command(hub: RunningHub) -> tuple[str, ...]:
    return (sys.executable, "-m", "hub.cli", "talk", "--data", str(hub.data), "--url", hub.url)


def _env(**more: str) -> dict[str, str]:
    return {**os.environ, "TERM": "xterm", **more}


def _program(path: Path, script: str) -> None:
    path.write_text(script)
    path.chmod(0o755)


def _speak(text: str, path: Path, raw: Path | None = None) -> None:
    """Write ``text`` as speech: as it is made, the same each time, and perhaps as the sound of a microphone."""
    from piper import PiperVoice
    from piper.config import SynthesisConfig

    from hub_voice.pcm import Resampler, to_float

    voice = PiperVoice.load(str(MODELS / "en_US-joe-medium.onnx"))
    with wave.open(str(path), "wb") as file:
        voice.synthesize_wav(text, file, SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0))
    if raw:
        with wave.open(str(path)) as file:
            samples = Resampler(file.getframerate()).push(
                to_float(file.readframes(file.getnframes()), "s16le")
            )
        raw.write_bytes((samples * 16_000).astype("<i2").tobytes())
