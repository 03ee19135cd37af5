"""The main job on real input: a person presses the button, speaks, and hears the answer, with no network.

The test runs itself again inside a network namespace that has a loopback and nothing else. Speech is
made at test time, half by Piper and half by espeak-ng; a real Chromium hears it through its fake
microphone, and the sound that the page receives is written down again and held against the page.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import statistics
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from hub.intents.numbers import ONES, TENS
from hub.manifests import known_models
from hub.testing import RunningHub, speak

from .conftest import ALWAYS, CHROMIUM, FAKE_MICROPHONE, PATIENCE_S, even_voice, write_microphone

pytestmark = [pytest.mark.models, pytest.mark.e2e, pytest.mark.slow, pytest.mark.realtime]
INSIDE = "HUB_TEST_WITHOUT_NETWORK"

EXACT = (
    "What time is it?", "What is the date today?", "What is twelve times seven?", "How many feet are in a mile?",
    "How full is the disk?", "What is fifteen percent of eighty?", "How many minutes are in two hours?",
    "How long have you been running?", "What is nine plus ten?", "How much memory is free?",
)  # fmt: skip
MODEL = (
    "Is the sea deep?", "Do you like music?", "Give me an idea for dinner tonight.", "Say something nice to my friend.",
    "Do plants need light?", "Is the moon far away?", "How do I make good tea?", "Tell me about the mountains.",
    "Is gold heavy?", "Is it nice to walk in the forest?",
)  # fmt: skip
"""What the small model answers in a sentence or two: the test listens to all of it."""


def test_twenty_utterances_without_a_network(data: Path) -> None:
    if os.environ.get(INSIDE):
        asyncio.run(_twenty(data))
        return
    if shutil.which("unshare") is None or os.geteuid() != 0:
        pytest.skip("a network namespace needs root and unshare")
    # A second try is made here and not inside too: that would be four.
    pytest_ = f"{sys.executable} -m pytest -q -s -p no:cacheprovider --force-reruns 0 {__file__}"
    done = subprocess.run(
        ["unshare", "--net", "sh", "-c", f"ip link set lo up && exec {pytest_}"],
        env={**os.environ, INSIDE: "1"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"Inside, without a network:\n{done.stdout[-8_000:]}"


async def _twenty(data: Path) -> None:
    from playwright.async_api import async_playwright

    assert _no_network()
    questions = [q for pair in zip(EXACT, MODEL, strict=True) for q in pair]
    async with RunningHub(data) as hub, async_playwright() as playwright:
        await hub.sign_in()
        await hub.until_ready("voice")
        listener, said, rows = Listener(data), data / "said.wav", []
        browser = await _browser(playwright, said)
        for number, question in enumerate(questions):
            write_microphone(said, *(listener.say(question) if number % 4 < 2 else speak(question)))
            rows.append(await _ask(browser, hub, listener, question))
        await browser.close()
    assert sum(row["quality"] == "basic" for row in rows) >= 10
    assert all(row["answer"] and row["sound_s"] > 0.3 for row in rows)
    assert statistics.median(row["understood_wer"] for row in rows) <= 0.1
    assert statistics.median(row["heard_wer"] for row in rows) <= 0.2


def _no_network() -> bool:
    return {line.split(":")[0].strip() for line in Path("/proc/net/dev").read_text().splitlines()[2:]} == {
        "lo"
    }


async def _browser(playwright: Any, said: Path) -> Any:
    """Start a browser whose microphone is the file ``said``, read anew each time that a page opens it."""
    microphone = (*FAKE_MICROPHONE, f"--use-file-for-fake-audio-capture={said}%noloop")
    args = [*ALWAYS, *microphone, "--autoplay-policy=no-user-gesture-required"]
    return await playwright.chromium.launch(executable_path=CHROMIUM, args=args)


async def _ask(browser: Any, hub: RunningHub, listener: Listener, question: str) -> dict[str, Any]:
    """Open the page as a new visitor, press the button, speak, and wait until the answer has been heard."""
    began = time.monotonic()
    context = await browser.new_context()
    await context.add_cookies(
        [{"name": c.key, "value": c.value, "url": hub.url} for c in hub.client.cookie_jar]
    )
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_S * 1_000)
    frames: list[bytes | str] = []

    def keep(frame: bytes | str) -> None:  # no built-in: the driver marks what it calls
        frames.append(frame)

    page.on("websocket", lambda ws: ws.on("framereceived", keep))
    async with hub.client.post(f"{hub.url}/talks") as response:
        await page.goto(str(response.url))
    await page.locator("button.button").click()
    await _answered(frames)
    turn = page.locator(".turn.hub:not([data-state=answering])").last
    await turn.wait_for()  # the last words may still be on their way into the page
    answer = turn.locator(".answer")
    # Of a list only its items are in the text of the page: the marks of the answer stand beside it.
    shown = await answer.get_attribute("data-text") or await answer.inner_text()
    asked = await page.locator(".turn.you").last.inner_text()
    talk = page.url.split("talk=")[1]
    await context.close()
    stored = (await hub.get(f"/api/talks/{talk}"))[-1]
    assert stored["text"] in asked
    pcm, rate = _sound(frames)
    row = {
        "question": question,
        "answer": shown,
        "quality": stored["quality"],
        "sound_s": len(pcm) / 2 / rate,
        "understood_wer": wer(question, stored["text"]),
        "heard_wer": wer(shown, listener.write_down(pcm, rate)),
        "took_s": time.monotonic() - began,
    }
    print(
        {name: round(told, 2) if isinstance(told, float) else told for name, told in row.items()}, flush=True
    )
    return row


async def _answered(frames: list[bytes | str]) -> None:
    """Wait until the hub has said that the answer sounds, and then that it does so no more.

    On the page a short answer may be over between two looks at it; a long one is given the time it sounds.
    """
    began = time.monotonic()
    while True:
        told = [json.loads(frame) for frame in frames if isinstance(frame, str)]
        states = [message["state"] for message in told if message["type"] == "state"]
        if "playing" in states and states[-1] != "playing":
            return
        pcm, rate = _sound(frames)
        waited = time.monotonic() - began - len(pcm) / 2 / rate
        assert waited < PATIENCE_S, f"no answer was heard: {states}, {[m['type'] for m in told][-40:]}"
        await asyncio.sleep(0.1)


def _sound(frames: list[bytes | str]) -> tuple[bytes, int]:
    """Return all sound the page received and its rate."""
    sound = [frame for frame in frames if isinstance(frame, bytes)]
    rate = struct.unpack_from("<I", sound[0], 4)[0] if sound else 1
    return b"".join(frame[8:] for frame in sound), rate


class Listener:
    """Speaks with Piper and writes sound down with Moonshine: the plugin's own engines, in this process."""

    def __init__(self, data: Path) -> None:
        from hub_voice.engine.hearers import open_tiny

        self._ears = open_tiny({file.name: data / "models" / file.file for file in known_models()})
        self._voice = even_voice(data)

    def say(self, text: str) -> tuple[bytes, int]:
        return b"".join(piece.sound.tobytes() for piece in self._voice.speak(text)), self._voice.rate

    def write_down(self, pcm: bytes, rate: int) -> str:
        """Return the words in ``pcm``, 8 s at a time: what the recogniser is made for."""
        from hub_voice.pcm import Resampler, to_float

        samples = Resampler(rate).push(to_float(pcm, "s16le"))
        return " ".join(
            self._ears.transcribe(samples[at : at + 8 * 16_000]) for at in range(0, len(samples), 8 * 16_000)
        )


def wer(reference: str, heard: str) -> float:
    """Return the word error rate of ``heard``: edits per word of ``reference``."""
    a, b = words(reference), words(heard)
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1] / max(1, len(a))


def words(text: str) -> list[str]:
    """Return the words as they sound: small numbers written out, signs named, marks gone."""
    text = text.lower().replace("%", " percent ").replace("°", " degrees ")
    text = re.sub(r"(\d)\.(\d)", r"\1 point \2", text)
    text = re.sub(r"\b\d{1,2}\b", lambda match: _number(int(match[0])), text)
    return re.sub(r"[^a-z0-9' ]+", " ", text).split()


def _number(value: int) -> str:
    if value < len(ONES):
        return ONES[value]
    return TENS[value // 10 - 2] + (f" {ONES[value % 10]}" if value % 10 else "")
